"""Reminders: preferences, the rows with their compare-and-set edges, and the walk of a day."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, Row, Update, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from nhi_core.adapters.db.repositories.statements import insert_if_absent
from nhi_core.adapters.db.tables import bindings
from nhi_core.adapters.db.tables_reminders import reminder_preferences, reminder_walks, reminders
from nhi_core.domain.binding import BindingState
from nhi_core.domain.reminders import (
    MOVES,
    Preferences,
    Reason,
    Reminder,
    ReminderKind,
    ReminderState,
    TimeOfDay,
)
from nhi_core.ports_reminders import Subscriber, Walk

_AT_ONCE = 500  # rows of one INSERT: both databases count its parameters

_p = reminder_preferences.c
_r = reminders.c
_w = reminder_walks.c
_PLANNED, _CLAIMED = ReminderState.PLANNED.value, ReminderState.CLAIMED.value
_ENDED = tuple(state.value for state, onward in MOVES.items() if not onward or state == "skipped")
_ANY_KIND = or_(*(_p[kind.value] for kind in ReminderKind))
_IN_FORCE = bindings.c.state == BindingState.BOUND.value


class SqlReminders:
    """Fulfils ports_reminders.Reminders."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def preferences(self, binding_id: str) -> Preferences | None:
        """Return the binding's preferences."""
        query = select(reminder_preferences).where(_p.binding_id == binding_id)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _preferences(row)

    def prefer(self, wanted: Preferences) -> None:
        """Write the binding's preferences."""
        values = _preference_columns(wanted)
        if not insert_if_absent(self._connection, reminder_preferences, values):
            found = update(reminder_preferences).where(_p.binding_id == wanted.binding_id)
            self._connection.execute(found.values(values))

    def subscribers(self, after: str, limit: int) -> tuple[Subscriber, ...]:
        """Return the next bound subscribers past `after`, by the primary key."""
        query = (
            select(reminder_preferences, bindings.c.account_id, bindings.c.person_id)
            .join(bindings, bindings.c.id == _p.binding_id)
            .where(_p.binding_id > after, _ANY_KIND, _IN_FORCE)
            .order_by(_p.binding_id)
            .limit(limit)
        )
        return tuple(
            Subscriber(row.account_id, row.person_id, _preferences(row))
            for row in self._connection.execute(query)
        )

    def forget(self, binding_id: str, at: datetime) -> None:
        """Remove the preferences of a binding that ended; skip what was planned for it."""
        self._connection.execute(delete(reminder_preferences).where(_p.binding_id == binding_id))
        self.skip_planned(binding_id, Reason.NOT_BOUND, at)

    def plan(self, new: Iterable[Reminder]) -> int:
        """Insert, or plan again what was skipped without ever having left; return how many."""
        rows = [_columns(one) for one in new]
        return sum(self._plan(rows[start : start + _AT_ONCE]) for start in range(0, len(rows), _AT_ONCE))

    def skip_planned(self, binding_id: str, reason: Reason, at: datetime) -> int:
        """Skip everything planned for a binding."""
        return self._changed(_skipping(reason, at).where(_r.binding_id == binding_id, _r.state == _PLANNED))

    def due(self, now: datetime, limit: int) -> tuple[Reminder, ...]:
        """Return planned reminders whose moment has come, the longest waiting first."""
        return self._where(_r.state == _PLANNED, _r.due_at <= now, limit=limit)

    def stuck(self, tried_before: datetime, limit: int) -> tuple[Reminder, ...]:
        """Return claimed reminders that were last tried before then."""
        return self._where(_r.state == _CLAIMED, _r.tried_at <= tried_before, limit=limit)

    def claim(self, head: Reminder, others: Iterable[Reminder], push_id: str, at: datetime) -> bool:
        """Compare-and-set planned → claimed; who gets the head gets the others that are still planned."""
        claiming = (
            update(reminders)
            .where(_r.state == _PLANNED)
            .values(state=_CLAIMED, push_id=push_id, claimed_at=at, tried_at=at)
        )
        if not self._changed(claiming.where(_r.id == head.id)):
            return False
        self._connection.execute(claiming.where(_r.id.in_([one.id for one in others])))
        return True

    def try_again(self, head: Reminder, at: datetime) -> bool:
        """Compare-and-set on `tried_at` of all reminders of the push."""
        mine = (_r.push_id == head.push_id, _r.state == _CLAIMED, _r.tried_at == head.tried_at)
        return self._changed(update(reminders).where(*mine).values(tried_at=at)) > 0

    def settle(self, push_id: str, state: ReminderState, reason: Reason | None, at: datetime) -> int:
        """Move everything claimed under a push to its end. Over quota, it surely never left."""
        values = {"state": state.value, "reason": None if reason is None else reason.value, "settled_at": at}
        if reason is Reason.QUOTA:
            values["push_id"] = None
        claimed = update(reminders).where(_r.push_id == push_id, _r.state == _CLAIMED)
        return self._changed(claimed.values(values))

    def skip(self, reminder_ids: Iterable[str], reason: Reason, at: datetime) -> int:
        """Compare-and-set planned → skipped."""
        wanted = (_r.id.in_(list(reminder_ids)), _r.state == _PLANNED)
        return self._changed(_skipping(reason, at).where(*wanted))

    def skip_due(self, reason: Reason, now: datetime, limit: int) -> Mapping[ReminderKind, int]:
        """Skip planned reminders whose moment has come; return how many of each kind."""
        some = select(_r.id).where(_r.state == _PLANNED, _r.due_at <= now).order_by(_r.due_at).limit(limit)
        skipping = _skipping(reason, now).where(_r.id.in_(some.scalar_subquery()), _r.state == _PLANNED)
        found: dict[ReminderKind, int] = {}
        for row in self._connection.execute(skipping.returning(_r.kind)):
            kind = ReminderKind(row.kind)
            found[kind] = found.get(kind, 0) + 1
        return found

    def hurry(self, now: datetime) -> int:
        """Bring everything planned forward to now; return how many."""
        return self._changed(update(reminders).where(_r.state == _PLANNED).values(due_at=now))

    def walk(self, day: date) -> Walk:
        """Return how far the planning of this day has come."""
        row = self._connection.execute(select(reminder_walks).where(_w.day == day)).one_or_none()
        return Walk(day) if row is None else Walk(row.day, row.after, row.done)

    def move_on(self, was: Walk, now: Walk) -> bool:
        """Compare-and-set on the walk."""
        start = Walk(was.day)
        if was == start:
            insert_if_absent(self._connection, reminder_walks, dataclasses.asdict(start))
        mine = (_w.day == was.day, _w.after == was.after, _w.done == was.done)
        return self._changed(update(reminder_walks).where(*mine).values(after=now.after, done=now.done)) == 1

    def counts(self) -> Mapping[tuple[ReminderKind, ReminderState, Reason | None], int]:
        """Return how many reminders stand where."""
        query = select(_r.kind, _r.state, _r.reason, func.count()).group_by(_r.kind, _r.state, _r.reason)
        return {
            (ReminderKind(kind), ReminderState(state), None if reason is None else Reason(reason)): count
            for kind, state, reason, count in self._connection.execute(query)
        }

    def subscribed(self) -> Mapping[ReminderKind, int]:
        """Return how many bindings in force asked for each kind."""
        columns = [func.count().filter(_p[kind.value]) for kind in ReminderKind]
        query = (
            select(*columns)
            .select_from(reminder_preferences)
            .join(bindings, bindings.c.id == _p.binding_id)
            .where(_IN_FORCE)
        )
        return dict(zip(ReminderKind, self._connection.execute(query).one(), strict=True))

    def waiting(self, now: datetime) -> int:
        """Return how many planned reminders are past their moment."""
        query = select(func.count()).where(_r.state == _PLANNED, _r.due_at <= now)
        return int(self._connection.execute(query).scalar_one())

    def _plan(self, rows: list[dict[str, object]]) -> int:
        make = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        made = make(reminders).values(rows)
        fresh = ("binding_id", "last_day", "due_at", "state", "reason", "tried_at", "settled_at")
        statement = made.on_conflict_do_update(
            index_elements=[_r.person_id, _r.kind, _r.subject],
            set_={**{name: made.excluded[name] for name in fresh}, "settled_at": None},
            where=(_r.state == ReminderState.SKIPPED.value) & _r.push_id.is_(None),
        )
        return len(self._connection.execute(statement.returning(_r.id)).all())

    def _changed(self, statement: Update) -> int:
        return self._connection.execute(statement).rowcount

    def _where(self, *conditions: ColumnElement[bool], limit: int) -> tuple[Reminder, ...]:
        order = (_r.due_at, _r.binding_id, _r.id)
        query = select(reminders).where(*conditions).order_by(*order).limit(limit)
        return tuple(_reminder(row) for row in self._connection.execute(query))


def _skipping(reason: Reason, at: datetime) -> Update:
    skipped = ReminderState.SKIPPED.value
    return update(reminders).values(state=skipped, reason=reason.value, settled_at=at)


def _preferences(row: Row[tuple[object, ...]]) -> Preferences:
    values = row._mapping
    return Preferences(
        binding_id=row.binding_id,
        since=row.since,
        kinds=frozenset(kind for kind in ReminderKind if values[kind.value]),
        lead_days=row.lead_days,
        time_of_day=TimeOfDay(row.time_of_day),
    )


def _preference_columns(wanted: Preferences) -> dict[str, object]:
    return {
        "binding_id": wanted.binding_id,
        "since": wanted.since,
        "lead_days": wanted.lead_days,
        "time_of_day": wanted.time_of_day.value,
        **{kind.value: kind in wanted.kinds for kind in ReminderKind},
    }


def _reminder(row: Row[tuple[object, ...]]) -> Reminder:
    values = {field.name: row._mapping[field.name] for field in dataclasses.fields(Reminder)}
    return Reminder(
        **{
            **values,
            "kind": ReminderKind(row.kind),
            "state": ReminderState(row.state),
            "reason": None if row.reason is None else Reason(row.reason),
        }
    )


def _columns(one: Reminder) -> dict[str, object]:
    values: dict[str, object] = {field.name: getattr(one, field.name) for field in dataclasses.fields(one)}
    reason = None if one.reason is None else one.reason.value
    return {**values, "kind": one.kind.value, "state": one.state.value, "reason": reason, "settled_at": None}
