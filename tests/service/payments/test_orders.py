from __future__ import annotations

from datetime import date, timedelta

import pytest

from nhi_core.domain.bills import Payment, Plan, PlanState, PlanTerm
from nhi_core.domain.errors import NotBound
from nhi_core.domain.payment import (
    AmountChanged,
    AttemptPending,
    AttemptState,
    ChannelRefused,
    NothingToPay,
    OrderClosed,
    OrderState,
    PayLinkOver,
    PaymentTooSoon,
    Purpose,
)
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports_payments import GatewayAway
from tests.factories.domain import make_bill, make_person
from tests.fakes.till import Till
from tests.service.payments.conftest import MakeTill


def test_an_order_is_for_what_is_owed_today(till: Till) -> None:
    link = till.pay.order("account")
    assert link.amount == till.arrears().total > 3304
    assert (link.bills, link.purpose, link.estimated) == (1, Purpose.ARREARS, True)


def test_asked_twice_there_is_one_order(till: Till) -> None:
    assert till.order_id() == till.order_id()
    assert len(till.orders()) == 1


def test_the_link_holds_nothing_personal_and_cannot_be_changed(till: Till) -> None:
    url = till.pay.order("account").url
    for secret in (till.person.number, till.person.name, "account", "payer", "3304"):
        assert secret not in url
    token = url.rsplit("/", 1)[1]
    with pytest.raises(PayLinkOver):
        till.pay.links.read(token[:-2] + ("AA" if token[-2:] != "AA" else "BB"))
    till.clock.advance(hours=25)
    with pytest.raises(PayLinkOver):
        till.pay.links.read(token)


def test_without_a_binding_there_is_no_link(till: Till) -> None:
    with pytest.raises(NotBound):
        till.pay.order("somebody")


def test_a_fresh_binding_cools_off_first(make_till: MakeTill) -> None:
    till = make_till(cooling_off=timedelta(hours=2))
    with pytest.raises(PaymentTooSoon):
        till.pay.order("account")
    till.clock.advance(hours=2)
    assert till.pay.order("account").amount


def test_whoever_owes_nothing_gets_no_link(make_till: MakeTill) -> None:
    with pytest.raises(NothingToPay):
        make_till(bills=()).pay.order("account")


def test_the_page_dies_with_the_binding(till: Till) -> None:
    order_id = till.order_id()
    till.rebind(make_person(key="another"))
    with pytest.raises(PayLinkOver):
        till.pay.page(order_id)
    with pytest.raises(PayLinkOver):
        till.pay.start(order_id, "fake", amount=1, language="en")


def test_the_page_judges_anew_and_a_stale_amount_is_not_paid(till: Till) -> None:
    order_id = till.order_id()
    shown = till.pay.page(order_id).amount
    with till.store() as uow:
        uow.bills.add_payments([Payment("p-1", "bill-a", 1000, date(2026, 9, 9), None, "bank")])
        uow.commit()
    with pytest.raises(AmountChanged):
        till.pay.start(order_id, "fake", amount=shown, language="en")
    assert till.pay.page(order_id).amount == till.arrears().total < shown
    assert till.attempts(order_id) == ()


def test_an_order_paid_elsewhere_closes(till: Till) -> None:
    order_id = till.order_id()
    with till.store() as uow:
        uow.bills.add_payments([Payment("p-1", "bill-a", 4000, date(2026, 9, 9), None, "bank")])
        uow.commit()
    assert till.pay.page(order_id).state is OrderState.CANCELLED


def test_an_order_expires(till: Till) -> None:
    order_id = till.order_id()
    till.clock.advance(minutes=31)
    with pytest.raises(OrderClosed):
        till.pay.start(order_id, "fake", amount=till.arrears().total, language="en")
    assert till.pay.page(order_id).state is OrderState.EXPIRED
    assert till.order_id() != order_id


def test_the_sweeper_expires_what_nobody_looks_at(till: Till) -> None:
    order_id = till.order_id()
    till.heal(hours=1)
    assert till.order(order_id).state is OrderState.EXPIRED


def test_started_twice_is_one_attempt(till: Till) -> None:
    first = till.started()
    again = till.pay.start(first.order_id, "fake", amount=first.amount, language="en")
    assert again == first.redirect_url
    assert len(till.attempts(first.order_id)) == 1


def test_a_gateway_that_takes_money_by_itself_is_not_left_for_another(till: Till) -> None:
    first = till.started()
    with pytest.raises(AttemptPending):
        till.pay.start(first.order_id, "other", amount=first.amount, language="en")


def test_a_gateway_that_needs_our_word_is(make_till: MakeTill) -> None:
    till = make_till(captures=False)
    first = till.started()
    assert till.pay.start(first.order_id, "other", amount=first.amount, language="en")
    till.gateway.approve(first.id, first.amount)
    till.heal()
    assert till.gateway.taken == {}


def test_an_unknown_gateway_and_one_that_refuses(till: Till) -> None:
    order_id = till.order_id()
    amount = till.pay.page(order_id).amount
    with pytest.raises(ChannelRefused):
        till.pay.start(order_id, "bitcoin", amount=amount, language="en")
    till.gateway.refuses = True
    with pytest.raises(ChannelRefused):
        till.pay.start(order_id, "fake", amount=amount, language="en")
    assert till.attempts(order_id)[0].state is AttemptState.REFUSED
    assert till.pay.start(order_id, "other", amount=amount, language="en")


def test_a_gateway_that_is_away_leaves_an_attempt_that_is_asked_about(till: Till) -> None:
    order_id = till.order_id()
    amount = till.pay.page(order_id).amount
    till.gateway.away = True
    with pytest.raises(GatewayAway):
        till.pay.start(order_id, "fake", amount=amount, language="en")
    till.heal(hours=1)
    assert till.attempts(order_id)[0].live
    till.gateway.away = False
    till.heal(hours=1)
    assert till.attempts(order_id)[0].state is AttemptState.LAPSED


def test_an_instalment_is_paid_to_its_plan(make_till: MakeTill) -> None:
    terms = (PlanTerm(1, 1200, date(2026, 9, 25), None), PlanTerm(2, 1200, date(2026, 10, 25), None))
    plan = Plan("plan", "payer", PlanState.RUNNING, date(2026, 9, 1), terms)
    bills = tuple(
        make_bill(1200, date(2026, 5, 31), key=f"b{n}", month=PremiumMonth(2026, n), plan_id="plan")
        for n in (3, 4)
    )
    till = make_till(bills=bills, plans=(plan,))
    before = till.arrears()
    attempt = till.started()
    assert attempt.amount == 1200
    till.gateway.approve(attempt.id, 1200)
    till.call(attempt.id)
    after = till.arrears()
    assert after.total == before.total - 1200
    assert after.plan is not None
    assert after.plan.terms[0].paid_on == till.clock.today()
    assert [p.amount for p in till.payments()] == [1200]
