from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhi_core.domain.bills import BillKind
from nhi_core.domain.late_fee import FeePart, FeePolicy, LateFee, assess_fee, start_of
from nhi_core.domain.money import half_up
from nhi_core.domain.people import Hardship
from nhi_core.domain.rates import AVERAGE_PREMIUM, LATE_FEE, ONLINE_MIN_INSTALMENT, category_6_premium, row_at
from nhi_core.domain.roc import PremiumMonth, parse_date
from tests.factories.domain import make_bill, make_payment
from tests.unit.domain.test_calendar import CALENDAR

CHARGE_ALL = FeePolicy(waive_le=0)
START = date(2026, 8, 18)  # of a bill due on 2026-07-31
UNIT, OWN = BillKind.UNIT, BillKind.OWN


def fee_of(
    amount: int, start: str | date, paid: str | date, kind: BillKind = OWN, policy: FeePolicy = CHARGE_ALL
) -> LateFee:
    start, paid = (parse_date(day) if isinstance(day, str) else day for day in (start, paid))
    bill = make_bill(amount, start - timedelta(days=16), kind=kind, late_fee_start=start)
    return assess_fee(bill, [], paid, calendar=CALENDAR, policy=policy)


@pytest.mark.parametrize(
    ("kind", "amount", "start", "paid", "days", "fee"),
    [
        (UNIT, 10_000, "99/08/16", "99/09/05", 20, 200),  # the agency's example
        (OWN, 2_996, "101/05/16", "101/07/03", 48, 144),  # the agency's example, 749 × 4
        (UNIT, 1_307, "107/12/18", "107/12/18", 0, 0),
        (UNIT, 1_307, "107/12/18", "107/12/19", 1, 1),
        (UNIT, 1_307, "107/12/18", "108/05/17", 150, 196),
        (UNIT, 1_307, "107/12/18", "109/05/17", 516, 196),
        (OWN, 826, "110/06/16", "110/08/05", 50, 41),
        (OWN, 826, "110/06/16", "111/08/05", 415, 41),
        (OWN, 1_652, "110/06/16", "111/01/01", 199, 83),
        (OWN, 3_304, "110/06/16", "110/07/16", 30, 99),
        (OWN, 3_304, "110/06/16", "111/01/01", 199, 165),
        (OWN, 2_500, "110/06/16", "110/06/17", 1, 3),  # 2.5, half up
        (OWN, 500, "110/06/16", "110/06/17", 1, 1),
        (OWN, 499, "110/06/16", "110/06/17", 1, 0),
    ],
)
def test_the_published_examples(
    *, kind: BillKind, amount: int, start: str, paid: str, days: int, fee: int
) -> None:
    result = fee_of(amount, start, paid, kind)
    assert (result.days, result.fee) == (days, fee)
    assert result.estimated


@pytest.mark.parametrize(
    ("kind", "amount", "days", "computed", "fee"),
    [(UNIT, 1_307, 1, 1, 0), (OWN, 826, 50, 41, 0), (OWN, 1_652, 60, 83, 0), (OWN, 3_304, 30, 99, 0),
     (OWN, 2_000, 50, 100, 0), (OWN, 2_020, 50, 101, 101), (OWN, 3_304, 60, 165, 165)],
)  # fmt: skip
def test_a_fee_at_or_under_the_threshold_is_waived_and_still_told(
    kind: BillKind, amount: int, days: int, computed: int, fee: int
) -> None:
    result = fee_of(amount, START, START + timedelta(days=days), kind, FeePolicy())
    assert (result.computed, result.fee, result.waived) == (computed, fee, fee == 0)


def test_no_fee_is_no_waiver() -> None:
    assert fee_of(826, START, START, policy=FeePolicy()).waived is False


def test_a_bill_paid_on_the_first_late_day_owes_nothing() -> None:
    assert fee_of(1_000_000, START, START).fee == 0
    assert fee_of(1_000_000, START, START + timedelta(days=1)).fee == 1_000


def test_the_arithmetic_is_told() -> None:
    result = fee_of(3_304, START, START + timedelta(days=60))
    assert (result.raw, result.cap, result.cap_percent, result.permille) == (198, 165, 5, 1)


def test_a_withholder_has_the_cap_of_a_unit() -> None:
    assert fee_of(1_000, START, START + timedelta(days=500), BillKind.WITHHOLDER).fee == 150


def test_before_july_2012_the_cap_was_fifteen_percent_for_everyone() -> None:
    assert fee_of(2_996, "101/06/16", "102/06/16").cap_percent == 15
    assert fee_of(2_996, "101/07/16", "102/06/16").cap_percent == 5


def test_a_supplied_start_overrides_ours() -> None:
    later = START + timedelta(days=20)
    bill = make_bill(3_304, late_fee_start=later)
    fee = assess_fee(bill, [], START + timedelta(days=30), calendar=CALENDAR, policy=CHARGE_ALL)
    assert (fee.start, fee.days) == (later, 10)


def test_without_a_supplied_start_the_calendar_says_it() -> None:
    fee = assess_fee(make_bill(3_304), [], START, calendar=CALENDAR, policy=CHARGE_ALL)
    assert fee.start == START


def test_a_charged_fee_overrides_the_estimate_and_is_never_waived() -> None:
    bill = make_bill(826, charged_late_fee=41)
    fee = assess_fee(bill, [], START + timedelta(days=90), calendar=CALENDAR, policy=FeePolicy())
    assert (fee.fee, fee.estimated, fee.waived) == (41, False, False)


def test_a_share_paid_in_time_carries_nothing_and_a_late_share_until_its_day() -> None:
    bill = make_bill(3_000)
    payments = [
        make_payment(bill, 1_000, START - timedelta(days=3)),
        make_payment(bill, 1_000, START + timedelta(days=10)),
    ]
    fee = assess_fee(bill, payments, START + timedelta(days=20), calendar=CALENDAR, policy=CHARGE_ALL)
    assert fee.parts == (FeePart(1_000, 10), FeePart(1_000, 20))
    assert (fee.fee, fee.cap) == (30, 100)


def test_days_of_recognised_hardship_do_not_count() -> None:
    bill = make_bill(10_000)
    paid = START + timedelta(days=30)
    whole = Hardship(START - timedelta(days=30), paid)
    part = Hardship(START + timedelta(days=5), START + timedelta(days=14))
    fees = [
        assess_fee(bill, [], paid, calendar=CALENDAR, policy=CHARGE_ALL, hardship=hardship).days
        for hardship in (None, whole, part)
    ]
    assert fees == [30, 0, 20]


def test_a_deferral_moves_the_start() -> None:
    bill = make_bill(10_000, deferred_until=date(2026, 11, 30))
    fee = assess_fee(bill, [], date(2026, 12, 16), calendar=CALENDAR, policy=CHARGE_ALL)
    assert (fee.start, fee.fee) == (date(2026, 12, 16), 0)


def test_a_start_printed_before_a_deferral_holds_no_more_and_one_after_it_does() -> None:
    for printed, start in ((START, date(2026, 12, 16)), (date(2026, 12, 20), date(2026, 12, 20))):
        bill = make_bill(10_000, deferred_until=date(2026, 11, 30), late_fee_start=printed)
        assert start_of(bill, CALENDAR, CHARGE_ALL) == start


@pytest.mark.parametrize(
    ("month", "due", "start"), [("110/03", "110/05/31", "110/06/16"), ("107/09", "107/11/30", "107/12/18")]
)
def test_two_month_billing_counts_from_the_printed_date(month: str, due: str, start: str) -> None:
    bill = make_bill(826, parse_date(due), month=PremiumMonth.parse(month))
    assert start_of(bill, CALENDAR, CHARGE_ALL) == parse_date(start)


@given(
    amount=st.integers(1, 10_000_000),
    kind=st.sampled_from(BillKind),
    days=st.integers(-40, 400),
    more=st.integers(0, 400),
)
def test_the_fee_is_never_negative_grows_with_the_days_and_stops_at_the_cap(
    amount: int, kind: BillKind, days: int, more: int
) -> None:
    first = fee_of(amount, START, START + timedelta(days=days), kind)
    later = fee_of(amount, START, START + timedelta(days=days + more), kind)
    assert 0 <= first.fee <= later.fee <= first.cap
    percent = 5 if kind in (BillKind.OWN, BillKind.DEPENDANTS) else 15
    assert first.cap == half_up(Fraction(amount * percent, 100))


@given(
    shares=st.lists(st.tuples(st.integers(1, 5_000), st.integers(-20, 120)), max_size=5),
    days=st.integers(0, 200),
)
def test_paying_a_share_never_raises_the_fee(shares: list[tuple[int, int]], days: int) -> None:
    bill = make_bill(10_000)
    pay_on = START + timedelta(days=days)
    payments = [make_payment(bill, share, START + timedelta(days=day)) for share, day in shares]
    with_shares = assess_fee(bill, payments, pay_on, calendar=CALENDAR, policy=CHARGE_ALL)
    without = assess_fee(bill, [], pay_on, calendar=CALENDAR, policy=CHARGE_ALL)
    assert 0 <= with_shares.fee <= without.fee
    assert with_shares.computed <= with_shares.cap


@given(st.fractions(min_value=0, max_value=10**9))
def test_half_up_is_within_half_a_dollar_and_halves_go_up(amount: Fraction) -> None:
    rounded = half_up(amount)
    assert -Fraction(1, 2) < rounded - amount <= Fraction(1, 2)


def test_negative_amounts_are_a_fault() -> None:
    with pytest.raises(ValueError, match="negative"):
        half_up(Fraction(-1, 2))


def test_premiums_on_both_sides_of_the_change() -> None:
    assert category_6_premium(date(2020, 12, 31)) == 749
    assert category_6_premium(date(2021, 1, 1)) == 826
    assert category_6_premium(date(2026, 1, 1), dependants=3) == 3_304
    assert category_6_premium(date(2026, 1, 1), dependants=6) == 3_304


def test_category_6_is_sixty_percent_of_the_average_premium() -> None:
    for day in (date(2015, 1, 1), date(2026, 1, 1)):
        assert category_6_premium(day) == half_up(Fraction(row_at(AVERAGE_PREMIUM, day).amount * 60, 100))
    assert row_at(ONLINE_MIN_INSTALMENT, date(2026, 1, 1)).amount == 826


def test_rates_carry_their_citation_and_begin_somewhere() -> None:
    assert all(row.citation for rows in (LATE_FEE, AVERAGE_PREMIUM, ONLINE_MIN_INSTALMENT) for row in rows)
    with pytest.raises(LookupError):
        row_at(LATE_FEE, date(1990, 1, 1))
