from __future__ import annotations

import itertools

import pytest

from nhi_core.domain.application import (
    AUDIT_EVENTS,
    MOVES,
    ApplicationEvent,
    ApplicationState,
    Step,
    next_state,
    step_before,
)
from nhi_core.domain.errors import IllegalMove


def test_every_edge_is_walked_and_nothing_else_is() -> None:
    for state, event in itertools.product(ApplicationState, ApplicationEvent):
        if (state, event) in MOVES:
            assert next_state(state, event) is MOVES[state, event]
        else:
            with pytest.raises(IllegalMove):
                next_state(state, event)


def test_every_event_leaves_a_trace_and_every_state_can_be_reached() -> None:
    assert set(AUDIT_EVENTS) == set(ApplicationEvent) == {event for _state, event in MOVES}
    assert set(MOVES.values()) | {ApplicationState.DRAFT} == set(ApplicationState)


def test_what_is_decided_against_or_over_stays_so() -> None:
    final = {ApplicationState.REFUSED, ApplicationState.WITHDRAWN, ApplicationState.FINISHED,
             ApplicationState.DEFAULTED}  # fmt: skip
    assert final.isdisjoint({state for state, _event in MOVES})


def test_back_goes_one_question_back_and_the_first_stays() -> None:
    assert [step_before(step) for step in Step] == [Step.TERMS, Step.TERMS, Step.REASON, Step.CONTACT]
