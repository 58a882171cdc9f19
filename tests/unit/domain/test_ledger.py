"""Subsidies by month, refunds, postings, disaster areas."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhi_core.domain.arrears import Assessment, BillStatus, Relief, assess
from nhi_core.domain.bills import Bill, BillKind, Payment
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.domain.ledger import (
    BillItem,
    DisasterArea,
    Refund,
    Relation,
    current_units,
    no_dunning_until,
    posting_expected,
    subsidy_on,
)
from nhi_core.domain.roc import PremiumMonth
from tests.factories.domain import make_bill, make_payment, make_refund, make_subsidy
from tests.unit.domain.test_calendar import CALENDAR

DUE = date(2026, 7, 31)
MARCH = PremiumMonth(2026, 3)


def on(
    today: date, bill: Bill, payments: list[Payment], refunds: list[Refund], relief: Relief | None = None
) -> Assessment:
    return assess([bill], payments, [], today=today, calendar=CALENDAR, policy=FeePolicy(),
                  refunds=refunds, relief=relief)  # fmt: skip


# 社會救助法 §19, 身心障礙者參加社會保險保險費補助辦法 §5: what category 6 still pays of NT$826.
@pytest.mark.parametrize(("percent", "own"), [(100, 0), (50, 413), (25, 620)])
def test_the_share_still_paid_is_rounded_half_up(percent: int, own: int) -> None:
    assert 826 - subsidy_on(826, [make_subsidy("p", percent)], MARCH) == own


def test_a_subsidy_counts_in_its_months_only_and_never_above_its_ceiling() -> None:
    subsidy = make_subsidy("p", 100, MARCH, PremiumMonth(2026, 5), ceiling=500)
    assert [subsidy_on(826, [subsidy], MARCH.plus(n)) for n in (-1, 0, 2, 3)] == [0, 500, 500, 0]


def test_two_schemes_do_not_add_up() -> None:
    assert subsidy_on(826, [make_subsidy("p", 25), make_subsidy("p", 50)], MARCH) == 413


@given(
    premium=st.integers(0, 100_000), percent=st.integers(1, 100), ceiling=st.none() | st.integers(1, 9_000)
)
def test_a_subsidy_is_between_nothing_and_the_premium(
    premium: int, percent: int, ceiling: int | None
) -> None:
    assert 0 <= subsidy_on(premium, [make_subsidy("p", percent, ceiling=ceiling)], MARCH) <= premium


def test_money_given_back_is_no_longer_overpaid() -> None:
    bill = make_bill()
    paid = [make_payment(bill, 826, DUE), make_payment(bill, 826, DUE)]
    back = [make_refund(bill, 826, date(2026, 9, 1))]
    before, after = on(date(2026, 8, 31), bill, paid, back), on(date(2026, 9, 1), bill, paid, back)
    assert (before.overpaid, before.total) == (826, 0)
    assert (after.overpaid, after.total, after.bills) == (0, 0, ())
    assert after.settled[0].paid == 826


def test_a_premium_that_was_given_back_is_open_again_and_its_late_fee_runs_on() -> None:
    bill, day = make_bill(10_000), date(2026, 9, 17)
    paid = [make_payment(bill, 10_000, DUE)]
    given_back = on(day, bill, paid, [make_refund(bill, 10_000, date(2026, 8, 10))])
    never_paid = on(day, bill, [], [])
    assert given_back.total == never_paid.total == 10_300
    # What was beyond the premium changes nothing about the rest.
    twice = [*paid, make_payment(bill, 4_000, date(2026, 8, 3))]
    assert on(day, bill, twice, [make_refund(bill, 4_000, date(2026, 8, 10))]).total == 0


def test_who_moved_away_before_a_disaster_is_none_of_its_victims() -> None:
    old = replace(make_bill(due=date(2024, 7, 31)), unit_name="花蓮縣光復鄉公所")
    now, other = make_bill(), replace(make_bill(kind=BillKind.UNIT), unit_name="某公司")
    assert current_units([old, now, other]) == {"臺中市后里區公所", "某公司"}
    assert current_units([]) == frozenset()


@given(
    payments=st.lists(st.integers(1, 5_000), max_size=4),
    refunds=st.lists(st.integers(1, 5_000), max_size=3),
    amount=st.integers(1, 5_000),
)
def test_received_is_spent_overpaid_or_given_back(
    payments: list[int], refunds: list[int], amount: int
) -> None:
    bill = make_bill(amount)
    result = on(DUE, bill, [make_payment(bill, n, DUE) for n in payments],
                [make_refund(bill, n, DUE) for n in refunds])  # fmt: skip
    [one] = (*result.bills, *result.settled)
    kept = max(0, sum(payments) - sum(refunds))
    assert one.paid == kept
    assert bill.amount - one.outstanding + result.overpaid == kept
    assert one.outstanding >= 0


@pytest.mark.parametrize(
    ("paid", "expected"),
    [
        (date(2026, 9, 7), date(2026, 9, 10)),
        (date(2026, 9, 10), date(2026, 9, 15)),
        (date(2026, 9, 12), date(2026, 9, 16)),  # a Saturday: Monday is the first working day after it
        (date(2026, 2, 13), date(2026, 2, 25)),  # Lunar New Year
    ],
)
def test_a_payment_is_expected_in_the_books_after_three_working_days(paid: date, expected: date) -> None:
    assert posting_expected(paid, CALENDAR) == expected


def test_nobody_in_a_disaster_area_is_sent_to_enforcement_meanwhile() -> None:
    area = DisasterArea("a", "臺中市后里區公所", date(2026, 9, 1), date(2027, 6, 30))
    longer = DisasterArea("b", "臺中市后里區公所", date(2026, 9, 1), date(2027, 8, 31))
    assert no_dunning_until([area, longer], date(2026, 8, 31)) is None
    assert no_dunning_until([area, longer], date(2027, 6, 30)) == longer.until
    old = DUE + timedelta(days=200)
    bill = make_bill()
    spared = Relief(no_dunning_until=no_dunning_until([area], old))
    assert on(old, bill, [], [], spared).bills[0].status is BillStatus.OVERDUE
    assert on(old, bill, [], []).bills[0].status is BillStatus.SERIOUSLY_OVERDUE


def test_an_item_shows_no_name_in_a_traceback() -> None:
    item = BillItem("i", "b", 1, "金絲雀", Relation.CHILD, 826, 413)
    assert "金絲雀" not in repr(item)
    assert item.amount == 413
