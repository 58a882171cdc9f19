"""On which days a reminder helps: month ends, holidays, what is paid or no longer due."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Any

import pytest

from nhi_core.domain.bills import Bill, BillKind, Payment, Plan, PlanState
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.domain.people import Hardship
from nhi_core.domain.reminder_days import Books, Occasion, ReminderRules
from nhi_core.domain.reminders import Preferences, ReminderKind
from tests.factories.domain import make_bill, make_payment, make_plan
from tests.fakes.world import CALENDAR

RULES = ReminderRules(CALENDAR, FeePolicy())
ALL = frozenset(ReminderKind)
SINCE = date(2026, 1, 1)
# A Friday; Mid-Autumn (Friday the 25th) and Teachers' Day (Monday the 28th) make a long weekend of September.
PAID = date(2026, 9, 4)


def found(
    today: date, *, bills: tuple[Bill, ...] = (), payments: tuple[Payment, ...] = (), **rest: Any
) -> dict[str, Occasion]:
    wanted = Preferences("b", rest.pop("since", SINCE), rest.pop("kinds", ALL), rest.pop("lead_days", 3))
    books = Books(bills=bills, payments=payments, **rest)
    return {one.subject: one for one in RULES.occasions(books, wanted, today)}


def days(one: Occasion) -> tuple[date, date]:
    return one.day, one.last_day


@pytest.mark.parametrize(
    ("due", "lead_days", "first"),
    [
        (date(2026, 9, 30), 3, date(2026, 9, 27)),
        (date(2026, 9, 30), 7, date(2026, 9, 23)),
        (date(2026, 2, 28), 3, date(2026, 2, 25)),  # a Saturday and holiday; Friday the 27th is off too
        (date(2026, 2, 28), 1, date(2026, 2, 26)),  # … so the day before would leave no working day
        (date(2026, 12, 31), 7, date(2026, 12, 24)),
        (date(2028, 2, 29), 3, date(2028, 2, 26)),
    ],
)
def test_before_the_deadline(due: date, lead_days: int, first: date) -> None:
    one = found(due - timedelta(days=20), bills=(make_bill(due=due),), lead_days=lead_days)
    [subject] = [name for name in one if name.endswith(":due")]
    assert days(one[subject]) == (first, due)


@pytest.mark.parametrize(
    ("due", "last"),
    [
        (date(2026, 11, 30), date(2026, 12, 15)),
        (date(2026, 10, 31), date(2026, 11, 16)),  # the fifteenth day is a Sunday
        (date(2026, 1, 31), date(2026, 2, 23)),  # grace ends after the Lunar New Year holidays
    ],
)
def test_before_the_late_fee(due: date, last: date) -> None:
    one = found(due, bills=(make_bill(due=due, month=None),))
    [subject] = [name for name in one if name.endswith(":fee")]
    assert days(one[subject]) == (last - timedelta(days=3), last)


def test_on_the_day_after_it_is_pointless_nothing_calls_any_more() -> None:
    bill = make_bill(due=date(2026, 9, 30))
    one = found(date(2026, 9, 20), bills=(bill,))["own:2026-08:due"]
    assert [one.calls_on(date(2026, 9, day)) for day in (26, 27, 30)] == [False, True, True]
    assert not one.calls_on(date(2026, 10, 1))


def test_the_two_reminders_of_a_bill_never_share_a_day() -> None:
    due = date(2026, 9, 30)
    one = found(due, bills=(make_bill(due=due, late_fee_start=due + timedelta(days=3)),), lead_days=7)
    assert days(one["own:2026-08:fee"]) == (date(2026, 10, 1), date(2026, 10, 2))
    early = found(due, bills=(make_bill(due=due, late_fee_start=due),))
    assert set(early) == {"own:2026-08:due"}


def test_what_is_paid_is_settled_and_a_part_is_not() -> None:
    bill = make_bill(826, date(2026, 9, 30))
    part, rest = make_payment(bill, 400, PAID), make_payment(bill, 426, PAID, posted=False)
    today = date(2026, 9, 28)
    kinds = frozenset({ReminderKind.DEADLINE})
    assert not found(today, bills=(bill,), payments=(part,), kinds=kinds)["own:2026-08:due"].settled
    whole = found(today, bills=(bill,), payments=(part, rest), kinds=kinds)["own:2026-08:due"]
    assert whole.settled
    assert not whole.calls_on(today)


def test_two_bills_of_one_month_are_open_while_either_is() -> None:
    paid, unpaid = make_bill(826, date(2026, 9, 30)), make_bill(500, date(2026, 9, 30))
    payments = (make_payment(paid, 826, PAID),)
    for bills in ((paid, unpaid), (unpaid, paid)):
        one = found(
            date(2026, 9, 28), bills=bills, payments=payments, kinds=frozenset({ReminderKind.DEADLINE})
        )
        assert not one["own:2026-08:due"].settled


@pytest.mark.parametrize(
    "change",
    [{"in_enforcement": True}, {"plan_id": "plan"}, {"due": date(2026, 6, 30)}],
    ids=["enforced", "in a plan", "late already"],
)
def test_what_is_not_ahead_of_a_deadline_has_no_reminder(change: dict[str, Any]) -> None:
    bill = dataclasses.replace(make_bill(due=date(2026, 9, 30)), **change)
    plan = make_plan((826, date(2026, 12, 31), None))
    one = found(date(2026, 9, 10), bills=(bill,), plans=(plan,), kinds=frozenset({ReminderKind.DEADLINE}))
    assert one == {}


def test_a_deferred_bill_counts_from_the_end_of_its_deferral() -> None:
    bill = make_bill(due=date(2026, 6, 30), deferred_until=date(2026, 9, 30))
    assert found(date(2026, 9, 28), bills=(bill,))["own:2026-05:due"].calls_on(date(2026, 9, 28))


def test_in_hardship_no_late_fee_is_announced() -> None:
    hardship = Hardship(date(2026, 1, 1), date(2026, 12, 31))
    one = found(date(2026, 9, 30), bills=(make_bill(due=date(2026, 9, 30)),), hardship=hardship)
    assert set(one) == {"own:2026-08:due"}


def test_units_are_told_apart_from_the_own_bill() -> None:
    due = date(2026, 9, 30)
    one = found(date(2026, 9, 28), bills=(make_bill(due=due), make_bill(due=due, kind=BillKind.UNIT)))
    assert {"own:2026-08:due", "unit:2026-08:due"} <= set(one)


def test_before_each_open_instalment() -> None:
    plan: Plan = make_plan(
        (900, date(2026, 8, 31), date(2026, 8, 30)), (900, date(2026, 9, 30), None), key="p",
    )  # fmt: skip
    one = found(date(2026, 9, 28), plans=(plan,))
    assert one["2026-05-01:1"].settled
    assert days(one["2026-05-01:2"]) == (date(2026, 9, 27), date(2026, 9, 30))
    ended = dataclasses.replace(plan, state=PlanState.DEFAULTED)
    assert found(date(2026, 9, 28), plans=(ended,)) == {}


def test_an_instalment_in_the_new_year_holidays_is_reminded_before_them() -> None:
    # 14 to 22 February 2026 are rest days: three days before the 22nd nobody works.
    one = found(date(2026, 2, 10), plans=(make_plan((900, date(2026, 2, 22), None)),))["2026-05-01:1"]
    assert days(one) == (date(2026, 2, 19), date(2026, 2, 23))


@pytest.mark.parametrize(
    ("paid_on", "first"),
    [(PAID, date(2026, 9, 10)), (date(2026, 9, 24), date(2026, 10, 2))],
    ids=["over a weekend", "over two holidays"],
)
def test_a_payment_that_is_not_posted_after_three_working_days(paid_on: date, first: date) -> None:
    payment = make_payment(make_bill(due=date(2026, 7, 31)), 826, paid_on, posted=False)
    one = found(first, payments=(payment,))[f"{paid_on.isoformat()}:store:late"]
    assert one.day == first
    assert one.calls_on(first)
    assert not one.calls_on(one.last_day + timedelta(days=1))


def test_a_payment_that_was_posted_is_news_for_three_days() -> None:
    bill = make_bill(due=date(2026, 7, 31))
    payment = dataclasses.replace(make_payment(bill, 826, PAID), posted_on=date(2026, 9, 8))
    one = found(date(2026, 9, 8), payments=(payment,))
    assert days(one["2026-09-04:store:posted"]) == (date(2026, 9, 8), date(2026, 9, 11))
    assert one["2026-09-04:store:late"].settled
    # Not on the day before the books say so, nor when it was posted before one asked, nor at the counter.
    assert "2026-09-04:store:posted" not in found(date(2026, 9, 7), payments=(payment,))
    assert "2026-09-04:store:posted" not in found(
        date(2026, 9, 9), payments=(payment,), since=date(2026, 9, 9)
    )
    assert "2026-09-04:store:posted" not in found(PAID, payments=(make_payment(bill, 826, PAID),))


def test_one_visit_is_posted_when_all_its_months_are() -> None:
    bill, other = make_bill(due=date(2026, 7, 31)), make_bill(due=date(2026, 8, 31))
    posted = dataclasses.replace(make_payment(bill, 826, PAID), posted_on=date(2026, 9, 8))
    waiting = make_payment(other, 826, PAID, posted=False)
    one = found(date(2026, 9, 10), payments=(posted, waiting))
    assert set(one) == {"2026-09-04:store:late"}
    assert not one["2026-09-04:store:late"].settled


def test_only_what_was_asked_for_is_found() -> None:
    bill = make_bill(due=date(2026, 9, 30))
    payment = make_payment(bill, 100, PAID, posted=False)
    plan = make_plan((900, date(2026, 9, 30), None))
    for kind in ReminderKind:
        one = found(
            date(2026, 9, 28), bills=(bill,), payments=(payment,), plans=(plan,), kinds=frozenset({kind})
        )
        assert {occasion.kind for occasion in one.values()} == {kind}
