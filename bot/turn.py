"""One event from the mailbox to its recorded end.

    ended before? → stored answer? → too late to think? → handler → render → store the answer → note errands
    → deliver → record → errands

The rendered answer is stored (sealed) before it is sent: a run after a crash sends that very answer, and does
not have the conversation twice. A parked event is recorded when it was tried again, or when its hour is over:
the first recorded ending stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import structlog

from bot import handlers, stages
from bot.errands import Errands, Render
from bot.events import Event
from bot.journal import Journal
from bot.line import LineClient, Message
from bot.outcomes import Answer, Ending, Line, Quiet, RetryLater, Say
from bot.parking import Parking
from bot.rasa import RasaClient
from bot.rendering import RenderError
from bot.rendering.postbacks import MENU_SESSION
from bot.replies import ANSWER_TIME, Replies, plain_text
from bot.visit import Hurry, TurnFailed, Visit, leave_to_the_sweeper
from nhi_core.domain.errors import CacheUnavailable, StoreUnavailable
from nhi_core.domain.usage import Use
from nhi_core.security import SealBroken

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core

log = structlog.get_logger(__name__)

_ANSWER_KEPT = timedelta(hours=2)
_MOST = 5  # LINE takes five messages a reply
_MOST_OFFERS = 13  # and thirteen quick replies
# Taps after which a person may be somebody else to us, and has another rich menu.
_CHANGES_WHO = frozenset({"confirm_binding", "confirm_unbind", "confirm_clerk_leave"})
_ENDED = {"accepted_plain": "apologised", "refused": "unanswered"}
# The last words, when not even the apology can be filled: no template, no file, no name is needed for them.
_LAST_WORDS = (
    "很抱歉，系統現在無法處理，請稍後再試，或電洽 {phone}。\n"
    "Sorry, we cannot answer right now. Please try again later, or call {phone}."
)


@dataclass(frozen=True)
class Desk:
    """Handles events. One per process; safe to share between threads."""

    core: Core
    line: LineClient
    rasa: RasaClient
    render: Render
    journal: Journal
    parking: Parking
    replies: Replies
    errands: Errands
    background: Executor
    hurry: Hurry = leave_to_the_sweeper
    _plain: dict[str, Message] = field(default_factory=dict)

    def handle(self, event: Event, mailbox_id: str) -> None:
        """Bring one event to its end. Raises RetryLater; other errors count as an attempt."""
        if event.mode != "active":
            self._close(event, Ending("ignored", "standby"))
            return
        if event.reply_token is not None:
            ended = self.replies.ended(event)
            if ended is not None:
                stored = self._stored(event, mailbox_id)
                self._close(event, Ending(_ENDED.get(ended, "answered"), f"reply_{ended}"), _use(stored))
                return
            stored = self._stored(event, mailbox_id)
            if stored is not None:
                self._deliver(event, stored)
                return
        visit = self._visit(event, mailbox_id)
        answer = self._answer(visit)
        if visit.also_ended is not None:
            self._close(visit.also_ended, Ending("ignored", "unsent"))
        if isinstance(answer, Quiet):
            self._close(event, Ending("ignored", answer.reason))
            return
        self._say(event, visit, answer)

    def give_up(self, event: Event, mailbox_id: str) -> None:
        """Apologise for an event that failed again and again, record it, and let the next one pass."""
        visit = self._visit(event, mailbox_id)
        if event.reply_token is None or event.in_group:
            self._close(event, Ending("unanswered", "poison"))
            return
        self._say(event, visit, Say((Line("apology"),), "apologised", "poison"))

    def _visit(self, event: Event, mailbox_id: str) -> Visit:
        return Visit(
            event, mailbox_id, self.core, self.line, self.rasa, self.parking, self.background, self.hurry
        )

    def _answer(self, visit: Visit) -> Answer:
        event = visit.event
        if event.reply_token and not event.in_group and self._nearly_late(event):
            return self._parked(visit, "still_working", "mail_old")
        try:
            return handlers.handle(visit)
        except TurnFailed as error:
            # A slow turn may be ready at the next tap; when that one is slow too, it is a failure.
            slow = error.reason == "rasa_slow" and visit.ref is None
            if visit.wish in _CHANGES_WHO and visit.opened is not None:
                # The action may have done its work before its answer was lost: the menu follows in any case.
                visit.errands.append(f"menu|{visit.opened.account_id}")
            return self._parked(visit, "still_working" if slow else "apology", error.reason)
        except (StoreUnavailable, CacheUnavailable) as error:
            if event.reply_token is None or event.in_group:
                raise RetryLater(error.code) from error
            log.warning("store_away", event_id=event.id, code=error.code)
            return self._parked(visit, "apology", error.code)

    def _nearly_late(self, event: Event) -> bool:
        return timedelta(0) < self.replies.time_left(event) < ANSWER_TIME

    def _parked(self, visit: Visit, template: str, reason: str) -> Say:
        """Return the apology (or "still working") with a button that tries this event again."""
        try:
            ref = self.parking.park(visit.parkable, visit.mailbox_id, self.core.clock.now(), reason)
        except CacheUnavailable:
            return Say((Line(template),), "apologised", reason)
        return Say((Line(template, {"ref": ref}),), "parked", reason)

    def _say(self, event: Event, visit: Visit, answer: Say) -> None:
        if event.reply_token is None:
            self._close(event, Ending("unanswered", "no_reply_token"))
            return
        with stages.stage("render"):
            messages, late, answer = self._rendered(visit, answer)
        account_id = visit.opened.account_id if visit.opened is not None else None
        stored: dict[str, Any] = {
            "messages": messages,
            "late": late,
            "use": None if event.in_group else [visit.language, visit.wish or event.kind],
            "plain": self._plain_apology(visit),
            "account_id": account_id,
            "outcome": "apologised" if answer.outcome == "parked" and visit.ref else answer.outcome,
            "reason": answer.reason,
            "errands": visit.errands,
            "shows": visit.shows,
        }
        try:
            name = _answer_name(event, visit.mailbox_id)
            self.core.vault.put(name, stored, context="answer", ttl=_ANSWER_KEPT)
            self.errands.note(visit.errands, self.core.clock.now())
            self._unpark(visit, answer)
        except CacheUnavailable:
            log.warning("answer_not_stored", event_id=event.id)
        self._deliver(event, stored)

    def _unpark(self, visit: Visit, answer: Say) -> None:
        """Let go of the parked event behind a "try again", now that its answer is stored."""
        if visit.ref is None or visit.original is None:
            return
        self.parking.drop(visit.ref, visit.mailbox_id)
        if answer.outcome != "parked":
            self._close(visit.original, Ending(answer.outcome, "retried"))

    def _stored(self, event: Event, mailbox_id: str) -> Mapping[str, Any] | None:
        try:
            stored: Mapping[str, Any] | None
            stored = self.core.vault.get(_answer_name(event, mailbox_id), context="answer")
        except SealBroken:
            return None
        return stored

    def _deliver(self, event: Event, stored: Mapping[str, Any]) -> None:
        messages = cast("Sequence[Message]", stored["messages"])
        with stages.stage("send"):
            failed = self.replies.deliver(
                event,
                messages,
                account_id=stored["account_id"],
                plain=cast("Message", stored["plain"]),
                late=cast("Sequence[Message] | None", stored.get("late")),
                sent=partial(self._shown, event, stored.get("shows") or ()),
            )
        if failed is not None:
            self._close(event, failed, _use(stored))
        elif stored["outcome"] != "parked":
            self._close(event, Ending(str(stored["outcome"]), stored["reason"]), _use(stored))
        for errand in stored["errands"]:
            self.errands.run(errand)

    def _shown(self, event: Event, notices: Sequence[str], message_ids: Sequence[str]) -> None:
        """Note what LINE calls the cards of notices. Without it a quoted reply is only not understood."""
        try:
            for notice_id, message_id in zip(notices, message_ids, strict=False):
                self.core.notice_reading.posted(notice_id, event.group_id, [message_id])
        except StoreUnavailable:
            log.warning("notice_posts_not_noted", event_id=event.id)

    def _rendered(
        self, visit: Visit, answer: Say
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]] | None, Say]:
        """Return the messages; those that may be pushed, if that is not all; and what was answered."""
        try:
            shown = [(line, self._render(visit, line)) for line in answer.lines]
        except (RenderError, LookupError, ValueError) as error:
            names = [line.template for line in answer.lines]
            log.error("render_failed", templates=names, error=type(error).__name__)  # noqa: TRY400 - may hold values
            return self._apology(visit), None, Say((Line("apology"),), "apologised", "render_failed")
        count = sum(len(found) for _, found in shown)
        if count > _MOST:
            log.error("too_many_messages", event_id=visit.event.id, count=count)
        late = None
        if any(line.reply_only for line in answer.lines):
            late = _together([found for line, found in shown if not line.reply_only])
        return _together([found for _, found in shown]), late, answer

    def _apology(self, visit: Visit) -> list[dict[str, Any]]:
        try:
            return self._render(visit, Line("apology"))
        except (RenderError, LookupError, ValueError, StoreUnavailable, CacheUnavailable):
            words = _LAST_WORDS.format(phone=self.core.settings.office_phone)
            return [{"type": "text", "text": words}]

    def _plain_apology(self, visit: Visit) -> Message:
        """Return the apology's words alone: the same for everybody of a language, so filled once."""
        found = self._plain.get(visit.language)
        if found is None:
            found = self._plain[visit.language] = plain_text(self._apology(visit))
        return found

    def _render(self, visit: Visit, line: Line) -> list[dict[str, Any]]:
        view = visit.opened
        found = self.render(
            line.template,
            {
                "office_phone": self.core.settings.office_phone,
                "privacy_page": f"{self.core.settings.public_url}/privacy",
                **line.data,
            },
            language=line.language or visit.language,
            session=view.session if view is not None else MENU_SESSION,
        )
        return [dict(message) for message in found]

    def _close(self, event: Event, ending: Ending, use: Use | None = None) -> None:
        self.journal.close(event.id, kind=event.kind, outcome=ending.outcome, reason=ending.reason, use=use)


def _use(stored: Mapping[str, Any] | None) -> Use | None:
    """Return what an answer counts as; nothing in groups, where nobody in particular is answered."""
    found = stored.get("use") if stored is not None else None
    return None if stored is None or found is None else Use(found[0], found[1], stored["account_id"])


def _together(parts: Sequence[Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    return _offers_last([dict(message) for part in parts for message in part][:_MOST])


def _offers_last(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Gather all quick replies under the last message: LINE shows no others."""
    items: list[Any] = []
    for message in reversed(messages):
        items += [one for one in message.pop("quickReply", {}).get("items", ()) if one not in items]
    if items:
        messages[-1]["quickReply"] = {"items": items[:_MOST_OFFERS]}
    return messages


def _answer_name(event: Event, mailbox_id: str) -> str:
    return f"answer:{mailbox_id}:{event.id}"
