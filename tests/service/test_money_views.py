from __future__ import annotations

from datetime import date, timedelta

import pytest

from nhi_core.adapters.premiums.sandbox import seed
from nhi_core.domain.errors import DateOutOfRange, NotBound
from nhi_core.domain.people import Person
from nhi_core.services.arrears import ArrearsView
from nhi_core.services.late_fees import LateFeeView
from nhi_core.services.views import to_json
from tests.factories.domain import make_bill, make_payment, make_person
from tests.fakes.world import CALENDAR, TODAY, World


@pytest.fixture
def seeded() -> World:
    world = World()
    seed(world.uow, TODAY, CALENDAR)
    return world


def bound_to(world: World, story: str) -> str:
    account = world.account(story)
    with world.uow() as uow:
        person = uow.people.by_story(story)
    assert isinstance(person, Person)
    world.bind(account, person)
    return account


def arrears(world: World, story: str) -> ArrearsView:
    return world.arrears.summary(bound_to(world, story))


def estimate(world: World, story: str, pay_on: date | None = None) -> LateFeeView:
    return world.late_fees.estimate(bound_to(world, story), pay_on)


def test_before_binding_nobody_sees_anything(seeded: World) -> None:
    account = seeded.account()
    with pytest.raises(NotBound):
        seeded.arrears.summary(account)
    with pytest.raises(NotBound):
        seeded.late_fees.estimate(account)
    with pytest.raises(NotBound):
        seeded.arrears.summary("no such account")


def test_the_bills_are_the_bound_persons_own(seeded: World) -> None:
    mine, theirs = arrears(seeded, "one_month_late"), arrears(seeded, "over_50000")
    assert (mine.total, theirs.total) == (826, 62_277)


def test_a_waived_fee_is_shown_as_nothing_with_its_estimate(seeded: World) -> None:
    view = arrears(seeded, "fee_waived")
    bill = view.bills[0]
    assert (bill.late_fee, bill.late_fee_waived, view.waived_note, view.estimated) == (0, True, True, True)
    assert bill.late_fee_raw == 41
    assert view.total == bill.outstanding == 826


def test_a_capped_fee(seeded: World) -> None:
    bill = arrears(seeded, "fee_capped").bills[0]
    assert (bill.late_fee, bill.late_fee_raw, bill.late_fee_estimated) == (165, 165, True)


def test_a_charged_fee_is_no_estimate(seeded: World) -> None:
    view = arrears(seeded, "charged_fee")
    assert (view.late_fee_total, view.estimated, view.waived_note) == (132, False, False)


def test_two_month_billing_keeps_the_printed_due_date(seeded: World) -> None:
    bills = arrears(seeded, "two_month_billing").bills
    assert len(bills) == 2
    assert len({bill.due for bill in bills}) == 1
    assert bills[0].month < bills[1].month


def test_a_running_plan_is_told_with_its_next_term(seeded: World) -> None:
    view = arrears(seeded, "plan_running")
    assert view.plan is not None
    assert view.status == "in_instalments"
    assert view.total == view.plan.remaining == sum(t.amount for t in view.plan.terms if t.paid_on is None)
    assert view.plan.next_due is not None
    assert view.plan.next_due >= TODAY
    assert view.plan.missed == 0
    assert {(bill.status, bill.late_fee) for bill in view.bills} == {("in_plan", 0)}


def test_a_missed_term_is_counted_and_the_default_left_to_the_agency(seeded: World) -> None:
    view = arrears(seeded, "plan_term_missed")
    assert view.plan is not None
    assert (view.plan.state, view.status) == ("running", "in_instalments")
    assert view.plan.missed == 2


def test_a_defaulted_plan_has_everything_due(seeded: World) -> None:
    view = arrears(seeded, "plan_defaulted")
    assert view.plan is not None
    assert view.total == view.plan.remaining == 17_340
    assert {bill.level for bill in view.bills} == {"red"}


def test_enforcement_is_marked_on_the_bill(seeded: World) -> None:
    assert all(bill.in_enforcement for bill in arrears(seeded, "in_enforcement").bills)


def test_deferred_premiums_and_double_payments_stay_outside_the_total(seeded: World) -> None:
    leave = arrears(seeded, "parental_leave")
    assert (leave.total, leave.deferred_total) == (0, 5 * 710)
    assert leave.bills[0].deferred_until is not None
    assert arrears(seeded, "double_payment").overpaid == 826


def test_hardship_is_told(seeded: World) -> None:
    view = arrears(seeded, "hardship")
    assert (view.hardship, view.late_fee_total) == (True, 0)


def test_views_hold_no_full_name_and_no_number(seeded: World) -> None:
    account = bound_to(seeded, "family_of_four")
    with seeded.uow() as uow:
        person = uow.people.by_story("family_of_four")
    assert person is not None
    text = f"{to_json(seeded.arrears.summary(account))}{to_json(seeded.late_fees.estimate(account))}"
    assert person.name not in text
    assert person.number not in text


def test_views_travel_by_ticket(seeded: World) -> None:
    account = bound_to(seeded, "family_of_four")
    turn = seeded.turns.begin(account, language="zh-TW")
    view = seeded.arrears.summary(account)
    redeemed = seeded.tickets.redeem(seeded.tickets.seal(view, turn=turn), turn=turn)
    assert redeemed == to_json(view)
    assert redeemed["as_of"] == "2026-09-10"


def test_a_trial_calculation_shows_its_arithmetic(seeded: World) -> None:
    view = estimate(seeded, "family_of_four", TODAY + timedelta(days=3))
    bill = view.bills[0]
    assert (bill.rate_permille, bill.cap_percent, bill.cap) == (1, 5, 165)
    assert bill.raw == (bill.outstanding * bill.days + 500) // 1000
    assert bill.fee == min(bill.raw, bill.cap)
    assert view.grand_total == bill.outstanding + bill.fee
    assert (view.waiver_threshold, view.max_pay_on) == (100, TODAY + timedelta(days=180))


def test_paying_later_never_costs_less(seeded: World) -> None:
    account = bound_to(seeded, "over_50000")
    totals = [
        seeded.late_fees.estimate(account, TODAY + timedelta(days=days)).grand_total
        for days in range(0, 181, 20)
    ]
    assert totals == sorted(totals)


def test_without_a_date_the_trial_is_for_today(seeded: World) -> None:
    view = estimate(seeded, "fee_capped")
    assert (view.pay_on, view.fee_total) == (TODAY, 165)


@pytest.mark.parametrize("days", [-1, 181])
def test_a_date_we_cannot_estimate_for_is_refused(seeded: World, days: int) -> None:
    with pytest.raises(DateOutOfRange):
        estimate(seeded, "one_month_late", TODAY + timedelta(days=days))


def test_plans_and_deferrals_are_no_part_of_the_trial(seeded: World) -> None:
    for story in ("plan_running", "parental_leave", "paid_unposted"):
        view = estimate(seeded, story)
        assert (view.bills, view.grand_total) == ((), 0)


def test_a_share_paid_late_is_a_row_of_its_own(world: World) -> None:
    person = world.add_person(make_person())
    bill = make_bill(3_304, payer_id=person.id)
    with world.uow() as uow:
        uow.bills.add_all([bill])
        uow.bills.add_payments([make_payment(bill, 1_000, date(2026, 8, 28))])
        uow.commit()
    account = world.account()
    world.bind(account, person)
    parts = world.late_fees.estimate(account).bills[0].parts
    assert [(part.amount, part.days) for part in parts] == [(1_000, 10), (2_304, 23)]
