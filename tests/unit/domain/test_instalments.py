from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhi_core.adapters.calendar import TaiwanCalendar
from nhi_core.domain.arrears import Assessment, assess
from nhi_core.domain.bills import Bill, BillKind, Payment, PlanState
from nhi_core.domain.instalments import (
    INSURED,
    ONLINE_MAX_TERMS,
    UNIT,
    Eligibility,
    InstalmentRule,
    max_terms,
    offer,
    schedule,
    split,
    unchanged,
)
from nhi_core.domain.late_fee import FeePolicy
from tests.factories.domain import make_bill, make_payment, make_plan

TODAY = date(2026, 9, 10)
CALENDAR = TaiwanCalendar.load()


@pytest.mark.parametrize(
    ("rule", "total", "terms"),
    [
        *[(INSURED, *row) for row in (
            (1_999, 0), (2_000, 2), (2_477, 2), (2_478, 3), (4_956, 6), (9_911, 11), (9_912, 12),
            (10_000, 12), (49_999, 12), (50_000, 24), (99_999, 24), (100_000, 36), (200_000, 48),
        )],
        *[(UNIT, *row) for row in (
            (29_999, 0), (30_000, 10), (36_000, 12), (200_000, 24), (500_000, 36), (5_000_000, 48),
        )],
    ],
)  # fmt: skip
def test_the_table_of_the_regulations(rule: InstalmentRule, total: int, terms: int) -> None:
    assert max_terms(total, rule) == terms


def test_the_remainder_goes_first() -> None:
    assert split(10_000, 12) == (837, *[833] * 11)
    assert split(2_000, 2) == (1_000, 1_000)


@given(total=st.integers(2_000, 5_000_000), rule=st.sampled_from([INSURED, UNIT]))
def test_every_allowed_plan_sums_up_and_keeps_the_minimum(total: int, rule: InstalmentRule) -> None:
    terms = max_terms(total, rule)
    if terms:
        amounts = split(total, terms)
        assert sum(amounts) == total
        assert min(amounts) >= rule.min_term
        assert max(amounts) - min(amounts) < terms


@given(total=st.integers(0, 500_000))
def test_online_at_most_twelve_and_as_many_as_826_goes_into_it(total: int) -> None:
    online = min(max_terms(total), ONLINE_MAX_TERMS)
    assert online == (min(12, total // 826) if total >= 2_000 else 0)


@given(total=st.integers(48, 5_000_000), terms=st.integers(1, 48))
def test_a_schedule_sums_up_and_its_days_are_a_month_apart(total: int, terms: int) -> None:
    plan = schedule(total, terms, date(2027, 1, 31))
    assert sum(term.amount for term in plan) == total
    assert all(28 <= (b.due - a.due).days <= 31 for a, b in itertools.pairwise(plan))


@pytest.mark.parametrize(("total", "terms"), [(100, 0), (1, 2)])
def test_impossible_splits_are_a_fault(total: int, terms: int) -> None:
    with pytest.raises(ValueError, match="split"):
        split(total, terms)


def owing(amount: int, **changes: Any) -> Assessment:
    """Return a payer's assessment with `amount` NT$ of premium late, and no fee."""
    late = make_bill(amount, charged_late_fee=0, **changes)
    return assess([late], [], [], today=TODAY, calendar=CALENDAR, policy=FeePolicy())


@pytest.mark.parametrize(
    ("total", "most", "suggested"),
    [
        (2_000, 2, (2,)),
        (2_478, 3, (3,)),
        (4_956, 6, (3, 6)),
        (9_912, 12, (3, 6, 12)),
        (49_999, 12, (3, 6, 12)),
        (50_000, 24, (3, 6, 12, 24)),
        (200_000, 48, (3, 6, 12, 48)),
    ],
)
def test_an_offer_shows_every_allowed_number_of_terms(
    total: int, most: int, suggested: tuple[int, ...]
) -> None:
    made = offer(owing(total), [], today=TODAY)
    assert made.eligibility is Eligibility.ELIGIBLE
    assert [option.terms for option in made.options] == list(range(2, most + 1))
    assert made.suggestions == suggested
    assert all(option.first + option.each * (option.terms - 1) == total for option in made.options)
    assert [option.terms for option in made.options if option.online] == list(range(2, min(most, 12) + 1))


def test_all_arrears_go_in_together_with_their_fees_and_what_is_not_due_stays_out() -> None:
    late = make_bill(3_304, due=date(2026, 5, 31))
    fresh = make_bill(826, due=date(2026, 9, 30))
    assessment = assess([late, fresh], [], [], today=TODAY, calendar=CALENDAR, policy=FeePolicy())
    made = offer(assessment, [], today=TODAY)
    assert [(claim.bill_id, claim.premium, claim.fee) for claim in made.claims] == [(late.id, 3_304, 165)]
    assert (made.premium_total, made.late_fee_total, made.total) == (3_304, 165, 3_469)


def test_who_cannot_apply_here_is_told_which_way_to_go() -> None:
    running = make_plan((3_000, date(2026, 9, 25), None), key="other")
    failed = [
        make_plan((1_000, date(2026, 6, 1), None), key=key, state=PlanState.DEFAULTED)
        for key in ("one", "two")
    ]
    assert offer(owing(0), [], today=TODAY).eligibility is Eligibility.NOTHING_OWED
    assert offer(owing(1_999), [], today=TODAY).eligibility is Eligibility.TOO_LITTLE
    assert offer(owing(40_000, kind=BillKind.UNIT), [], today=TODAY).eligibility is Eligibility.UNIT
    assert offer(owing(9_912, in_enforcement=True), [], today=TODAY).eligibility is Eligibility.ENFORCED
    assert offer(owing(9_912), [running], today=TODAY).eligibility is Eligibility.PLAN_RUNNING
    assert offer(owing(9_912), failed[:1], today=TODAY).eligibility is Eligibility.ELIGIBLE
    assert offer(owing(9_912), failed, today=TODAY).eligibility is Eligibility.REAPPLIED


def test_after_a_missed_instalment_no_term_is_below_the_former_average() -> None:
    terms = [(2_000, date(2026, month, 1), None) for month in (5, 6, 7)]
    failed = make_plan(*terms, state=PlanState.DEFAULTED)
    made = offer(owing(9_912), [failed], today=TODAY)
    assert (made.reapplication, made.min_term) == (True, 2_000)
    assert made.options[-1].terms == 4
    assert min(option.each for option in made.options) >= 2_000


@given(total=st.integers(2_000, 300_000), today=st.dates(date(2026, 1, 1), date(2030, 12, 31)))
def test_a_schedule_pays_exactly_the_total_at_most_a_month_apart(total: int, today: date) -> None:
    for option in offer(owing(total), [], today=TODAY).options:
        plan = schedule(total, option.terms, today)
        assert sum(term.amount for term in plan) == total
        assert [term.number for term in plan] == list(range(1, option.terms + 1))
        assert all(0 < (b.due - a.due).days <= 31 for a, b in itertools.pairwise(plan))
        assert (plan[0].due, plan[0].paid_on) == (today, None)


def test_days_of_waiting_change_nothing_but_a_payment_does() -> None:
    bill = make_bill(3_304, due=date(2026, 7, 31))
    then = offer(_judged(bill, day=date(2026, 9, 10)), [], today=date(2026, 9, 10))
    later = offer(_judged(bill, day=date(2026, 9, 20)), [], today=date(2026, 9, 20))
    assert later.late_fee_total > then.late_fee_total
    assert unchanged([bill], later, then.claims)
    paid = offer(
        _judged(bill, make_payment(bill, 304, date(2026, 9, 12)), day=date(2026, 9, 20)), [], today=TODAY
    )
    assert not unchanged([bill], paid, then.claims)
    assert not unchanged([], later, then.claims)


def _judged(bill: Bill, *payments: Payment, day: date) -> Assessment:
    policy = FeePolicy(waive_le=0)
    return assess([bill], payments, [], today=day, calendar=CALENDAR, policy=policy)
