from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhi_core.domain.allocation import allocate, claims_in_plan
from nhi_core.domain.arrears import Assessment, BillStatus, Level, PersonStatus, Relief, assess
from nhi_core.domain.bills import Bill, BillKind, Payment, Plan, PlanState
from nhi_core.domain.instalments import split
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.domain.people import Hardship
from tests.factories.domain import make_bill, make_payment, make_plan
from tests.unit.domain.test_calendar import CALENDAR

DUE = date(2026, 7, 31)
START = date(2026, 8, 18)


def on(
    today: date,
    bills: Sequence[Bill],
    payments: Sequence[Payment] = (),
    plans: Sequence[Plan] = (),
    relief: Relief | None = None,
) -> Assessment:
    return assess(
        bills, payments, plans,
        today=today, calendar=CALENDAR, policy=FeePolicy(), relief=relief,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("today", "bill_status", "level", "person_status"),
    [
        (DUE, "not_due", "green", "clear"),
        (DUE + timedelta(days=1), "in_grace", "green", "in_grace"),
        (START - timedelta(days=1), "in_grace", "green", "in_grace"),
        (START, "overdue", "yellow", "overdue"),
        (DUE + timedelta(days=150), "overdue", "yellow", "overdue"),
        (DUE + timedelta(days=151), "seriously_overdue", "red", "enforceable"),
    ],
)
def test_a_persons_bill_grows_older(today: date, bill_status: str, level: str, person_status: str) -> None:
    result = on(today, [make_bill()])
    assert (result.bills[0].status, result.bills[0].level, result.status) == (
        bill_status,
        level,
        person_status,
    )


@pytest.mark.parametrize("kind", [BillKind.UNIT, BillKind.WITHHOLDER])
@pytest.mark.parametrize(("days", "status"), [(30, "overdue"), (31, "seriously_overdue")])
def test_a_unit_is_serious_after_thirty_days(kind: BillKind, days: int, status: str) -> None:
    assert on(DUE + timedelta(days=days), [make_bill(kind=kind)]).bills[0].status == status


def test_a_paid_and_posted_bill_is_gone() -> None:
    bill = make_bill()
    result = on(START, [bill], [make_payment(bill, 826, DUE)])
    assert (result.bills, result.total, result.status) == ((), 0, PersonStatus.CLEAR)


def test_a_paid_bill_waits_for_posting_and_owes_nothing() -> None:
    bill = make_bill(3_304)
    payment = make_payment(bill, 3_304, START + timedelta(days=60), posted=False)
    result = on(START + timedelta(days=61), [bill], [payment])
    assert result.bills[0].status is BillStatus.PAID_UNPOSTED
    assert (result.total, result.status) == (0, PersonStatus.CLEAR)


def test_a_part_payment_leaves_the_rest() -> None:
    bill = make_bill(3_304)
    result = on(START + timedelta(days=60), [bill], [make_payment(bill, 304, DUE)])
    one = result.bills[0]
    assert (one.paid, one.outstanding, one.fee_due, result.total) == (304, 3_000, 150, 3_150)


def test_a_charged_fee_stays_after_the_premium_is_in() -> None:
    bill = make_bill(3_304, charged_late_fee=165)
    late = START + timedelta(days=60)
    result = on(late, [bill], [make_payment(bill, 3_304, late)])
    assert (result.premium_total, result.late_fee_total) == (0, 165)
    assert result.bills[0].status is BillStatus.OVERDUE
    settled = on(late, [bill], [make_payment(bill, 3_304 + 165, late)])
    assert (settled.bills, settled.overpaid) == ((), 0)


def test_what_was_paid_twice_is_told() -> None:
    bill = make_bill()
    result = on(START, [bill], [make_payment(bill, 826, DUE), make_payment(bill, 826, DUE)])
    assert (result.overpaid, result.total, result.bills) == (826, 0, ())


def test_hardship_takes_away_fee_and_enforcement() -> None:
    late = DUE + timedelta(days=300)
    relief = Relief(Hardship(DUE, late + timedelta(days=10)))
    result = on(late, [make_bill(33_040)], relief=relief)
    assert (result.bills[0].status, result.bills[0].level) == (BillStatus.OVERDUE, Level.YELLOW)
    assert (result.late_fee_total, result.status, result.hardship) == (0, PersonStatus.OVERDUE, True)


def test_a_disaster_area_is_not_dunned_but_owes() -> None:
    late = DUE + timedelta(days=300)
    spared = on(late, [make_bill()], relief=Relief(no_dunning_until=late))
    after = on(late + timedelta(days=1), [make_bill()], relief=Relief(no_dunning_until=late))
    assert (spared.status, after.status) == (PersonStatus.OVERDUE, PersonStatus.ENFORCEABLE)


def test_a_deferred_bill_is_no_debt_until_its_day() -> None:
    until = DUE + timedelta(days=365)
    bill = make_bill(deferred_until=until)
    waiting = on(until, [bill])
    assert (waiting.status, waiting.total, waiting.deferred_total) == (PersonStatus.CLEAR, 0, 826)
    assert waiting.bills[0].level is Level.GREEN
    assert on(until + timedelta(days=1), [bill]).bills[0].status is BillStatus.IN_GRACE


def test_enforcement_is_red_at_once() -> None:
    result = on(START, [make_bill(in_enforcement=True)])
    assert (result.bills[0].level, result.status) == (Level.RED, PersonStatus.ENFORCEABLE)


TERMS = (
    (1_000, date(2026, 5, 1), date(2026, 5, 1)),
    (1_000, date(2026, 6, 30), None),
    (1_000, date(2026, 7, 31), None),
)


def test_a_running_plan_stands_for_its_bills() -> None:
    bill = make_bill(3_000, date(2025, 12, 31), plan_id="plan")
    payment = make_payment(bill, 1_000, date(2026, 5, 1))
    result = on(date(2026, 6, 1), [bill], [payment], [make_plan(*TERMS)])
    assert (result.bills[0].status, result.bills[0].level) == (BillStatus.IN_PLAN, Level.GREEN)
    assert (result.status, result.total, result.plan_remaining) == (PersonStatus.IN_INSTALMENTS, 2_000, 2_000)
    assert (result.premium_total, result.late_fee_total) == (0, 0)


def test_a_late_bill_beside_a_plan_counts_first() -> None:
    covered = make_bill(3_000, date(2025, 12, 31), plan_id="plan")
    result = on(START, [covered, make_bill()], plans=[make_plan(*TERMS)])
    assert (result.status, result.total) == (PersonStatus.OVERDUE, 2_000 + 826)


def test_after_a_default_everything_is_due() -> None:
    bill = make_bill(3_000, date(2025, 12, 31), plan_id="plan")
    payment = make_payment(bill, 1_000, date(2026, 5, 1))
    plan = make_plan(*TERMS, state=PlanState.DEFAULTED)
    result = on(date(2026, 6, 1), [bill], [payment], [plan])
    assert result.status is PersonStatus.DEFAULTED
    assert result.bills[0].level is Level.RED
    assert (result.premium_total, result.late_fee_total) == (2_000, 150)
    assert result.total == 2_150


def test_a_default_that_was_paid_off_is_clear() -> None:
    bill = make_bill(3_000, date(2025, 12, 31), plan_id="plan")
    payment = make_payment(bill, 3_150, date(2026, 5, 1))
    new = make_bill(due=date(2026, 6, 30))
    result = on(date(2026, 6, 1), [bill, new], [payment], [make_plan(*TERMS, state=PlanState.DEFAULTED)])
    assert (result.status, result.total) == (PersonStatus.CLEAR, new.amount)


def test_a_finished_plan_is_history() -> None:
    result = on(START, [], plans=[make_plan(*TERMS, state=PlanState.FINISHED)])
    assert (result.plan, result.status) == (None, PersonStatus.CLEAR)


def test_bills_come_in_the_order_of_their_months() -> None:
    bills = [make_bill(due=date(2026, month, 28)) for month in (6, 2, 4)]
    months = [one.bill.month.month for one in on(START, bills).bills]
    assert months == [1, 3, 5]


amounts = st.integers(1, 200_000)
some_bills = st.lists(
    st.builds(
        make_bill,
        amounts,
        st.dates(date(2024, 1, 1), date(2026, 12, 31)),
        kind=st.sampled_from(BillKind),
        charged_late_fee=st.none() | st.integers(0, 5_000),
        in_enforcement=st.booleans(),
    ),
    max_size=6,
)


@given(bills=some_bills, share=st.integers(0, 100), days=st.integers(-300, 300))
def test_nothing_is_ever_negative_and_the_sums_agree(bills: list[Bill], share: int, days: int) -> None:
    today = START + timedelta(days=days)
    payments = [
        make_payment(bill, bill.amount * share // 100, min(bill.due, today))
        for bill in bills
        if bill.amount * share >= 100
    ]
    result = on(today, bills, payments)
    assert result.total == result.premium_total + result.late_fee_total
    assert result.premium_total == sum(bill.amount for bill in bills) - sum(one.amount for one in payments)
    assert all(one.outstanding >= 0 and one.fee_due >= 0 and one.credit >= 0 for one in result.bills)


@given(bills=some_bills, days=st.integers(-300, 300))
def test_paying_everything_that_is_asked_for_leaves_nothing(bills: list[Bill], days: int) -> None:
    today = START + timedelta(days=days)
    asked = on(today, bills)
    payments = [make_payment(one.bill, one.outstanding + one.fee_due, today) for one in asked.bills]
    after = on(today, bills, payments)
    assert (after.total, after.bills, after.overpaid) == (0, (), asked.overpaid)


@given(bills=some_bills, days=st.integers(-300, 300), more=st.integers(0, 300))
def test_waiting_never_makes_the_debt_smaller(bills: list[Bill], days: int, more: int) -> None:
    today = START + timedelta(days=days)
    sooner, later = (
        assess(bills, [], [], today=today, calendar=CALENDAR, policy=FeePolicy(), pay_on=today + wait)
        for wait in (timedelta(0), timedelta(days=more))
    )
    assert sooner.total <= later.total
    assert sooner.premium_total == later.premium_total


@given(
    bills=st.lists(st.builds(make_bill, amounts, st.dates(date(2024, 1, 1), date(2026, 6, 30)),
                             plan_id=st.just("plan")), min_size=1, max_size=4),
    number=st.integers(1, 12),
    gaps=st.integers(0, 45),
)  # fmt: skip
def test_paying_every_term_of_a_plan_leaves_nothing(bills: list[Bill], number: int, gaps: int) -> None:
    agreed = START
    owed = on(agreed, [replace(bill, plan_id=None) for bill in bills]).total
    terms = split(owed, number) if owed >= number else (owed,)
    plan = make_plan(*((amount, agreed, None) for amount in terms), key="plan")
    payments: list[Payment] = []
    by_id = {bill.id: bill for bill in bills}
    for index, amount in enumerate(terms):
        day = agreed + timedelta(days=gaps * index)
        shares = allocate(amount, claims_in_plan(on(day, bills, payments, [plan]), "plan"))
        assert shares.rest == 0
        payments += [make_payment(by_id[share.bill_id], share.amount, day) for share in shares.shares]
    paid = make_plan(*((amount, agreed, agreed) for amount in terms), key="plan")
    end = on(agreed + timedelta(days=gaps * len(terms)), bills, payments, [paid])
    assert (end.total, end.overpaid, end.status) == (0, 0, PersonStatus.CLEAR)
    assert sum(payment.amount for payment in payments) == owed
