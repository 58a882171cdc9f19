"""The life of a binding between a channel account and an insured person, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from nhi_core.domain.errors import IllegalMove


class BindingState(StrEnum):
    """Where a binding stands. PROPOSED, BOUND and DEPENDANT are alive.

    BOUND is the account's own person: every answer is about that person. DEPENDANT is somebody whose card the
    account's person added (a child); it opens nothing by itself.
    """

    PROPOSED = "proposed"
    BOUND = "bound"
    DEPENDANT = "dependant"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNBOUND = "unbound"
    REPLACED = "replaced"


class BindingEvent(StrEnum):
    """What can happen to a binding."""

    CONFIRM = "confirm"
    ADD = "add"
    CANCEL = "cancel"
    EXPIRE = "expire"
    UNBIND = "unbind"
    REPLACE = "replace"


class Relation(StrEnum):
    """What the person on the card is to the account's person."""

    SELF = "self"
    CHILD = "child"
    OTHER_DEPENDANT = "other_dependant"


class News(StrEnum):
    """What happened to a binding without its account having asked just now: it is still to be told."""

    BOUND = "bound"
    ADDED = "added"
    MOVED = "moved"
    UNBOUND = "unbound"
    STOPPED = "stopped"


LIVE = frozenset({BindingState.PROPOSED, BindingState.BOUND, BindingState.DEPENDANT})

MOVES: Mapping[tuple[BindingState, BindingEvent], BindingState] = {
    (BindingState.PROPOSED, BindingEvent.CONFIRM): BindingState.BOUND,
    (BindingState.PROPOSED, BindingEvent.ADD): BindingState.DEPENDANT,
    (BindingState.PROPOSED, BindingEvent.CANCEL): BindingState.CANCELLED,
    (BindingState.PROPOSED, BindingEvent.EXPIRE): BindingState.EXPIRED,
    (BindingState.BOUND, BindingEvent.UNBIND): BindingState.UNBOUND,
    (BindingState.BOUND, BindingEvent.REPLACE): BindingState.REPLACED,
    (BindingState.DEPENDANT, BindingEvent.UNBIND): BindingState.UNBOUND,
    (BindingState.DEPENDANT, BindingEvent.REPLACE): BindingState.REPLACED,
}

# Each edge names its audit event.
AUDIT_EVENTS: Mapping[BindingEvent, str] = {
    BindingEvent.CONFIRM: "binding_confirmed",
    BindingEvent.ADD: "dependant_added",
    BindingEvent.CANCEL: "binding_cancelled",
    BindingEvent.EXPIRE: "binding_expired",
    BindingEvent.UNBIND: "binding_unbound",
    BindingEvent.REPLACE: "binding_replaced",
}


def next_state(state: str, event: BindingEvent) -> BindingState:
    """Return the state after `event`. Raises errors.IllegalMove when the table has no such edge."""
    try:
        return MOVES[BindingState(state), event]
    except (KeyError, ValueError):
        raise IllegalMove(f"{event} from {state}") from None
