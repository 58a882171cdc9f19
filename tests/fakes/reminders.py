"""Reminders in memory, over the tables of `tests.fakes.store`."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from datetime import date, datetime
from typing import Any, Protocol

from nhi_core.domain.bills import Bill, Payment, Plan, PlanState
from nhi_core.domain.binding import BindingState
from nhi_core.domain.reminder_days import LOOK_AHEAD, LOOK_BACK, Books
from nhi_core.domain.reminders import MOVES, Preferences, Reason, Reminder, ReminderKind, ReminderState
from nhi_core.ports import Ledger
from nhi_core.ports_reminders import Subscriber, Walk


class Table(Protocol):
    """Own writes over committed rows."""

    rows: MutableMapping[str, Any]


class FakeReminders:
    """Fulfils ports_reminders.Reminders. Preferences that were removed stand as None."""

    def __init__(self, wanted: Table, rows: Table, walks: Table, bindings: Table) -> None:
        self._wanted, self._rows, self._walks, self._bindings = wanted, rows, walks, bindings

    def preferences(self, binding_id: str) -> Preferences | None:
        return self._wanted.rows.get(binding_id)

    def prefer(self, wanted: Preferences) -> None:
        self._wanted.rows[wanted.binding_id] = wanted

    def subscribers(self, after: str, limit: int) -> tuple[Subscriber, ...]:
        found = []
        for key in sorted(self._wanted.rows):
            wanted, binding = self._wanted.rows[key], self._bindings.rows[key]
            if key > after and wanted and wanted.kinds and binding.state == BindingState.BOUND:
                found.append(Subscriber(binding.account_id, binding.person_id, wanted))
        return tuple(found[:limit])

    def forget(self, binding_id: str, at: datetime) -> None:
        if binding_id in self._wanted.rows:
            self._wanted.rows[binding_id] = None
        self.skip_planned(binding_id, Reason.NOT_BOUND, at)

    def plan(self, new: Iterable[Reminder]) -> int:
        count = 0
        for one in new:
            key = f"{one.person_id}|{one.kind}|{one.subject}"
            stands = self._rows.rows.get(key)
            if stands is None:
                self._rows.rows[key] = one
            elif stands.state is ReminderState.SKIPPED and stands.push_id is None:
                self._rows.rows[key] = dataclasses.replace(one, id=stands.id)
            else:
                continue
            count += 1
        return count

    def skip_planned(self, binding_id: str, reason: Reason, at: datetime) -> int:
        return self._skip(lambda one: one.binding_id == binding_id, reason)

    def due(self, now: datetime, limit: int) -> tuple[Reminder, ...]:
        return self._where(lambda one: one.state is ReminderState.PLANNED and one.due_at <= now)[:limit]

    def stuck(self, tried_before: datetime, limit: int) -> tuple[Reminder, ...]:
        claimed = ReminderState.CLAIMED
        return self._where(lambda one: one.state is claimed and one.tried_at <= tried_before)[:limit]

    def claim(self, head: Reminder, others: Iterable[Reminder], push_id: str, at: datetime) -> bool:
        wanted = {head.id, *(one.id for one in others)}
        planned = self._where(lambda one: one.id in wanted and one.state is ReminderState.PLANNED)
        if head.id not in {one.id for one in planned}:
            return False
        for one in planned:
            self._move(one, ReminderState.CLAIMED, push_id=push_id, claimed_at=at, tried_at=at)
        return True

    def try_again(self, head: Reminder, at: datetime) -> bool:
        mine = [one for one in self._of_push(head.push_id or "") if one.tried_at == head.tried_at]
        for one in mine:
            self._write(dataclasses.replace(one, tried_at=at))
        return bool(mine)

    def settle(self, push_id: str, state: ReminderState, reason: Reason | None, at: datetime) -> int:
        mine = self._of_push(push_id)
        for one in mine:
            kept = None if reason is Reason.QUOTA else push_id
            self._move(one, state, reason=reason, push_id=kept)
        return len(mine)

    def skip(self, reminder_ids: Iterable[str], reason: Reason, at: datetime) -> int:
        wanted = set(reminder_ids)
        return self._skip(lambda one: one.id in wanted, reason)

    def skip_due(self, reason: Reason, now: datetime, limit: int) -> Mapping[ReminderKind, int]:
        due = self.due(now, limit)
        self.skip([one.id for one in due], reason, now)
        return Counter(one.kind for one in due)

    def hurry(self, now: datetime) -> int:
        planned = self._where(lambda one: one.state is ReminderState.PLANNED)
        for one in planned:
            self._write(dataclasses.replace(one, due_at=now))
        return len(planned)

    def walk(self, day: date) -> Walk:
        found: Walk = self._walks.rows.get(day.isoformat(), Walk(day))
        return found

    def move_on(self, was: Walk, now: Walk) -> bool:
        if self.walk(was.day) != was:
            return False
        self._walks.rows[was.day.isoformat()] = now
        return True

    def counts(self) -> Mapping[tuple[ReminderKind, ReminderState, Reason | None], int]:
        return Counter((one.kind, one.state, one.reason) for one in self._rows.rows.values())

    def subscribed(self) -> Mapping[ReminderKind, int]:
        return Counter(kind for one in self.subscribers("", 10**6) for kind in one.wanted.kinds)

    def waiting(self, now: datetime) -> int:
        return len(self.due(now, 10**6))

    def _skip(self, which: Callable[[Reminder], bool], reason: Reason) -> int:
        found = self._where(lambda one: one.state is ReminderState.PLANNED and which(one))
        for one in found:
            self._move(one, ReminderState.SKIPPED, reason=reason)
        return len(found)

    def _of_push(self, push_id: str) -> tuple[Reminder, ...]:
        return self._where(lambda one: one.push_id == push_id and one.state is ReminderState.CLAIMED)

    def _where(self, which: Callable[[Any], bool]) -> tuple[Reminder, ...]:
        found = [one for one in self._rows.rows.values() if which(one)]
        return tuple(sorted(found, key=lambda one: (one.due_at, one.binding_id, one.id)))

    def _move(self, one: Reminder, state: ReminderState, **changes: Any) -> None:
        assert state in MOVES[one.state], "an edge of the table"
        self._write(dataclasses.replace(one, state=state, **changes))

    def _write(self, one: Reminder) -> None:
        self._rows.rows[f"{one.person_id}|{one.kind}|{one.subject}"] = one


class Records(Protocol):
    """Where the store keeps bills, payments and plans, by payer."""

    def of_payer(self, person_id: str) -> tuple[Bill, ...]: ...
    def payments_of(self, person_id: str) -> tuple[Payment, ...]: ...
    def plans_of(self, person_id: str) -> tuple[Plan, ...]: ...


class FakeReminderBooks:
    """Fulfils ports_reminders.ReminderBooks."""

    def __init__(self, records: Records, ledger: Ledger, people: Table) -> None:
        self._records, self._ledger, self._people = records, ledger, people

    def of(self, person_ids: Iterable[str], today: date) -> Mapping[str, Books]:
        return {payer: self._books(payer, today) for payer in person_ids}

    def whole(self, person_ids: Iterable[str], today: date) -> Mapping[str, Books]:
        return {
            payer: Books(
                self._records.of_payer(payer),
                self._records.payments_of(payer),
                self._records.plans_of(payer),
                self._ledger.refunds_of(payer),
                self._people.rows[payer].hardship,
            )
            for payer in person_ids
        }

    def _books(self, payer: str, today: date) -> Books:
        def near(*days: date | None) -> bool:
            return any(day and today - LOOK_BACK <= day <= today + LOOK_AHEAD for day in days)

        bills = [
            one
            for one in self._records.of_payer(payer)
            if near(one.due, one.deferred_until, one.late_fee_start)
        ]
        ids = {one.id for one in bills}
        payments = [
            one
            for one in self._records.payments_of(payer)
            if one.bill_id in ids or near(one.paid_on, one.posted_on)
        ]
        plans = [one for one in self._records.plans_of(payer) if one.state is not PlanState.FINISHED]
        refunds = [one for one in self._ledger.refunds_of(payer) if one.bill_id in ids]
        hardship = self._people.rows[payer].hardship
        return Books(tuple(bills), tuple(payments), tuple(plans), tuple(refunds), hardship)
