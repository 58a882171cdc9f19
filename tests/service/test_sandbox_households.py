from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from nhi_core.adapters.premiums.sandbox import STORIES, households, seed
from nhi_core.adapters.premiums.sandbox.docs import PAGE_DAY, page
from nhi_core.domain.arrears import Relief, assess
from nhi_core.domain.identifiers import NumberKind, number_kind, parse_card_number, parse_household_number
from nhi_core.domain.late_fee import FeePolicy
from tests.factories.domain import make_payment
from tests.fakes.world import CALENDAR, TODAY, World

ROOT = Path(__file__).parents[2]
# Leap day, year's turn, Lunar New Year, month's ends and beginnings, and any ordinary days.
DAYS = [
    date(2024, 2, 29), date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 16), date(2026, 2, 28),
    date(2026, 3, 1), date(2026, 8, 31), date(2026, 9, 15), date(2026, 9, 16), date(2026, 11, 22),
    date(2027, 2, 10), date(2028, 4, 17),
]  # fmt: skip


def test_there_are_at_least_forty_stories_each_told_in_two_languages() -> None:
    assert len(STORIES) >= 40
    assert len({story.key for story in STORIES}) == len(STORIES)
    assert all(story.zh and story.en.isascii() for story in STORIES)


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_each_story_shows_what_it_promises_on_any_day(today: date) -> None:
    for household in households(today, CALENDAR):
        assessment = assess(
            household.bills, household.payments, household.plans,
            today=today, calendar=CALENDAR, policy=FeePolicy(),
            relief=Relief(hardship=household.payer.hardship),
        )  # fmt: skip
        assert assessment.status == household.status, household.key


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_the_records_fit_together(today: date) -> None:
    for household in households(today, CALENDAR):
        bills = {bill.id for bill in household.bills}
        assert len(bills) == len(household.bills)
        assert {bill.payer_id for bill in household.bills} <= {household.payer.id}
        assert {payment.bill_id for payment in household.payments} <= bills
        assert {bill.plan_id for bill in household.bills} - {None} == {plan.id for plan in household.plans}
        assert all(payment.paid_on <= today for payment in household.payments), household.key
        assert all(person.birth < today for person in household.persons)
        assert all(bill.amount > 0 for bill in household.bills)


def test_people_are_made_up_with_right_check_digits() -> None:
    people = [person for household in households(TODAY, CALENDAR) for person in household.persons]
    assert len({person.number for person in people}) == len(people)
    assert len({person.story for person in people}) == len(people)
    for person in people:
        assert number_kind(person.number)
        assert person.number[2:6] == "9000"
        assert person.household is not None
        proofs = person.proofs
        assert parse_card_number(proofs.card_number or "") == proofs.card_number
        if number_kind(person.number) is NumberKind.CITIZEN:
            assert parse_household_number(proofs.household_number or "") == proofs.household_number
        else:
            assert proofs.passport
            assert proofs.entry_permit


def test_the_same_day_tells_the_same_households() -> None:
    assert households(TODAY, CALENDAR) == households(TODAY, CALENDAR)


def test_people_stay_the_same_from_day_to_day() -> None:
    today, tomorrow = (households(day, CALENDAR) for day in (TODAY, TODAY + timedelta(days=1)))
    for before, after in zip(today, tomorrow, strict=True):
        assert [p.id for p in before.persons] == [p.id for p in after.persons]
        assert [p.number for p in before.persons] == [p.number for p in after.persons]


def test_seeding_again_changes_nothing_and_keeps_what_was_paid_since(world: World) -> None:
    first = seed(world.uow, TODAY, CALENDAR)
    assert (first.inserted, first.replaced, first.unchanged) == (len(STORIES), 0, 0)
    with world.uow() as uow:
        person = uow.people.by_story("one_month_late")
        assert person is not None
        bill = uow.bills.of_payer(person.id)[-1]
        uow.bills.add_payments([make_payment(bill, bill.amount, TODAY)])
        uow.commit()
    payments = dict(world.uow.payments)
    again = seed(world.uow, TODAY, CALENDAR)
    assert (again.inserted, again.replaced, again.unchanged) == (0, 0, len(STORIES))
    assert world.uow.payments == payments


def test_another_today_replaces_the_bills_and_keeps_the_bound_account(world: World) -> None:
    seed(world.uow, TODAY, CALENDAR)
    account = world.account()
    with world.uow() as uow:
        person = uow.people.by_story("one_month_late")
    assert person is not None
    world.bind(account, person)
    people = len(world.uow.people)
    world.clock.advance(days=40)
    report = seed(world.uow, world.clock.today(), CALENDAR)
    assert report.inserted == 0
    assert report.replaced > 0
    assert len(world.uow.people) == people
    view = world.arrears.summary(account)
    assert (view.total, view.status) == (826, "overdue")


def test_the_page_of_households_is_current() -> None:
    """Write it anew with `python -m nhi_core.adapters.premiums.sandbox.docs > docs/sandbox-households.md`."""
    assert (ROOT / "docs" / "sandbox-households.md").read_text(encoding="utf-8") == page(PAGE_DAY, CALENDAR)
