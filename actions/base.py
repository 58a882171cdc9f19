"""What every custom action shares: the turn's permit, the service, the sealed answer, and that it answers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import structlog
from rasa_sdk import Action, Tracker

from actions.corrections import meant
from actions.followups import UNSURE, Heading, heading, may_follow
from nhi_core import tracing
from nhi_core.domain import errors
from nhi_core.domain.roc import PremiumMonth
from nhi_core.wire import ActionReply

if TYPE_CHECKING:
    from rasa_sdk.executor import CollectingDispatcher

    from nhi_core.bootstrap import Core
    from nhi_core.domain.matters import Matter
    from nhi_core.services.turns import TurnContext

log = structlog.get_logger(__name__)

# What a typed error looks like to a person: error class → template.
TEMPLATE_OF_ERROR: Mapping[type[errors.CounterError], str] = {
    errors.NotBound: "not_bound",
    errors.NotAClerk: "clerk_none",
    errors.CodeRefused: "bind_refused",
    errors.TooManyAttempts: "bind_too_many",
    errors.RelationRefused: "dependant_refused",
    errors.IdentityRefused: "link_failed",
    errors.ApplicationTooSoon: "instalment_too_soon",
    errors.NothingProposed: "bind_expired",
    errors.IllegalMove: "bind_expired",
    errors.DateOutOfRange: "date_out_of_range",
    errors.StoreUnavailable: "apology",
    errors.CacheUnavailable: "apology",
    errors.TurnClosed: "apology",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A template with what it needs: `view` is personal and will be sealed; `args` is not personal.

    `about`: what a follow-up will be about; it stays on the server.
    """

    template: str
    view: object | None = None
    args: Mapping[str, str | int | bool | list[str]] | None = None
    about: Matter | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person said, without who the person is: entities and the dialogue so far.

    `meant` are the entities without those that were taken back (「不是六期，是十二期」), the last said first.
    `about`: the month of what was shown last, when the line is a follow-up on it and names no other.
    """

    entities: Mapping[str, tuple[str, ...]]
    last_template: str | None
    ranking: tuple[tuple[str, float], ...]
    meant: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    text: str = ""
    about: PremiumMonth | None = None

    @property
    def said_month(self) -> PremiumMonth | None:
        """The first readable `roc_month` entity."""
        for value in self.entities.get("roc_month", ()):
            try:
                return PremiumMonth.parse(value)
            except errors.Invalid:
                continue
        return None

    @property
    def month(self) -> PremiumMonth | None:
        """The premium month that is meant, said or pointed at."""
        return self.said_month or self.about

    def entity(self, name: str) -> str | None:
        """Return the first value of an entity."""
        values = self.entities.get(name, ())
        return values[0] if values else None


class CounterAction(Action):  # type: ignore[misc]  # the SDK ships without types
    """Finds the turn's account, asks a service, hands back a template and a ticket."""

    verb: str
    by_verb: ClassVar[dict[str, type[CounterAction]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Make the action known to those that lead to it."""
        super().__init_subclass__(**kwargs)
        CounterAction.by_verb[cls.verb] = cls

    def __init__(self, core: Core) -> None:
        """Keep the services."""
        self.core = core

    def name(self) -> str:
        """Return the name that Rasa's domain uses."""
        return f"action_{self.verb}"

    @abstractmethod
    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Do the work. May raise any `CounterError`."""

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Answer, whatever happens: a typed error has its template, anything else is an apology."""
        token = _turn_of(tracker)
        try:
            turn = self.core.turns.resolve(token)
            with tracing.span("action", parent=turn.trace, action=self.name()):
                answer = self._answer(turn, read(tracker))
                self._remember(turn, answer)
                ticket = None if answer.view is None else self.core.tickets.seal(answer.view, turn=token)
            reply = ActionReply(template=answer.template, ticket=ticket, args=dict(answer.args or {}))
        except errors.CounterError as problem:
            template = next(
                (t for e, t in TEMPLATE_OF_ERROR.items() if isinstance(problem, e)), "error_generic"
            )
            log.info("action_refused", action=self.name(), code=problem.code, template=template)
            reply = ActionReply(template=template)
        except Exception as problem:  # at the edge of the process an action always answers
            log.exception("action_failed", action=self.name(), error=type(problem).__name__)
            reply = ActionReply(template="apology")
        dispatcher.utter_message(json_message=reply.model_dump(mode="json"))
        return []

    def _answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Answer, or let the action answer that a follow-up leads to."""
        found = self._heading(turn, asked)
        if found is None:
            return self.answer(turn, asked)
        return CounterAction.by_verb[found.verb](self.core).answer(turn, found.asked)

    def _heading(self, turn: TurnContext, asked: Asked) -> Heading | None:
        if not may_follow(self.verb, asked):
            return None
        # A value said while the instalment guide is open is the guide's.
        if self.verb in UNSURE and self.core.instalments.lively(turn.account_id):
            values = ("period_count", "reason")
            if turn.secrets or any(asked.entities.get(name) for name in values):
                return None
        matter = self.core.matters.last(turn.account_id)
        return None if matter is None else heading(self.verb, asked, matter, self.core.clock.today())

    def _remember(self, turn: TurnContext, answer: Answer) -> None:
        if answer.about is None:
            return
        try:
            self.core.matters.remember(turn.account_id, answer.about)
        except errors.CacheUnavailable:
            log.warning("matter_not_kept", action=self.name())


def _turn_of(tracker: Tracker) -> str:
    metadata = (tracker.latest_message or {}).get("metadata") or {}
    return str(metadata.get("turn", ""))


def read(tracker: Tracker) -> Asked:
    """Take out of the tracker what an action may use."""
    message = tracker.latest_message or {}
    entities: dict[str, list[str]] = {}
    for entity in message.get("entities") or []:
        entities.setdefault(str(entity.get("entity")), []).append(str(entity.get("value")))
    ranking = tuple(
        (str(item.get("name")), float(item.get("confidence", 0.0)))
        for item in message.get("intent_ranking") or []
    )
    return Asked(
        entities={name: tuple(values) for name, values in entities.items()},
        last_template=_last_template(tracker.events or []),
        ranking=ranking,
        meant={name: meant(message, name) for name in entities},
        text=str(message.get("text") or ""),
    )


def _last_template(events: Iterable[Mapping[str, Any]]) -> str | None:
    """Return the template of the bot's last utterance before the person's present message."""
    found, pending = None, None
    for event in events:
        if event.get("event") == "bot":
            custom = (event.get("data") or {}).get("custom") or {}
            pending = custom.get("template", pending)
        elif event.get("event") == "user":
            found = pending
    return found
