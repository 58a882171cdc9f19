"""Reminders in both databases: once for each thing, one worker a push, pages and indexes instead of scans."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from nhi_core.adapters.db import SqlUnitOfWorkFactory
from nhi_core.domain.accounts import Account, Binding
from nhi_core.domain.binding import BindingState
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.domain.ledger import Refund
from nhi_core.domain.people import Person
from nhi_core.domain.reminder_days import ReminderRules
from nhi_core.domain.reminders import (
    Preferences,
    QuietHours,
    Reason,
    Reminder,
    ReminderKind,
    ReminderState,
    TimeOfDay,
)
from nhi_core.ports_reminders import Walk
from nhi_core.services.reminder_planning import ReminderPlanner
from nhi_core.services.reminder_rounds import ReminderRounds
from nhi_core.services.reminder_sending import ReminderSending
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from tests.fakes.world import CALENDAR
from tests.integration.db.records import (
    NOW,
    a_bill,
    a_binding,
    a_payment,
    a_person,
    a_plan,
    an_account,
    another_person,
    new_id,
)
from tests.integration.db.test_transactions import together

Uow = SqlUnitOfWorkFactory
TODAY = date(2026, 9, 10)
LATER = NOW + timedelta(minutes=5)


@dataclass
class Bound:
    """A person, an account and the binding in force."""

    person: Person
    account: Account
    binding: Binding

    def reminder(self, subject: str = "own:2026-08:due", **changes: Any) -> Reminder:
        made = Reminder(
            new_id(), self.binding.id, self.person.id, ReminderKind.DEADLINE, subject, date(2026, 9, 30),
            NOW, ReminderState.PLANNED,
        )  # fmt: skip
        return dataclasses.replace(made, **changes)


def bind(uow: Uow, person: Person, account: Account, *kinds: ReminderKind) -> Bound:
    binding = a_binding(account, person, state=BindingState.BOUND, bound_at=NOW, expires_at=None)
    with uow() as work:
        work.people.add(person)
        work.accounts.add(account)
        work.bindings.add(binding)
        work.reminders.prefer(Preferences(binding.id, TODAY, frozenset(kinds)))
        work.commit()
    return Bound(person, account, binding)


@pytest.fixture
def bound(uow: Uow) -> Bound:
    return bind(uow, a_person(), an_account(), ReminderKind.DEADLINE)


def test_preferences_come_back_and_change(uow: Uow, bound: Bound) -> None:
    wanted = Preferences(bound.binding.id, TODAY, frozenset(ReminderKind), 7, TimeOfDay.EVENING)
    with uow() as work:
        work.reminders.prefer(wanted)
        work.commit()
    with uow() as work:
        assert work.reminders.preferences(bound.binding.id) == wanted
        assert work.reminders.subscribed() == dict.fromkeys(ReminderKind, 1)
        work.reminders.forget(bound.binding.id, NOW)
        assert work.reminders.preferences(bound.binding.id) is None


def test_subscribers_come_in_pages_and_only_while_bound(uow: Uow) -> None:
    kinds = (ReminderKind.POSTING,)
    first = bind(uow, a_person(), an_account(), *kinds)
    second = bind(uow, another_person(), an_account(channel_user="U2"), *kinds)
    in_order = sorted([first.binding.id, second.binding.id])
    with uow() as work:
        [one] = work.reminders.subscribers("", 1)
        assert one.wanted.binding_id == in_order[0]
        [two] = work.reminders.subscribers(in_order[0], 5)
        assert two.wanted.binding_id == in_order[1]
        assert work.reminders.subscribers(in_order[1], 5) == ()
        ended = dataclasses.replace(first.binding, state=BindingState.UNBOUND, ended_at=NOW)
        assert work.bindings.move(ended, was=BindingState.BOUND)
        assert [found.person_id for found in work.reminders.subscribers("", 5)] == [second.person.id]
        work.reminders.prefer(Preferences(second.binding.id, TODAY))
        assert work.reminders.subscribers("", 5) == ()


def test_one_thing_is_planned_once_and_again_only_when_it_never_left(uow: Uow, bound: Bound) -> None:
    one = bound.reminder()
    with uow() as work:
        assert work.reminders.plan([one]) == 1
        assert work.reminders.plan([bound.reminder()]) == 0
        assert work.reminders.skip([one.id], Reason.BLOCKED, NOW) == 1
        assert work.reminders.skip([one.id], Reason.BLOCKED, NOW) == 0
        assert work.reminders.plan([bound.reminder(due_at=LATER)]) == 1
        assert work.reminders.due(NOW, 5) == ()
        [again] = work.reminders.due(LATER, 5)
        assert (again.id, again.reason, again.due_at) == (one.id, None, LATER)
        assert work.reminders.claim(again, [], "push", LATER)
        assert work.reminders.settle("push", ReminderState.SKIPPED, Reason.SETTLED, LATER) == 1
        # It was claimed: perhaps it went out before the crash.
        assert work.reminders.plan([bound.reminder()]) == 0
        assert work.reminders.plan([]) == 0


def test_a_claim_without_an_end_is_found_and_taken_up_by_one(uow: Uow, bound: Bound) -> None:
    one, two = bound.reminder("a"), bound.reminder("b")
    with uow() as work:
        work.reminders.plan([one, two])
        work.reminders.claim(one, [two], "push", NOW)
        work.commit()
    with uow() as work:
        assert work.reminders.stuck(NOW - timedelta(seconds=1), 5) == ()
        head, other = work.reminders.stuck(NOW, 5)
        assert {head.push_id, other.push_id} == {"push"}
        assert work.reminders.try_again(head, LATER)
        assert not work.reminders.try_again(head, LATER)
        assert work.reminders.settle("push", ReminderState.SENT, None, LATER) == 2
        assert work.reminders.settle("push", ReminderState.SENT, None, LATER) == 0
        assert work.reminders.counts() == {(ReminderKind.DEADLINE, ReminderState.SENT, None): 2}


def test_over_quota_it_surely_never_left(uow: Uow, bound: Bound) -> None:
    one = bound.reminder()
    with uow() as work:
        work.reminders.plan([one])
        work.reminders.claim(one, [], "push", NOW)
        work.reminders.settle("push", ReminderState.SKIPPED, Reason.QUOTA, NOW)
        assert work.reminders.plan([bound.reminder()]) == 1
        assert work.reminders.waiting(NOW) == 1
        assert work.reminders.skip_due(Reason.QUOTA, NOW, 10) == {ReminderKind.DEADLINE: 1}
        assert work.reminders.skip_due(Reason.QUOTA, NOW, 10) == {}


def test_the_walk_moves_by_compare_and_set(uow: Uow) -> None:
    start = Walk(TODAY)
    with uow() as work:
        assert work.reminders.walk(TODAY) == start
        assert work.reminders.move_on(start, Walk(TODAY, "b1"))
        assert not work.reminders.move_on(start, Walk(TODAY, "b2"))
        assert work.reminders.move_on(Walk(TODAY, "b1"), Walk(TODAY, "b1", done=True))
        assert work.reminders.walk(TODAY) == Walk(TODAY, "b1", done=True)


def test_many_payers_are_read_together_and_only_what_is_near(uow: Uow) -> None:
    mine = bind(uow, a_person(), an_account())
    other = bind(uow, another_person(), an_account(channel_user="U2"))
    near = a_bill(mine.person, due=date(2026, 9, 30))
    deferred = a_bill(mine.person, due=date(2024, 1, 31), deferred_until=date(2026, 9, 30))
    long_ago, theirs = a_bill(mine.person, due=date(2025, 1, 31)), a_bill(other.person)
    paid = a_payment(near, posted_on=date(2026, 9, 8))
    lately, old = a_payment(long_ago, paid_on=date(2026, 9, 1)), a_payment(long_ago, paid_on=date(2025, 2, 1))
    back = Refund(new_id(), near.id, 50, date(2026, 9, 9))
    plan = a_plan(mine.person)
    with uow() as work:
        work.bills.add_plan(plan)
        work.bills.add_all([near, deferred, long_ago, theirs])
        work.bills.add_payments([paid, lately, old])
        work.ledger.add_refunds([back])
        work.commit()
    with uow() as work:
        found = work.reminder_books.of([mine.person.id, other.person.id], TODAY)
    books = found[mine.person.id]
    assert {bill.id for bill in books.bills} == {near.id, deferred.id}
    assert set(books.payments) == {paid, lately}
    assert (books.plans, books.refunds, books.hardship) == ((plan,), (back,), mine.person.hardship)
    assert [bill.id for bill in found[other.person.id].bills] == [theirs.id]


def planner(clock: FakeClock) -> ReminderPlanner:
    return ReminderPlanner(ReminderRules(CALENDAR, FeePolicy()), QuietHours(), clock, FakeIds())


def test_two_workers_at_the_same_row_make_one_push(uow: Uow, bound: Bound, clock: FakeClock) -> None:
    with uow() as work:
        work.bills.add_all([a_bill(bound.person, due=date(2026, 9, 12))])
        work.commit()
    assert ReminderRounds(uow, clock, planner(clock)).plan() == 1
    clock.advance(days=1)
    sending = ReminderSending(uow, clock, FakeIds(), planner(clock))
    [group] = sending.groups()
    pushes = [claimed.push for claimed in together(4, lambda _: sending.claim(group))]
    assert sum(push is not None for push in pushes) == 1


def test_two_walks_at_once_plan_everything_once(uow: Uow, bound: Bound, clock: FakeClock) -> None:
    with uow() as work:
        work.bills.add_all([a_bill(bound.person, due=date(2026, 9, 12))])
        work.commit()
    rounds = ReminderRounds(uow, clock, planner(clock))
    together(3, lambda _: rounds.plan())
    with uow() as work:
        assert work.reminders.counts() == {(ReminderKind.DEADLINE, ReminderState.PLANNED, None): 1}


DUE = """SELECT * FROM reminders WHERE state = 'planned' AND due_at <= '2026-09-10'
    ORDER BY due_at, binding_id, id LIMIT 500"""
PAGE = """SELECT * FROM reminder_preferences p JOIN bindings b ON b.id = p.binding_id
    WHERE p.binding_id > 'x' AND b.state = 'bound' ORDER BY p.binding_id LIMIT 200"""


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (DUE, "ix_reminders_state_due_at_binding_id"),
        (PAGE, "pk_reminder_preferences|sqlite_autoindex_reminder_preferences"),
        ("UPDATE reminders SET state = 'sent' WHERE push_id = 'p'", "ix_reminders_push_id"),
        ("DELETE FROM reminders WHERE last_day < '2026-01-01'", "ix_reminders_last_day"),
    ],
)
def test_with_a_hundred_thousand_subscribers_nothing_is_scanned(
    engine: Engine, query: str, index: str
) -> None:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            plan = " ".join(str(row) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}")))
            assert "SCAN" not in plan
        else:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            plan = " ".join(str(row) for row in connection.execute(text(f"EXPLAIN {query}")))
    assert any(name in plan for name in index.split("|")), plan


def test_a_page_of_two_hundred_costs_five_queries(engine: Engine, uow: Uow) -> None:
    seen: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    with uow() as work:
        seen.clear()
        books = work.reminder_books.of([f"person-{number}" for number in range(200)], TODAY)
    assert len(books) == 200
    assert len([query for query in seen if query.startswith("SELECT")]) == 5


def test_a_binding_with_reminders_cannot_vanish(engine: Engine, uow: Uow, bound: Bound) -> None:
    # The database refuses a reminder for a binding that is not there: nobody is reminded by accident.
    with uow() as work, pytest.raises(Exception, match=r"(?i)foreign key"):
        work.reminders.plan([dataclasses.replace(bound.reminder(), binding_id="nobody")])
