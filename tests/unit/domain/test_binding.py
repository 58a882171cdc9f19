from __future__ import annotations

import itertools

import pytest

from nhi_core.domain.binding import AUDIT_EVENTS, LIVE, MOVES, BindingEvent, BindingState, next_state
from nhi_core.domain.errors import IllegalMove


@pytest.mark.parametrize(("state", "event"), list(itertools.product(BindingState, BindingEvent)))
def test_only_the_edges_of_the_table_exist(state: BindingState, event: BindingEvent) -> None:
    if (state, event) in MOVES:
        assert next_state(state, event) is MOVES[state, event]
    else:
        with pytest.raises(IllegalMove):
            next_state(state, event)


def test_an_unknown_state_is_an_illegal_move() -> None:
    with pytest.raises(IllegalMove):
        next_state("married", BindingEvent.CONFIRM)


def test_the_dead_stay_dead() -> None:
    assert {state for state, _ in MOVES} == LIVE


def test_each_edge_names_its_audit_event() -> None:
    assert set(AUDIT_EVENTS) == set(BindingEvent)
    assert len(set(AUDIT_EVENTS.values())) == len(BindingEvent)
