from __future__ import annotations

import contextlib
from typing import Any

import pytest
from sqlalchemy import select

from nhi_core.adapters.db.tables_payments import payment_callbacks
from nhi_core.domain.payment import AttemptPending, AttemptState, OrderClosed, OrderState
from nhi_core.ports_payments import CallbackForged, RawCallback, Standing
from tests.fakes.store import MemoryStore
from tests.fakes.till import Death, Killed, Till
from tests.service.payments.conftest import MakeTill


def outcomes(till: Till) -> set[str | None]:
    """Return what became of all callbacks."""
    if isinstance(till.store, MemoryStore):
        return {row.outcome for row in till.store.callbacks.values()}
    with till.store() as uow:
        connection = uow._connection  # type: ignore[attr-defined]  # nothing of ours reads callbacks
        return set(connection.execute(select(payment_callbacks.c.outcome)).scalars())


def paid(till: Till) -> str:
    attempt = till.started()
    till.gateway.approve(attempt.id, attempt.amount)
    till.call(attempt.id)
    return attempt.order_id


def test_a_paid_order_is_not_owed_any_more(till: Till) -> None:
    order_id = paid(till)
    assert till.order(order_id).state is OrderState.PAID
    view = till.arrears()
    assert view.total == view.overpaid == 0
    assert [bill.status for bill in view.bills] == ["paid_unposted"]
    till.clock.advance(days=40)
    assert till.arrears().total == 0


def test_a_premium_source_read_again_does_not_forget_it(make_till: MakeTill) -> None:
    till = make_till()
    till.gateway.channel = "sandbox"
    attempt = till.started("sandbox")
    till.gateway.approve(attempt.id, attempt.amount)
    till.pay.came_back(attempt.order_id)
    with till.store() as uow:
        uow.bills.replace("payer", bills=uow.bills.of_payer("payer"), payments=[], plans=[])
        uow.commit()
    assert till.arrears().total == 0


def test_a_callback_that_comes_twice_books_once(till: Till) -> None:
    attempt = till.started()
    till.gateway.approve(attempt.id, attempt.amount)
    assert [till.call(attempt.id) for _ in range(3)] == ["paid"] * 3
    assert sum(payment.amount for payment in till.payments()) == attempt.amount


def test_a_callback_before_the_person_agreed_changes_nothing(till: Till) -> None:
    attempt = till.started()
    assert till.call(attempt.id) == "waiting"
    assert till.payments() == ()
    assert till.arrears().total == attempt.amount


def test_a_callback_for_nobodys_order_is_recorded_and_ignored(till: Till) -> None:
    till.started()
    assert till.call("no-such-attempt") == "unknown_order"
    assert till.payments() == ()


def test_a_forged_callback_is_refused_before_anything(till: Till) -> None:
    attempt = till.started()
    till.gateway.approve(attempt.id, attempt.amount)
    asked = till.gateway.asked
    with pytest.raises(CallbackForged):
        till.pay.called_back("fake", RawCallback(attempt.id.encode(), {"X-Signature": "bad"}, None), "h")
    assert (till.gateway.asked, till.payments()) == (asked, ())


def test_late_money_for_an_expired_order_is_still_money(till: Till) -> None:
    attempt = till.started()
    till.heal(hours=2)
    assert till.order(attempt.order_id).state is OrderState.EXPIRED
    till.gateway.approve(attempt.id, attempt.amount)
    till.call(attempt.id)
    assert till.order(attempt.order_id).state is OrderState.PAID
    assert till.arrears().total == 0


def test_late_money_is_found_without_any_callback(till: Till) -> None:
    attempt = till.started()
    till.heal(hours=2)
    till.gateway.approve(attempt.id, attempt.amount)
    till.heal(hours=30)
    assert till.order(attempt.order_id).state is OrderState.PAID


@pytest.mark.parametrize("received", [800, 9999])
def test_another_amount_is_booked_as_it_is_and_looked_at(till: Till, received: int) -> None:
    attempt = till.started()
    till.gateway.approve(attempt.id, received)
    assert till.call(attempt.id) == "review"
    assert till.order(attempt.order_id).state is OrderState.REVIEW
    assert sum(payment.amount for payment in till.payments()) == received
    view = till.pay.page(attempt.order_id)
    assert (view.state, view.received) == (OrderState.REVIEW, received)
    arrears = till.arrears()
    assert (arrears.total > 0) == (received < attempt.amount)
    assert (arrears.overpaid > 0) == (received > attempt.amount)


def test_paid_twice_is_told_and_nothing_is_lost(till: Till) -> None:
    first = till.started()
    till.heal(hours=2)  # it lapses; the person pays at another gateway, and then at the first one after all
    second = till.started("other")
    till.other.approve(second.id, second.amount)
    till.pay.came_back(second.order_id)
    till.gateway.approve(first.id, first.amount)
    till.call(first.id)
    assert sum(payment.amount for payment in till.payments()) == first.amount + second.amount
    assert till.arrears().overpaid > 0


def test_a_refused_try_that_was_paid_after_all_is_a_surplus_of_the_same_order(till: Till) -> None:
    first = till.started()
    till.gateway.say(first.id, Standing.REFUSED)
    till.pay.came_back(first.order_id)
    second = till.started("other")
    till.other.approve(second.id, second.amount)
    till.pay.came_back(second.order_id)
    till.gateway.approve(first.id, first.amount)
    assert till.call(first.id) == till.call(first.id) == "surplus"
    assert second.order_id == first.order_id
    view = till.pay.page(first.order_id)
    assert (view.state, view.received, view.surplus) == (OrderState.PAID, second.amount, first.amount)
    assert sum(payment.amount for payment in till.payments()) == 2 * first.amount
    assert till.arrears().overpaid > 0


def test_after_a_refusal_another_try_is_possible(till: Till) -> None:
    first = till.started()
    till.gateway.say(first.id, Standing.REFUSED)
    till.pay.came_back(first.order_id)
    assert till.attempts(first.order_id)[0].state is AttemptState.REFUSED
    second = till.started()
    assert second.order_id == first.order_id
    till.gateway.approve(second.id, second.amount)
    till.call(second.id)
    assert till.order(first.order_id).state is OrderState.PAID
    with pytest.raises(OrderClosed):
        till.pay.start(first.order_id, "fake", amount=first.amount, language="en")


def test_a_word_that_is_not_in_the_table_is_recorded_not_guessed(till: Till) -> None:
    attempt = till.started()
    till.gateway.say(attempt.id, Standing.UNCLEAR, "8888")
    till.pay.came_back(attempt.order_id)
    after = till.attempts(attempt.order_id)[0]
    assert (after.state, after.code) == (AttemptState.WAITING, "8888")


def test_our_word_is_given_once_even_when_two_ask(make_till: MakeTill) -> None:
    till = make_till(captures=False)
    attempt = till.started()
    till.gateway.approve(attempt.id, attempt.amount)
    till.pay.came_back(attempt.order_id)
    till.pay.came_back(attempt.order_id)
    till.call(attempt.id)
    assert till.gateway.taken == {attempt.id: attempt.amount}
    assert till.order(attempt.order_id).state is OrderState.PAID


def test_what_was_paid_elsewhere_meanwhile_is_not_taken_again(make_till: MakeTill) -> None:
    from datetime import date

    from nhi_core.domain.bills import Payment

    till = make_till(captures=False)
    attempt = till.started()
    till.gateway.approve(attempt.id, attempt.amount)
    with till.store() as uow:
        uow.bills.add_payments([Payment("p-1", "bill-a", 4000, date(2026, 9, 9), None, "bank")])
        uow.commit()
    till.pay.came_back(attempt.order_id)
    assert till.gateway.taken == {}
    assert till.attempts(attempt.order_id)[0].state is AttemptState.LAPSED


def walk(till: Till) -> None:
    """The whole way of a payment as the web process goes it."""
    attempt = till.started()
    if not till.gateway.taken:
        till.gateway.approve(attempt.id, attempt.amount)
    till.call(attempt.id)
    till.pay.came_back(attempt.order_id)
    till.pay.page(attempt.order_id)


def steps_of(make: MakeTill, *, captures: bool) -> int:
    till = make(captures=captures)
    walk(till)
    return till.death.steps


@pytest.mark.parametrize("captures", [True, False], ids=["captures", "needs our word"])
@pytest.mark.parametrize("step", range(1, 28))
def test_killed_anywhere_nothing_is_lost_and_nothing_is_paid_twice(
    make_till: MakeTill, step: int, captures: bool
) -> None:
    """Die at one step; the person comes again, the sweeper runs; the gateway's books and ours agree."""
    till = make_till(captures=captures)
    till.death = Death(at=step)
    try:
        walk(till)
    except Killed:
        till.heal(hours=2)
        if till.arrears().total:
            walk(till)
    till.heal()
    taken = sum(till.gateway.taken.values())
    assert taken == sum(payment.amount for payment in till.payments())
    assert len(till.gateway.taken) == 1
    assert (till.arrears().total, till.arrears().overpaid) == (0, 0)
    assert [order.state for order in till.orders()].count(OrderState.PAID) == 1


def test_the_walk_has_no_more_steps_than_are_tried(make_till: MakeTill) -> None:
    assert steps_of(make_till, captures=False) < 28


@pytest.mark.parametrize("moment", ["before", "after"])
def test_who_was_never_sent_to_the_gateway_can_pay_a_minute_later(
    till: Till, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """We died with the attempt written down and no address to send anybody to."""
    real = till.gateway.open

    def dying(*args: Any, **options: Any) -> Any:
        if moment == "after":
            real(*args, **options)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(till.gateway, "open", dying)
        with pytest.raises(Killed):
            till.started()
    order_id = till.order_id()
    amount = till.pay.page(order_id).amount
    with pytest.raises(AttemptPending):
        till.pay.start(order_id, "fake", amount=amount, language="zh-TW")
    till.clock.advance(seconds=61)
    till.pay.start(order_id, "fake", amount=amount, language="zh-TW")
    first, second = sorted(till.attempts(order_id), key=lambda one: one.created_at)
    assert (first.state, second.state) == (AttemptState.LAPSED, AttemptState.WAITING)
    till.gateway.approve(second.id, amount)
    till.call(second.id)
    assert till.order(order_id).state is OrderState.PAID


@pytest.mark.parametrize("step", range(1, 9))
def test_a_callback_whose_taker_died_has_its_end_when_the_attempt_has(till: Till, step: int) -> None:
    attempt = till.started()
    till.gateway.approve(attempt.id, attempt.amount)
    till.death = Death(at=step)
    with contextlib.suppress(Killed):
        till.call(attempt.id)
    till.death = Death()
    till.pay.came_back(attempt.order_id)
    till.heal(hours=1)
    assert till.attempts(attempt.order_id)[0].state is AttemptState.PAID
    assert outcomes(till) <= {"paid"}


@pytest.mark.parametrize("step", range(1, 7))
def test_a_callback_after_the_end_has_its_own_at_once(till: Till, step: int) -> None:
    order_id = paid(till)
    till.death = Death(at=step)
    with contextlib.suppress(Killed):
        till.call(till.attempts(order_id)[0].id)
    assert outcomes(till) == {"paid"}
