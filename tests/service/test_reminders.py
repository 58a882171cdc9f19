"""Reminders: asked for by the bound person alone, once for each thing, and never when they are pointless."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime

import pytest

from nhi_core.domain.bills import Bill
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.errors import Invalid, NotBound
from nhi_core.domain.people import Person
from nhi_core.domain.reminders import Reason, Reminder, ReminderKind, ReminderState, TimeOfDay
from nhi_core.services.reminder_sending import GIVE_UP, PATIENCE, Claimed, Push
from tests.factories.domain import make_bill, make_payment, make_person
from tests.fakes.world import World

DUE = date(2026, 9, 30)
DEADLINE = ReminderKind.DEADLINE


@pytest.fixture
def world() -> World:
    """It is ten o'clock on 27 September: three days before the end of the month."""
    return World(today=date(2026, 9, 27))


@pytest.fixture
def person(world: World) -> Person:
    person = world.add_person(make_person())
    with world.uow() as uow:
        uow.bills.add_all([make_bill(due=DUE, payer_id=person.id, key="bill")])
        uow.commit()
    return person


@pytest.fixture
def account(world: World, person: Person) -> str:
    account = world.account()
    world.bind(account, person)
    return account


def rows(world: World) -> dict[str, Reminder]:
    return {one.subject: one for one in world.uow.reminders.values()}


def states(world: World) -> dict[str, tuple[ReminderState, Reason | None]]:
    return {subject: (one.state, one.reason) for subject, one in rows(world).items()}


def claim(world: World) -> Claimed:
    [group] = world.reminder_sending.groups()
    return world.reminder_sending.claim(group)


def claimed(world: World) -> Push:
    push = claim(world).push
    assert push is not None
    return push


def pay(world: World, person: Person, bill: Bill | None = None) -> None:
    with world.uow() as uow:
        bill = bill or uow.bills.of_payer(person.id)[0]
        uow.bills.add_payments([make_payment(bill, bill.amount, world.clock.today(), posted=False)])
        uow.commit()


def tomorrow_morning(world: World) -> None:
    world.clock.set(datetime(2026, 9, 28, 9, tzinfo=TAIPEI))


def test_nothing_is_on_until_it_is_switched_on(world: World, account: str) -> None:
    view = world.reminders.view(account)
    assert (view.any_on, [one.on for one in view.kinds]) == (False, [False, False, False])
    assert (view.lead_days, view.time_of_day) == (3, TimeOfDay.MORNING)
    assert world.reminder_rounds.plan() == 0
    assert rows(world) == {}


def test_only_a_bound_account_may_ask(world: World) -> None:
    stranger = world.account("U2")
    with pytest.raises(NotBound):
        world.reminders.view(stranger)
    with pytest.raises(NotBound):
        world.reminders.switch(stranger, DEADLINE, on=True)
    assert world.uow.reminder_preferences == {}


def test_what_is_switched_on_is_planned_for_the_next_wanted_hour(world: World, account: str) -> None:
    view = world.reminders.switch(account, DEADLINE, on=True)
    assert {one.kind for one in view.kinds if one.on} == {DEADLINE}
    [one] = rows(world).values()
    assert (one.subject, one.last_day) == ("own:2026-08:due", DUE)
    assert one.due_at.astimezone(TAIPEI) == datetime(2026, 9, 28, 9, tzinfo=TAIPEI)
    assert world.uow.audited(account)[-1] == "reminders_changed"


def test_another_hour_moves_what_is_planned(world: World, account: str) -> None:
    world.reminders.switch(account, DEADLINE, on=True)
    view = world.reminders.choose_time(account, TimeOfDay.EVENING)
    assert view.other_times == (TimeOfDay.MORNING, TimeOfDay.NOON)
    [one] = rows(world).values()
    assert one.due_at.astimezone(TAIPEI) == datetime(2026, 9, 27, 18, 30, tzinfo=TAIPEI)


def test_the_number_of_days_is_one_of_the_choices(world: World, account: str) -> None:
    world.clock.set(datetime(2026, 9, 23, 10, tzinfo=TAIPEI))
    world.reminders.switch(account, DEADLINE, on=True)
    assert rows(world) == {}
    assert world.reminders.choose_days(account, 7).other_lead_days == (3,)
    assert set(rows(world)) == {"own:2026-08:due"}
    with pytest.raises(Invalid):
        world.reminders.choose_days(account, 5)


def test_the_walk_plans_each_thing_once_a_day_and_goes_on_where_it_stopped(world: World) -> None:
    for number in range(5):
        person = world.add_person(make_person())
        world.bind(world.account(f"U{number}"), person)
        world.reminders.switch(world.account(f"U{number}"), DEADLINE, on=True)
        with world.uow() as uow:
            uow.bills.add_all([make_bill(due=DUE, payer_id=person.id)])
            uow.commit()
    assert world.reminder_rounds.plan() == 5
    assert world.reminder_rounds.plan() == 0
    assert world.reminder_rounds.status().walk.done
    world.clock.advance(days=1)
    assert world.reminder_rounds.plan() == 0
    assert len(world.uow.reminders) == 5


def test_a_page_is_a_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nhi_core.services.reminder_rounds.PAGE", 2)
    for number in range(3):
        person = world.add_person(make_person())
        world.bind(world.account(f"U{number}"), person)
        world.reminders.switch(world.account(f"U{number}"), DEADLINE, on=True)
        with world.uow() as uow:
            uow.bills.add_all([make_bill(due=DUE, payer_id=person.id)])
            uow.commit()
    assert world.reminder_rounds.plan(pages=1) == 2
    assert not world.reminder_rounds.status().walk.done
    assert world.reminder_rounds.plan(pages=5) == 1
    assert world.reminder_rounds.status().walk.done


def test_days_that_were_missed_are_caught_up_while_it_helps(
    world: World, person: Person, account: str
) -> None:
    world.reminders.switch(account, DEADLINE, on=True)
    world.uow.reminders.clear()
    world.clock.set(datetime(2026, 9, 30, 15, tzinfo=TAIPEI))
    assert world.reminder_rounds.plan() == 1
    assert claimed(world).kind is DEADLINE
    world.uow.reminders.clear()
    world.clock.set(datetime(2026, 10, 1, 0, 30, tzinfo=TAIPEI))
    assert world.reminder_rounds.plan() == 0


def test_one_claim_one_push_then_it_is_sent(world: World, account: str) -> None:
    world.reminders.switch(account, DEADLINE, on=True)
    assert world.reminder_sending.groups() == ()
    tomorrow_morning(world)
    [group] = world.reminder_sending.groups()
    first = world.reminder_sending.claim(group).push
    assert first is not None
    assert first.account_id == account
    # Another worker read the same row a moment ago.
    assert world.reminder_sending.claim(group).push is None
    assert world.reminder_sending.groups() == ()
    assert world.reminder_sending.sent(first) == 1
    assert states(world) == {"own:2026-08:due": (ReminderState.SENT, None)}
    world.clock.advance(days=1)
    assert world.reminder_rounds.plan() == 0


def test_two_things_of_one_kind_are_one_push(world: World, person: Person, account: str) -> None:
    with world.uow() as uow:
        uow.bills.add_all([make_bill(due=date(2026, 9, 29), payer_id=person.id, month=make_bill().month)])
        uow.commit()
    world.reminders.switch(account, DEADLINE, on=True)
    tomorrow_morning(world)
    assert world.reminder_sending.sent(claimed(world)) == 2


def test_nothing_goes_out_in_the_night(world: World, account: str) -> None:
    world.reminders.switch(account, DEADLINE, on=True)
    world.reminder_rounds.hurry()
    world.clock.set(datetime(2026, 9, 27, 21, 0, tzinfo=TAIPEI))
    assert world.reminder_sending.groups() == ()
    world.clock.set(datetime(2026, 9, 28, 8, 0, tzinfo=TAIPEI))
    assert len(world.reminder_sending.groups()) == 1


class TestSkipped:
    """What happens between planning and sending is looked at once more, and written down."""

    @pytest.fixture(autouse=True)
    def planned(self, world: World, account: str) -> None:
        world.reminders.switch(account, DEADLINE, on=True)
        tomorrow_morning(world)

    def skipped(self, world: World) -> Mapping[Reason, int]:
        found = claim(world)
        assert found.push is None
        assert {one.state for one in rows(world).values()} == {ReminderState.SKIPPED}
        return found.skipped

    def test_paid(self, world: World, person: Person) -> None:
        pay(world, person)
        assert self.skipped(world) == {Reason.SETTLED: 1}

    def test_no_longer_due(self, world: World, person: Person) -> None:
        moved = make_bill(due=date(2026, 12, 31), payer_id=person.id, key="bill")
        with world.uow() as uow:
            uow.bills.replace(person.id, bills=[moved], payments=(), plans=())
            uow.commit()
        assert self.skipped(world) == {Reason.NOT_DUE: 1}

    def test_too_late(self, world: World) -> None:
        world.clock.set(datetime(2026, 10, 1, 9, tzinfo=TAIPEI))
        assert self.skipped(world) == {Reason.TOO_LATE: 1}

    def test_blocked_and_back_again(self, world: World, account: str) -> None:
        world.conversations.set_blocked(account, True)
        assert self.skipped(world) == {Reason.BLOCKED: 1}
        world.conversations.set_blocked(account, False)
        assert world.reminder_rounds.plan() == 1

    def test_switched_off(self, world: World, account: str) -> None:
        assert not world.reminders.stop(account).any_on
        assert world.reminder_sending.groups() == ()
        assert states(world) == {"own:2026-08:due": (ReminderState.SKIPPED, Reason.UNSUBSCRIBED)}
        # Who changes his mind is reminded after all.
        world.reminders.switch(account, DEADLINE, on=True)
        assert states(world) == {"own:2026-08:due": (ReminderState.PLANNED, None)}

    def test_unbound(self, world: World, account: str) -> None:
        [group] = world.reminder_sending.groups()
        world.bindings.unbind(account)
        assert states(world) == {"own:2026-08:due": (ReminderState.SKIPPED, Reason.NOT_BOUND)}
        assert world.reminder_sending.claim(group).push is None
        with world.uow() as uow:
            assert uow.reminders.preferences(group[0].binding_id) is None

    def test_bound_to_somebody_else(self, world: World, account: str) -> None:
        world.bind(account, world.add_person(make_person()))
        assert not world.reminders.view(account).any_on
        assert states(world) == {"own:2026-08:due": (ReminderState.SKIPPED, Reason.NOT_BOUND)}

    def test_the_person_moved_to_another_account(self, world: World, person: Person) -> None:
        other = world.account("U2")
        world.bind(other, person)
        assert not world.reminders.view(other).any_on
        assert states(world) == {"own:2026-08:due": (ReminderState.SKIPPED, Reason.NOT_BOUND)}
        world.reminders.switch(other, DEADLINE, on=True)
        world.reminder_rounds.hurry()
        assert claimed(world).account_id == other

    def test_over_quota_comes_again_with_a_later_day(self, world: World) -> None:
        assert world.reminder_sending.skip_for_quota() == {DEADLINE: 1}
        assert states(world) == {"own:2026-08:due": (ReminderState.SKIPPED, Reason.QUOTA)}
        assert world.reminder_rounds.plan() == 1
        push = claimed_after_hurry(world)
        assert world.reminder_sending.not_sent(push, Reason.QUOTA) == 1
        world.clock.advance(days=1)
        assert world.reminder_rounds.plan() == 1


def claimed_after_hurry(world: World) -> Push:
    world.reminder_rounds.hurry()
    return claimed(world)


class TestStuck:
    """A claim without an end: the worker died, or LINE was away."""

    @pytest.fixture
    def push(self, world: World, account: str) -> Push:
        world.reminders.switch(account, DEADLINE, on=True)
        tomorrow_morning(world)
        return claimed(world)

    def test_it_is_taken_up_again_under_the_same_key_by_one_worker(self, world: World, push: Push) -> None:
        assert world.reminder_sending.groups() == ()
        world.clock.advance(seconds=int(PATIENCE.total_seconds()))
        [group] = world.reminder_sending.groups()
        assert world.reminder_sending.claim(group) == Claimed(push)
        assert world.reminder_sending.claim(group).push is None

    def test_it_is_not_sent_when_it_was_paid_meanwhile(
        self, world: World, person: Person, push: Push
    ) -> None:
        pay(world, person)
        world.clock.advance(minutes=3)
        assert claim(world).skipped == {Reason.SETTLED: 1}
        # Perhaps it did go out: so it is never planned again.
        world.uow.payments.clear()
        assert world.reminder_rounds.plan() == 0

    def test_what_line_had_taken_was_sent_whatever_came_later(
        self, world: World, person: Person, push: Push
    ) -> None:
        world.sends.claim_push(push.key, account_id=push.account_id, messages=1)
        world.sends.settle(push.key, outcome="accepted")
        pay(world, person)
        world.clock.advance(minutes=3)
        assert claim(world) == Claimed(None)
        assert states(world) == {"own:2026-08:due": (ReminderState.SENT, None)}

    def test_it_is_given_up_before_the_retry_key_stops_guarding(self, world: World, push: Push) -> None:
        world.clock.advance(seconds=int(GIVE_UP.total_seconds()) + 4 * 3600)
        assert claim(world).skipped == {Reason.UNREACHABLE: 1}
        assert states(world) == {"own:2026-08:due": (ReminderState.FAILED, Reason.UNREACHABLE)}


def test_status_counts_and_names_nobody(world: World, person: Person, account: str) -> None:
    world.reminders.switch(account, DEADLINE, on=True)
    world.reminders.switch(account, ReminderKind.POSTING, on=True)
    found = world.reminder_rounds.status()
    assert found.subscribed == {DEADLINE: 1, ReminderKind.POSTING: 1}
    assert found.counts == {(DEADLINE, ReminderState.PLANNED, None): 1}
    assert found.waiting == 0
    world.clock.advance(days=1)
    assert world.reminder_rounds.waiting() == 1
    assert person.id not in repr(found)


def test_a_reply_to_a_stale_wish_changes_nothing(world: World, account: str) -> None:
    world.reminders.switch(account, DEADLINE, on=True)
    commits = world.uow.commits
    world.reminders.switch(account, DEADLINE, on=True)
    assert world.uow.commits == commits


def test_a_binding_that_ended_takes_its_wishes_along(world: World, person: Person, account: str) -> None:
    world.reminders.switch(account, DEADLINE, on=True)
    world.bindings.unbind(account)
    world.bind(account, person)
    assert not world.reminders.view(account).any_on


def test_a_number_that_a_source_changed_is_the_same_bill(world: World, person: Person, account: str) -> None:
    world.reminders.switch(account, DEADLINE, on=True)
    tomorrow_morning(world)
    world.reminder_sending.sent(claimed(world))
    with world.uow() as uow:
        [bill] = uow.bills.of_payer(person.id)
        uow.bills.replace(person.id, bills=[dataclasses.replace(bill, id="new")], payments=(), plans=())
        uow.commit()
    assert world.reminder_rounds.plan() == 0
