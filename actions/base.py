"""What every custom action shares: the turn's permit, the service, the sealed answer, and that it answers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog
from rasa_sdk import Action, Tracker

from actions.corrections import meant
from nhi_core.domain import errors
from nhi_core.wire import ActionReply

if TYPE_CHECKING:
    from rasa_sdk.executor import CollectingDispatcher

    from nhi_core.bootstrap import Core
    from nhi_core.services.turns import TurnContext

log = structlog.get_logger(__name__)

# What a typed error looks like to a person: error class → template.
TEMPLATE_OF_ERROR: Mapping[type[errors.CounterError], str] = {
    errors.NotBound: "not_bound",
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
    """A template with what it needs: `view` is personal and will be sealed; `args` is not personal."""

    template: str
    view: object | None = None
    args: Mapping[str, str | int | bool | list[str]] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person said, without who the person is: entities and the dialogue so far.

    `meant` are the entities without those that were taken back (「不是六期，是十二期」), the last said first.
    """

    entities: Mapping[str, tuple[str, ...]]
    last_template: str | None
    ranking: tuple[tuple[str, float], ...]
    meant: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def entity(self, name: str) -> str | None:
        """Return the first value of an entity."""
        values = self.entities.get(name, ())
        return values[0] if values else None


class CounterAction(Action):  # type: ignore[misc]  # the SDK ships without types
    """Finds the turn's account, asks a service, hands back a template and a ticket."""

    verb: str

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
            answer = self.answer(turn, read(tracker))
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
