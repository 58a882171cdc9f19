"""The life of a binding between a channel account and an insured person, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from nhi_core.domain.errors import IllegalMove


class BindingState(StrEnum):
    """Where a binding stands. Only PROPOSED and BOUND are alive."""

    PROPOSED = "proposed"
    BOUND = "bound"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNBOUND = "unbound"
    REPLACED = "replaced"


class BindingEvent(StrEnum):
    """What can happen to a binding."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    EXPIRE = "expire"
    UNBIND = "unbind"
    REPLACE = "replace"


LIVE = frozenset({BindingState.PROPOSED, BindingState.BOUND})

MOVES: Mapping[tuple[BindingState, BindingEvent], BindingState] = {
    (BindingState.PROPOSED, BindingEvent.CONFIRM): BindingState.BOUND,
    (BindingState.PROPOSED, BindingEvent.CANCEL): BindingState.CANCELLED,
    (BindingState.PROPOSED, BindingEvent.EXPIRE): BindingState.EXPIRED,
    (BindingState.BOUND, BindingEvent.UNBIND): BindingState.UNBOUND,
    (BindingState.BOUND, BindingEvent.REPLACE): BindingState.REPLACED,
}

# Each edge names its audit event.
AUDIT_EVENTS: Mapping[BindingEvent, str] = {
    BindingEvent.CONFIRM: "binding_confirmed",
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
