"""Whom a payment reaches first, and that no dollar is lost on the way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhi_core.domain.allocation import Allocation, Claim, Share, allocate, claims_in_plan, claims_of
from nhi_core.domain.arrears import Assessment, assess
from nhi_core.domain.bills import Bill, BillKind, Payment, PlanState
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.domain.roc import PremiumMonth
from tests.factories.domain import make_bill, make_payment, make_plan
from tests.unit.domain.test_calendar import CALENDAR

TODAY = date(2026, 9, 10)
JANUARY = PremiumMonth(2026, 1)


def claim(back: int, premium: int, late_fee: int = 0, *, enforced: bool = False) -> Claim:
    return Claim(f"bill-{back}", JANUARY.plus(-back), premium, late_fee, enforced)


def test_enforced_debts_then_premiums_then_late_fees_the_oldest_first() -> None:
    claims = [claim(1, 826, 41), claim(3, 826, 41), claim(2, 826, 41, enforced=True)]
    taken = [allocate(money, claims).shares for money in (866, 867, 1_700, 2_519, 2_560, 2_601)]
    assert taken == [
        (Share("bill-2", 826, 40),),
        (Share("bill-2", 826, 41),),
        (Share("bill-3", 826, 0), Share("bill-2", 826, 41), Share("bill-1", 7, 0)),
        (Share("bill-3", 826, 0), Share("bill-2", 826, 41), Share("bill-1", 826, 0)),
        (Share("bill-3", 826, 41), Share("bill-2", 826, 41), Share("bill-1", 826, 0)),
        (Share("bill-3", 826, 41), Share("bill-2", 826, 41), Share("bill-1", 826, 41)),
    ]


def test_what_no_debt_is_left_for_stays_over() -> None:
    assert allocate(1_000, [claim(1, 826)]) == Allocation((Share("bill-1", 826, 0),), 174)
    assert allocate(5, []) == Allocation((), 5)
    assert allocate(0, [claim(1, 826)]) == Allocation((), 0)


def test_money_is_never_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        allocate(-1, [])


CLAIMS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 20_000), st.integers(0, 3_000), st.booleans()),
    max_size=12,
    unique_by=lambda row: row[0],
).map(lambda rows: [claim(back, premium, fee, enforced=hard) for back, premium, fee, hard in rows])


@given(claims=CLAIMS, money=st.integers(0, 200_000))
def test_allocation_conserves_money_and_overfills_nothing(claims: list[Claim], money: int) -> None:
    result = allocate(money, claims)
    assert sum(share.amount for share in result.shares) + result.rest == money
    wanted = {one.bill_id: one for one in claims}
    for share in result.shares:
        assert 0 <= share.premium <= wanted[share.bill_id].premium
        assert 0 <= share.late_fee <= wanted[share.bill_id].late_fee
    if result.rest:
        assert {s.bill_id: s.amount for s in result.shares} == {
            one.bill_id: one.premium + one.late_fee for one in claims if one.premium + one.late_fee
        }


@given(claims=CLAIMS, money=st.integers(0, 100_000), more=st.integers(0, 5_000))
def test_more_money_gives_no_debt_less(claims: list[Claim], money: int, more: int) -> None:
    less = {share.bill_id: share.amount for share in allocate(money, claims).shares}
    greater = {share.bill_id: share.amount for share in allocate(money + more, claims).shares}
    assert all(greater.get(bill, 0) >= amount for bill, amount in less.items())


def judged(bills: list[Bill], payments: list[Payment], today: date) -> Assessment:
    return assess(bills, payments, [], today=today, calendar=CALENDAR, policy=FeePolicy())


def pay(bills: list[Bill], payments: list[Payment], money: int, day: date) -> int:
    """Allocate and book `money`; return what is left over."""
    by_id = {bill.id: bill for bill in bills}
    result = allocate(money, claims_of(judged(bills, payments, day)))
    payments += [make_payment(by_id[share.bill_id], share.amount, day) for share in result.shares]
    return result.rest


BILLS = st.lists(
    st.builds(
        lambda amount, ago, kind, enforced, charged: make_bill(
            amount, TODAY - timedelta(days=ago), kind=kind, in_enforcement=enforced, charged_late_fee=charged
        ),
        st.integers(1, 20_000),
        st.integers(-20, 400),
        st.sampled_from(BillKind),
        st.booleans(),
        st.none() | st.integers(0, 500),
    ),
    min_size=1,
    max_size=5,
)


@given(bills=BILLS, steps=st.lists(st.tuples(st.integers(1, 9_000), st.integers(0, 30)), max_size=6))
def test_paying_everything_leaves_nothing_on_every_path(
    bills: list[Bill], steps: list[tuple[int, int]]
) -> None:
    payments: list[Payment] = []
    day = TODAY
    for money, days in steps:
        pay(bills, payments, money, day)
        day += timedelta(days=days)
    total = judged(bills, payments, day).total
    assert pay(bills, payments, total, day) == 0
    later = judged(bills, payments, day)
    assert (later.total, later.overpaid) == (0, 0)
    assert all(one.outstanding == one.fee_due == 0 for one in later.bills)


@given(bills=BILLS, money=st.integers(0, 60_000))
def test_every_dollar_is_in_the_books_or_left_over(bills: list[Bill], money: int) -> None:
    payments: list[Payment] = []
    rest = pay(bills, payments, money, TODAY)
    after = judged(bills, payments, TODAY)
    premium = sum(bill.amount for bill in bills)
    open_premium = sum(one.outstanding for one in (*after.bills, *after.settled))
    fees_paid = sum(max(0, one.paid - one.bill.amount) for one in (*after.bills, *after.settled))
    assert premium - open_premium + fees_paid + rest == money
    assert after.overpaid == 0


def test_a_plan_settles_its_own_bills() -> None:
    due = date(2026, 5, 31)
    bills = [make_bill(3_304, due, plan_id="plan"), make_bill(826, due)]
    plan = make_plan((1_700, TODAY, None), (1_769, TODAY, None), state=PlanState.RUNNING)
    assessment = assess(bills, [], [plan], today=TODAY, calendar=CALENDAR, policy=FeePolicy())
    [one] = claims_in_plan(assessment, "plan")
    assert (one.bill_id, one.premium, one.late_fee) == (bills[0].id, 3_304, 165)
    assert [other.bill_id for other in claims_of(assessment)] == [bills[1].id]
