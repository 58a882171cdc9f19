"""The lives of orders and attempts: what the tables promise."""

from __future__ import annotations

import pytest

from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.payment import (
    ATTEMPT_MOVES,
    LIVE_ATTEMPTS,
    LIVE_ORDERS,
    ORDER_MOVES,
    SETTLED_ATTEMPTS,
    AttemptEvent,
    AttemptState,
    OrderEvent,
    OrderState,
    next_attempt,
    next_order,
)

MONEY = (AttemptEvent.PAY, AttemptEvent.MISMATCH, AttemptEvent.DOUBLE)


@pytest.mark.parametrize("state", sorted(set(AttemptState) - SETTLED_ATTEMPTS))
@pytest.mark.parametrize("event", MONEY)
def test_money_is_heard_of_in_every_unsettled_state(state: AttemptState, event: AttemptEvent) -> None:
    assert next_attempt(state, event) in SETTLED_ATTEMPTS


@pytest.mark.parametrize("state", sorted(SETTLED_ATTEMPTS))
@pytest.mark.parametrize("event", list(AttemptEvent))
def test_what_is_settled_stays(state: AttemptState, event: AttemptEvent) -> None:
    with pytest.raises(IllegalMove):
        next_attempt(state, event)


@pytest.mark.parametrize("event", list(OrderEvent))
def test_a_paid_order_stays_paid(event: OrderEvent) -> None:
    with pytest.raises(IllegalMove):
        next_order(OrderState.PAID, event)


@pytest.mark.parametrize("state", [OrderState.EXPIRED, OrderState.CANCELLED])
def test_late_money_pays_an_order_that_was_over(state: OrderState) -> None:
    assert next_order(state, OrderEvent.SETTLE) is OrderState.PAID


def test_nothing_comes_back_to_life_except_an_order_whose_confirmation_failed() -> None:
    for (state, event), after in ORDER_MOVES.items():
        assert after not in LIVE_ORDERS or state in LIVE_ORDERS, (state, event)
    for (attempt, what), then in ATTEMPT_MOVES.items():
        assert then not in LIVE_ATTEMPTS or attempt in LIVE_ATTEMPTS, (attempt, what)
