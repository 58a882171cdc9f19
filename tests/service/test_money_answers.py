"""Payments by year, a bill taken apart, subsidies, deadlines, postings, refunds, units."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from nhi_core.adapters.premiums.sandbox import seed
from nhi_core.domain.errors import LinkExpired, NotBound
from nhi_core.domain.people import Person
from nhi_core.domain.roc import PremiumMonth
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


QUESTIONS: tuple[Callable[[World, str], object], ...] = (
    lambda world, account: world.history.year(account),
    lambda world, account: world.premium_details.of_month(account),
    lambda world, account: world.premium_details.subsidies(account),
    lambda world, account: world.standing.due_dates(account),
    lambda world, account: world.standing.postings(account),
    lambda world, account: world.standing.refunds(account),
    lambda world, account: world.standing.units(account),
)


@pytest.mark.parametrize("ask", QUESTIONS)
def test_before_binding_nobody_learns_anything(seeded: World, ask: Callable[[World, str], object]) -> None:
    with pytest.raises(NotBound):
        ask(seeded, seeded.account())


@pytest.mark.parametrize("ask", QUESTIONS)
def test_a_view_holds_masked_names_only(seeded: World, ask: Callable[[World, str], object]) -> None:
    text = str(to_json(ask(seeded, bound_to(seeded, "family_of_four"))))
    with seeded.uow() as uow:
        family = [uow.people.by_story(f"family_of_four{n}") for n in ("", ".2", ".3", ".4")]
    for person in family:
        assert person is not None
        assert person.name not in text
        assert person.number not in text


class TestHistory:
    def test_a_year_of_payments_the_newest_first(self, seeded: World) -> None:
        view = seeded.history.year(bound_to(seeded, "paid_up"))
        assert (view.year, view.total, view.count, view.pages) == ("2026", 6 * 826, 6, 2)
        assert [one.paid_on for one in view.entries] == sorted(
            (o.paid_on for o in view.entries), reverse=True
        )
        assert (view.paid_months, view.owed_months) == (6, 0)
        assert [mark.state for mark in view.marks] == [*["none"] * 2, *["paid"] * 6, *["none"] * 4]

    def test_pages_hold_everything_once(self, seeded: World) -> None:
        account = bound_to(seeded, "paid_up")
        pages = [seeded.history.year(account, 2026, page).entries for page in (1, 2)]
        assert [len(page) for page in pages] == [4, 2]
        assert len({entry.paid_on for page in pages for entry in page}) == 6

    @pytest.mark.parametrize(("year", "page"), [(1990, 1), (2026, 99), (2999, 0), (None, -5)])
    def test_a_year_or_page_that_is_not_there_becomes_the_nearest(
        self, seeded: World, year: int | None, page: int
    ) -> None:
        view = seeded.history.year(bound_to(seeded, "paid_up"), year, page)
        assert view.year == "2026"
        assert view.page in (1, 2)
        assert view.entries

    def test_one_visit_that_paid_two_months_is_one_entry(self, world: World) -> None:
        person = world.add_person(make_person())
        bills = [
            make_bill(due=date(2026, 3, 31), payer_id=person.id, month=PremiumMonth(2026, m)) for m in (1, 2)
        ]
        old = make_bill(due=date(2025, 12, 31), payer_id=person.id)
        with world.uow() as uow:
            uow.bills.add_all([*bills, old])
            uow.bills.add_payments([make_payment(bill, 826, date(2026, 3, 12)) for bill in bills])
            uow.bills.add_payments([make_payment(old, 826, date(2025, 12, 20))])
            uow.commit()
        account = world.account()
        world.bind(account, person)
        view = world.history.year(account)
        [entry] = view.entries
        assert (entry.amount, [m.month for m in entry.months]) == (1_652, ["2026-01", "2026-02"])
        assert (view.newer, view.older) == (None, "2025")
        assert world.history.year(account, 2025).newer == "2026"

    def test_owed_months_are_marked_with_what_is_open(self, seeded: World) -> None:
        view = seeded.history.year(bound_to(seeded, "one_month_late"))
        owed = [mark for mark in view.marks if mark.state == "owed"]
        assert (view.owed_months, [mark.outstanding for mark in owed]) == (1, [826])

    def test_who_never_had_a_bill_sees_an_empty_year(self, seeded: World) -> None:
        view = seeded.history.year(bound_to(seeded, "soldier"))
        assert (view.year, view.count, view.older, view.newer) == ("2026", 0, None, None)
        assert {mark.state for mark in view.marks} == {"none"}


class TestDetail:
    def test_a_family_of_four_person_by_person(self, seeded: World) -> None:
        [bill] = seeded.premium_details.of_month(bound_to(seeded, "family_of_four")).bills
        assert (bill.amount, bill.per_head, bill.average, bill.charged) == (3_304, 826, 1_377, 4)
        assert [item.relation for item in bill.items] == ["self", "spouse", "child", "child"]
        assert sum(item.amount for item in bill.items) == bill.amount
        assert bill.items[0].name_masked == "劉O豪"

    def test_a_subsidised_bill_shows_what_the_government_pays(self, seeded: World) -> None:
        [bill] = seeded.premium_details.of_month(bound_to(seeded, "middle_low_income")).bills
        assert (bill.amount, bill.subsidy_total, bill.per_head) == (413, 413, 826)

    def test_a_bill_that_is_not_category_six_is_not_explained_by_its_rate(self, seeded: World) -> None:
        [bill] = seeded.premium_details.of_month(bound_to(seeded, "union_member")).bills
        assert (bill.amount, bill.per_head, bill.items) == (915, None, ())

    def test_months_lead_to_one_another(self, seeded: World) -> None:
        account = bound_to(seeded, "long_arrears")
        newest = seeded.premium_details.of_month(account)
        assert newest.newer is None
        assert newest.older is not None
        older = seeded.premium_details.of_month(account, PremiumMonth.parse(newest.older))
        assert (older.month, older.newer) == (newest.older, newest.month)
        assert seeded.premium_details.of_month(account, PremiumMonth(1999, 1)).older is None

    def test_who_has_no_bill_is_told_so(self, seeded: World) -> None:
        view = seeded.premium_details.of_month(bound_to(seeded, "soldier"))
        assert (view.month, view.bills) == (None, ())


class TestSubsidies:
    @pytest.mark.parametrize(
        ("story", "kinds", "monthly", "own"),
        [
            ("middle_low_income", ["middle_low_income"], 413, 413),
            ("disability_subsidy", ["disability_mild"], 206, 620),
            ("paid_up", [], 0, 826),
            ("low_income", ["low_income"], 0, 0),
        ],
    )
    def test_what_holds_now(
        self, seeded: World, story: str, kinds: list[str], monthly: int, own: int
    ) -> None:
        view = seeded.premium_details.subsidies(bound_to(seeded, story))
        assert [row.kind for row in view.subsidies if row.current] == kinds
        assert (view.monthly, view.own_share) == (monthly, own)
        assert view.low_income is (story == "low_income")

    def test_recognised_hardship_is_told_with_its_end(self, seeded: World) -> None:
        assert seeded.premium_details.subsidies(
            bound_to(seeded, "hardship")
        ).hardship_until == TODAY + timedelta(days=35)
        assert seeded.premium_details.subsidies(bound_to(seeded, "hardship_ended")).hardship_until is None


class TestDueDates:
    def test_two_months_share_one_deadline(self, seeded: World) -> None:
        view = seeded.standing.due_dates(bound_to(seeded, "two_month_billing"))
        [group] = view.overdue
        assert (view.upcoming, view.overdue_total) == ((), 1_652)
        assert (len(group.months), group.amount, group.status) == (2, 1_652, "overdue")
        assert group.days_left < 0

    def test_the_last_day_without_a_fee_is_named(self, seeded: World) -> None:
        [group] = seeded.standing.due_dates(bound_to(seeded, "not_due")).upcoming
        assert (group.due, group.free_until, group.days_left) == (date(2026, 9, 30), date(2026, 10, 15), 20)

    def test_the_next_instalment_is_a_deadline_too(self, seeded: World) -> None:
        view = seeded.standing.due_dates(bound_to(seeded, "plan_running"))
        assert (view.upcoming, view.overdue) == ((), ())
        assert view.plan_due is not None
        assert view.plan_amount is not None

    def test_deferred_premiums_are_no_deadline(self, seeded: World) -> None:
        view = seeded.standing.due_dates(bound_to(seeded, "parental_leave"))
        assert (view.upcoming, view.overdue, view.deferred) == ((), (), True)


class TestPostings:
    def test_a_payment_of_yesterday_is_expected_in_three_working_days(self, seeded: World) -> None:
        [entry] = seeded.standing.postings(bound_to(seeded, "paid_unposted")).waiting
        assert (entry.paid_on, entry.expected_on, entry.overdue) == (
            date(2026, 9, 9),
            date(2026, 9, 14),
            False,
        )

    def test_a_payment_that_should_have_arrived_is_worth_a_question(self, seeded: World) -> None:
        [entry] = seeded.standing.postings(bound_to(seeded, "posting_late")).waiting
        assert entry.overdue

    def test_when_nothing_waits_the_last_arrival_is_shown(self, seeded: World) -> None:
        view = seeded.standing.postings(bound_to(seeded, "paid_up"))
        assert view.last is not None or view.waiting
        empty = seeded.standing.postings(bound_to(seeded, "soldier"))
        assert (empty.waiting, empty.last) == ((), None)


class TestRefunds:
    def test_what_was_paid_twice_is_shown_with_both_payments(self, seeded: World) -> None:
        view = seeded.standing.refunds(bound_to(seeded, "double_payment"))
        [bill] = view.bills
        assert (view.overpaid, bill.credit, view.unposted) == (826, 826, False)
        assert [entry.channel for entry in bill.payments] == ["bank", "store"]

    def test_what_was_given_back_is_no_longer_asked_for(self, seeded: World) -> None:
        view = seeded.standing.refunds(bound_to(seeded, "refunded"))
        assert (view.overpaid, view.bills) == (0, ())
        assert [one.amount for one in view.returned] == [826]


class TestUnits:
    def test_an_employer_sees_the_unit_and_not_private_bills(self, seeded: World) -> None:
        view = seeded.standing.units(bound_to(seeded, "migrant_employer"))
        [unit] = view.units
        assert (unit.kind, view.total) == ("unit", unit.total)
        assert unit.bills[0].amount == 1_307

    def test_who_has_no_unit_is_told_so(self, seeded: World) -> None:
        view = seeded.standing.units(bound_to(seeded, "family_of_four"))
        assert (view.known, view.units, view.total) == (False, (), 0)


def test_a_disaster_area_spares_its_people_from_enforcement(seeded: World) -> None:
    account = bound_to(seeded, "long_arrears")
    assert seeded.arrears.summary(account).status == "enforceable"
    with seeded.uow() as uow:
        person = uow.people.by_story("disaster_area")
        assert person is not None
        [area] = uow.ledger.areas_of(["花蓮縣光復鄉公所"])
        uow.ledger.replace_areas("臺中市后里區公所", [area])
        uow.commit()
    assert seeded.arrears.summary(account).status == "overdue"


class TestPictures:
    def test_an_address_holds_nothing_personal_and_ends(self, world: World) -> None:
        link = world.pictures.offer_year("account-1", 2026, "vi")
        assert link.embeds
        token = link.url.rsplit("/", 1)[1]
        assert "account-1" not in link.url
        found = world.pictures.year_of(token)
        assert (found.account_id, found.year, found.language) == ("account-1", 2026, "vi")
        world.clock.advance(hours=1, seconds=1)
        with pytest.raises(LinkExpired):
            world.pictures.year_of(token)

    def test_a_guessed_address_is_expired_too(self, world: World) -> None:
        with pytest.raises(LinkExpired):
            world.pictures.year_of("guess")

    def test_over_plain_http_line_cannot_embed_it(self) -> None:
        link = World(public_url="http://127.0.0.1:8000/").pictures.offer_year("a", 2026, "en")
        assert not link.embeds
        assert link.url.startswith("http://127.0.0.1:8000/media/")
