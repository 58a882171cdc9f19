"""Getting an answer out: the reply token first (free), a push as the last resort (counted), never twice.

A row is claimed in the ledger of sends before anything is sent, and settled after. What a second run finds:

| the row says | so the first run | and the second run |
|---|---|---|
| nothing | did not come so far | claims and sends |
| claimed, not settled; `unknown` | may have sent | uses the same reply token: LINE takes a token once, so a second answer cannot arrive; a dead token then means `unconfirmed`, and no push follows |
| `not_sent` | surely did not send | sends; a dead token leads to a push |
| `token_dead` | could not reply | pushes, with a retry key made of the row's key: LINE takes a key once |
| anything else | is over | sends nothing |
"""  # noqa: E501 - a table

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from bot.events import Event
from bot.line import (
    LineClient,
    Message,
    MonthlyLimit,
    RateLimited,
    Refused,
    SendResult,
    Sent,
    TokenDead,
    Unreachable,
)
from bot.outcomes import Ending, RetryLater
from nhi_core.domain.errors import StoreUnavailable
from nhi_core.services.sends import Claim

if TYPE_CHECKING:
    from bot.journal import Journal
    from nhi_core.ports import Clock

log = structlog.get_logger(__name__)

TOKEN_LIFE = timedelta(seconds=55)  # LINE: "within one minute of receiving", not to be relied on exactly
ANSWER_TIME = timedelta(seconds=5)  # what a turn and a send may take
_NAMESPACE = uuid.UUID("6b1f6d3e-0d8e-5b57-9a3b-2f3f1c1f8a11")
_OPEN = frozenset({None, "unknown", "not_sent", "token_dead"})


def reply_key(event_id: str) -> str:
    """Return the ledger's key of the answer to an event."""
    return f"{event_id}:reply"


def retry_key(key: str) -> str:
    """Return LINE's retry key (a UUID) for a ledger key: the same for the same key, always."""
    return str(uuid.uuid5(_NAMESPACE, key))


class Replies:
    """Sends answers and pushes through the ledger."""

    def __init__(self, line: LineClient, journal: Journal, clock: Clock) -> None:
        """Use one LINE client and one ledger."""
        self._line = line
        self._journal = journal
        self._clock = clock

    def time_left(self, event: Event) -> timedelta:
        """Return how long the reply token may still be used."""
        return event.received_at + TOKEN_LIFE - self._clock.now()

    def ended(self, event: Event) -> str | None:
        """Return how the answer to this event ended, or None when it has not."""
        found = self._journal.outcome(reply_key(event.id))
        return None if found in _OPEN else found

    def deliver(
        self,
        event: Event,
        messages: Sequence[Message],
        *,
        account_id: str | None,
        plain: Message,
        late: Sequence[Message] | None = None,
        sent: Callable[[Sequence[str]], None] = lambda _ids: None,
    ) -> Ending | None:
        """Send the answer; return None when it is out, or how it failed for good. Raises RetryLater.

        `plain` is said instead, once, when LINE refuses the messages. `late` is what may be pushed when
        the token is dead, if that is not all of it. `sent` is told what LINE calls the messages.
        """
        token = event.reply_token
        if token is None:
            return Ending("unanswered", "no_reply_token")
        key = reply_key(event.id)
        worth_a_push = messages if late is None else late
        prior = self._journal.outcome(key)
        if prior not in _OPEN:
            return None
        if prior == "token_dead":
            return self._push_answer(event, worth_a_push, account_id)
        first = self._journal.claim_reply(key, account_id=account_id, messages=len(messages))
        unsent = first or prior == "not_sent"
        result: SendResult = TokenDead()
        if self.time_left(event) > timedelta(0):
            result = self._line.reply(token, messages)
            if isinstance(result, Unreachable):
                unsent = unsent and not result.maybe_sent
                result = self._line.reply(token, messages)
        if isinstance(result, Sent):
            sent(result.sent_ids)
        return self._settle_reply(
            event, key, result, worth_a_push, plain, account_id=account_id, unsent=unsent
        )

    def push(
        self, key: str, to: str, messages: Sequence[Message], *, account_id: str, urgent: bool = False
    ) -> Ending | None:
        """Push to one person within the month's quota; None when it is out. Raises RetryLater."""
        prior = self._journal.outcome(key)
        if prior is not None:
            return None if prior == "accepted" else Ending("unanswered", f"push_{prior}")
        try:
            claim = self._journal.claim_push(
                key, account_id=account_id, messages=len(messages), urgent=urgent
            )
        except StoreUnavailable:
            raise RetryLater("store_unavailable") from None
        if claim is Claim.OVER_QUOTA:
            log.warning("push_over_quota", send=key)
            return Ending("unanswered", "push_quota")
        result = self._line.push(to, messages, retry_key=retry_key(key))
        if isinstance(result, Sent):
            self._journal.settle(key, outcome="accepted", request_id=result.request_id)
            return None
        if isinstance(result, RateLimited | Unreachable):
            raise RetryLater("line_unreachable")  # the row stays open; the retry key makes another try safe
        self._journal.settle(key, outcome="refused")
        return Ending("unanswered", "push_quota" if isinstance(result, MonthlyLimit) else "push_refused")

    def _settle_reply(
        self,
        event: Event,
        key: str,
        result: SendResult,
        late: Sequence[Message],
        plain: Message,
        *,
        account_id: str | None,
        unsent: bool,
    ) -> Ending | None:
        match result:
            case Sent(request_id=request_id):
                self._journal.settle(key, outcome="accepted", request_id=request_id)
                return None
            case TokenDead() if unsent:
                self._journal.settle(key, outcome="token_dead")
                return self._push_answer(event, late, account_id)
            case TokenDead():
                if self._journal.outcome(key) in _OPEN:  # not settled meanwhile by a worker ahead of us
                    self._journal.settle(key, outcome="unconfirmed")
                return Ending("answered", "unconfirmed")
            case Refused():
                return self._say_plainly(event, key, result, plain)
            case Unreachable(maybe_sent=maybe_sent):
                outcome = "not_sent" if unsent and not maybe_sent else "unknown"
                self._journal.settle(key, outcome=outcome)
                raise RetryLater("line_unreachable")
            case _:
                self._journal.settle(key, outcome="not_sent" if unsent else "unknown")
                raise RetryLater("line_rate_limit")

    def _say_plainly(self, event: Event, key: str, refused: Refused, plain: Message) -> Ending:
        log.error("line_refused_answer", event_id=event.id, status=refused.status, details=refused.details)
        again = self._line.reply(event.reply_token or "", [plain])
        if isinstance(again, Sent):
            self._journal.settle(key, outcome="accepted_plain", request_id=again.request_id)
            return Ending("apologised", "message_refused")
        self._journal.settle(key, outcome="refused")
        return Ending("unanswered", "message_refused")

    def _push_answer(
        self, event: Event, messages: Sequence[Message], account_id: str | None
    ) -> Ending | None:
        if event.in_group or event.user_id is None or account_id is None:
            # A push to a group costs one message a member: never for a late answer.
            return Ending("unanswered", "token_dead")
        key = f"{event.id}:push"
        return self.push(key, event.user_id, messages, account_id=account_id)


def plain_text(messages: Sequence[dict[str, Any]]) -> Message:
    """Return the first message as plain text: its own text, or what it says to a screen reader."""
    for message in messages:
        words = message.get("text") or message.get("altText")
        if isinstance(words, str) and words:
            return {"type": "text", "text": words}
    raise ValueError("a message without words")
