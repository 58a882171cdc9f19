"""What a handler works with: the event, whose it is, and the way to ask the dialogue engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import structlog

from bot import guide, languages, metrics, surveys
from bot.errands import errands_of
from bot.events import Event
from bot.line import LineClient, LineError
from bot.outcomes import Line, Say
from bot.parking import Parking
from bot.rasa import RasaClient, RasaFailed
from bot.scrub import Scrubbed
from nhi_core import tracing
from nhi_core.domain.errors import CacheUnavailable, Invalid, StoreUnavailable, TurnClosed
from nhi_core.wire import LANGUAGES, ActionReply, IntentRequest, Language, TurnReply, TurnRequest

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core
    from nhi_core.domain.offices import ChatGroup
    from nhi_core.services.conversations import ConversationView

log = structlog.get_logger(__name__)

DEFAULT_LANGUAGE: Language = "zh-TW"
_NO_SECRETS: Mapping[str, list[str]] = {}
_FAILURES = frozenset({"apology", "error_generic"})


# Queues a task by name for one id; what it cannot queue, a sweeper finds.
Hurry = Callable[[str, str], None]


def leave_to_the_sweeper(_task: str, _subject_id: str) -> None:
    """Queue nothing: where there is no queue, the sweeper is enough."""


class TurnFailed(Exception):
    """The dialogue could not answer; the event may be tried again. `reason` is a stable word."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        self.reason = reason
        super().__init__(reason)


@dataclass
class Visit:
    """One event being handled. `original` and `ref`: it was parked before, and a tap asks for another try."""

    event: Event
    mailbox_id: str
    core: Core
    line: LineClient
    rasa: RasaClient
    parking: Parking
    background: Executor
    hurry: Hurry = leave_to_the_sweeper
    original: Event | None = None
    ref: str | None = None
    also_ended: Event | None = None  # a parked event that this one ends
    errands: list[str] = field(default_factory=list)
    # Notices that the answer shows, in the order of its messages: LINE's ids of them are kept.
    shows: list[str] = field(default_factory=list)
    # What was wanted, for the figures of use: an intent by name, as far as it was understood.
    wish: str | None = None

    @cached_property
    def view(self) -> ConversationView:
        """Return the account's view. Raises StoreUnavailable, and Invalid for an event that names nobody."""
        if self.event.user_id is None:
            raise Invalid("an event without a user")
        view: ConversationView = self.core.conversations.open("line", self.event.user_id)
        return view

    @cached_property
    def group(self) -> ChatGroup | None:
        """Return the group that this happened in, as far as we know it. Raises StoreUnavailable."""
        group_id = self.event.group_id
        return self.core.chat_groups.find(group_id) if group_id is not None else None

    @property
    def opened(self) -> ConversationView | None:
        """Return the view if it was needed so far: asks nothing of the database."""
        return self.__dict__.get("view")

    @property
    def language(self) -> Language:
        """Return the person's language, as far as we know."""
        view = self.opened
        return _language(view.language) if view is not None else DEFAULT_LANGUAGE

    @property
    def parkable(self) -> Event:
        """Return what the person really said, however often it was tried."""
        return self.original or self.event

    def again(self, original: Event, ref: str) -> None:
        """Go on with a parked event, answering with the present event's reply token."""
        self.original, self.ref = original, ref
        self.event = original.rerun(self.event)

    def look_again(self) -> None:
        """Read the account anew: language, session or kind may have changed. Raises StoreUnavailable."""
        if self.event.user_id is not None:
            self.__dict__["view"] = self.core.conversations.open("line", self.event.user_id)

    def ask(self, said: Scrubbed | IntentRequest) -> Say:
        """Have one turn with the dialogue engine. Raises TurnFailed, and what the stores raise."""
        view = self.view
        by_tap = isinstance(said, IntentRequest)
        self.wish = said.name if isinstance(said, IntentRequest) else self.wish
        secrets = _NO_SECRETS if isinstance(said, IntentRequest) else said.secrets
        turn = self.core.turns.begin(
            view.account_id, language=view.language, secrets=secrets, trace=tracing.carried()
        )
        animation = self._show_loading()
        try:
            request = TurnRequest(
                sender=view.conversation,
                turn=turn,
                language=self.language,
                text=None if isinstance(said, IntentRequest) else said.text,
                intent=said if isinstance(said, IntentRequest) else None,
            )
            reply = self._ask(request)
            self.wish = self.wish or reply.intent
            lines = tuple(self._line_of(one, turn) for one in reply.replies)
        except TurnClosed:
            # A used or foreign ticket, or a turn that outlived its minute.
            raise TurnFailed("turn_closed") from None
        finally:
            _settled(animation)
            self.core.turns.end(turn)
        log.info("turn_answered", event_id=self.event.id, intent=reply.intent, templates=templates_of(lines))
        if not lines:
            raise TurnFailed("empty_answer")
        if any(line.template in _FAILURES for line in lines):
            raise TurnFailed("action_failed")
        # A tap says nothing of the language: the button was written by us.
        return Say(lines + self._after_turn(view, None if by_tap else reply, lines))

    def _after_turn(
        self, view: ConversationView, heard: TurnReply | None, lines: tuple[Line, ...]
    ) -> tuple[Line, ...]:
        """Note the turn and its language; return what is asked besides: the language, or whether to go on.

        Failing here must not cost the person the answer.
        """
        try:
            self.core.conversations.touch(view.account_id)
            if heard is not None and languages.follow(self.core, view, heard.language):
                self.errands.append(f"menu|{view.account_id}")
            self.look_again()
            asked = () if heard is None else languages.question(self.core, view, heard)
            asked = asked or guide.offer_to_go_on(self.core, view.account_id, lines)
            return asked or surveys.question(self.core, self.view, self.event.id, lines)
        except (StoreUnavailable, CacheUnavailable):
            log.warning("turn_not_noted", event_id=self.event.id)
            return ()

    def _ask(self, request: TurnRequest) -> TurnReply:
        try:
            return self.rasa.ask(request)
        except RasaFailed as error:
            metrics.RASA_FAILURES.labels(reason=error.reason).inc()
            log.warning("turn_not_answered", event_id=self.event.id, reason=error.reason)
            raise TurnFailed(error.reason) from error

    def _line_of(self, reply: ActionReply, turn: str) -> Line:
        data: dict[str, Any] = dict(reply.args)
        if reply.ticket is not None:
            data |= self.core.tickets.redeem(reply.ticket, turn=turn)
        self.errands += errands_of(reply.template, data, account_id=self.view.account_id)
        data.pop("replaced_account_id", None)
        return Line(reply.template, data)

    def _show_loading(self) -> Future[None] | None:
        user_id = self.event.user_id
        if user_id is None or self.event.in_group:
            return None
        return self.background.submit(self._loading, user_id)

    def _loading(self, user_id: str) -> None:
        try:
            self.line.loading(user_id)
        except LineError as error:
            log.info("loading_not_shown", event_id=self.event.id, result=str(error))


def _settled(animation: Future[None] | None) -> None:
    """See the animation's call out of the way: one that arrives after the answer shows dots for nothing."""
    if animation is not None and not animation.cancel():
        wait([animation], timeout=0.3)


def _language(value: str) -> Language:
    return next((one for one in LANGUAGES if one == value), DEFAULT_LANGUAGE)


def templates_of(lines: Sequence[Line]) -> list[str]:
    """Return the templates' names, for logs."""
    return [line.template for line in lines]
