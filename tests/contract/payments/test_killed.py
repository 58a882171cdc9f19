"""Our process dies at each step of a payment at each gateway: nothing is lost, nothing is taken twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nhi_core.domain.payment import OrderState
from nhi_core.ports_payments import PaymentProvider
from tests.contract.payments.rigs import Rig
from tests.fakes.clock import FakeClock
from tests.fakes.store import MemoryStore
from tests.fakes.till import Death, Killed, MortalGateway, Till

pytestmark = pytest.mark.net
# More than any gateway's walk has; the last test of the module says so.
STEPS = 28


class RealTill(Till):
    """A till whose gateway is a provider of ours with the other side in our hands."""

    rig: Rig

    def _providers(self) -> dict[str, PaymentProvider]:
        return {self.rig.provider.channel: MortalGateway(self.rig.provider, self.death)}


def walk(till: RealTill) -> None:
    """Ask for a link, begin, agree at the gateway, be called back or come back, look at the page."""
    rig, channel = till.rig, till.rig.provider.channel
    order_id = till.order_id()
    live = [one for one in till.attempts(order_id) if one.live]
    if not live:
        view = till.pay.page(order_id)
        till.pay.start(order_id, channel, amount=view.amount, language="zh-TW")
        live = [one for one in till.attempts(order_id) if one.live]
    [attempt] = live
    if rig.taken(attempt.id) == 0:
        rig.approve(attempt.id)
    callback = rig.callback(attempt.id)
    if callback is not None:
        till.pay.called_back(channel, callback, "hash")
    till.pay.came_back(order_id)
    till.pay.page(order_id)


@pytest.fixture
def make(rig: Rig) -> Callable[[], RealTill]:
    def made() -> RealTill:
        clock = FakeClock()
        till = RealTill(MemoryStore(clock), clock)
        till.rig = rig
        return till

    return made


def taken(till: RealTill) -> int:
    return sum(
        till.rig.taken(attempt.id)
        for order in till.orders()
        for attempt in till.attempts(order.id)
        if attempt.reference is not None or attempt.redirect_url is not None
    )


@pytest.mark.parametrize("step", range(1, STEPS))
def test_killed_at_any_step_the_money_is_taken_and_booked_once(
    make: Callable[[], RealTill], step: int
) -> None:
    till = make()
    till.death = Death(at=step)
    try:
        walk(till)
    except Killed:
        till.heal(hours=2)
        if till.arrears().total:
            walk(till)
    till.heal()
    booked = sum(payment.amount for payment in till.payments())
    assert taken(till) == 1
    assert (till.arrears().total, till.arrears().overpaid) == (0, 0)
    assert booked == sum(order.amount for order in till.orders() if order.state is OrderState.PAID)
    assert [order.state for order in till.orders()].count(OrderState.PAID) == 1


def test_no_gateways_walk_has_more_steps_than_are_tried(make: Callable[[], RealTill]) -> None:
    till = make()
    walk(till)
    assert till.death.steps < STEPS
