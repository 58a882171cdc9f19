"""Parts of long lists. Each query runs along an index; endless lists go by the last row's place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from nhi_core.adapters.db.repositories.instalments import SqlApplications
from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables import audit_events, inbound_events, persons, sends
from nhi_core.adapters.db.tables_imports import import_rejects, imports
from nhi_core.adapters.db.tables_instalments import instalment_applications
from nhi_core.domain.application import Application, ApplicationState
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.slices import Ask, Slice
from nhi_core.ports_console import ImportLine, InboundLine, SendLine, TrailLine

_a = instalment_applications.c
_e = audit_events.c
_s = sends.c
_i = inbound_events.c
_j = imports.c
_r = import_rejects.c
# What a row number can be: as many digits as the column holds.
_SERIAL = re.compile(r"[0-9]{1,18}", re.ASCII)
_T = TypeVar("_T", SendLine, InboundLine)
_IMPORT = (
    _j.id, _j.kind, _j.state, _j.size, _j.position, _j.staged, _j.rejected, _j.inserted, _j.updated,
    _j.unchanged, _j.started_at, _j.moved_at,
)  # fmt: skip


class SqlConsoleLists:
    """Fulfils ports_console.ConsoleLists."""

    def __init__(self, connection: Connection, sealer: ColumnSealer) -> None:
        """Work on one connection."""
        self._connection = connection
        self._sealer = sealer

    def applications(self, ask: Ask) -> Slice[Application]:
        """Return what was handed in."""
        wanted = [_a.submitted_at.is_not(None), *_between(_a.submitted_at, ask)]
        if state := ask.get("state"):
            wanted.append(_a.state == state)
        if code := ask.get("code"):
            wanted.append(_a.code.startswith(code, autoescape=True))
        first: tuple[ColumnElement[Any], ...] = (_a.submitted_at.desc(), _a.id.desc())
        if ask.get("state") == ApplicationState.SUBMITTED.value:
            first = (_a.submitted_at, _a.id)
        query = select(instalment_applications).where(*wanted)
        rows = self._part(query.order_by(*first), ask)
        found = SqlApplications(self._connection, self._sealer).of_rows(rows)
        return Slice(found, self._count(query))

    def application_counts(self) -> Mapping[str, int]:
        """Count what was handed in, by state."""
        query = select(_a.state, func.count()).where(_a.submitted_at.is_not(None)).group_by(_a.state)
        return {state: count for state, count in self._connection.execute(query)}  # noqa: C416 - typed rows

    def names(self, person_ids: Iterable[str]) -> Mapping[str, str]:
        """Return id → full name."""
        query = select(persons.c.id, persons.c.name).where(persons.c.id.in_(list(person_ids)))
        rows = self._connection.execute(query)
        return {row.id: self._sealer.open(persons.c.name, row.name, row=row.id) for row in rows}

    def trail(self, ask: Ask) -> Slice[TrailLine]:
        """Return lines of the trail."""
        wanted = _between(_e.at, ask)
        for column, key in ((_e.event, "event"), (_e.staff, "staff"), (_e.subject, "subject")):
            if value := ask.get(key):
                wanted.append(column == value)
        if ask.after is not None and _SERIAL.fullmatch(ask.after):
            wanted.append(_e.id < int(ask.after))
        query = select(audit_events).where(*wanted).order_by(_e.id.desc()).limit(ask.limit + 1)
        rows = self._connection.execute(query).all()
        lines = [
            TrailLine(r.id, r.at, r.event, r.subject, r.staff, r.detail or {}) for r in rows[: ask.limit]
        ]
        return Slice(lines, None, str(lines[-1].id) if len(rows) > ask.limit else None)

    def trail_events(self) -> tuple[str, ...]:
        """Return every event, from one step to the next along the index."""
        found: list[str] = []
        while True:
            later = _e.event > found[-1] if found else _e.event.is_not(None)
            event = self._connection.execute(select(func.min(_e.event)).where(later)).scalar_one()
            if event is None:
                return tuple(found)
            found.append(event)

    def sends(self, ask: Ask) -> Slice[SendLine]:
        """Return sends."""
        wanted = _between(_s.claimed_at, ask)
        if kind := ask.get("kind"):
            wanted.append(_s.kind == kind)
        if outcome := ask.get("outcome"):
            wanted.append(_s.outcome.is_(None) if outcome == "open" else _s.outcome == outcome)
        shown = (_s.key, _s.kind, _s.messages, _s.recipients, _s.outcome, _s.claimed_at, _s.settled_at)
        return self._endless(SendLine, select(*shown).where(*wanted), (_s.claimed_at, _s.key), ask)

    def inbound(self, ask: Ask) -> Slice[InboundLine]:
        """Return how events ended."""
        wanted = _between(_i.closed_at, ask)
        for column, key in ((_i.outcome, "outcome"), (_i.kind, "kind")):
            if value := ask.get(key):
                wanted.append(column == value)
        query = select(_i.id, _i.kind, _i.outcome, _i.reason, _i.closed_at).where(*wanted)
        return self._endless(InboundLine, query, (_i.closed_at, _i.id), ask)

    def inbound_counts(self, since: datetime) -> Mapping[str, int]:
        """Count endings."""
        query = select(_i.outcome, func.count()).where(_i.closed_at >= since).group_by(_i.outcome)
        return {outcome: count for outcome, count in self._connection.execute(query)}  # noqa: C416 - typed rows

    def imports(self, ask: Ask) -> Slice[ImportLine]:
        """Return imports."""
        wanted = []
        for column, key in ((_j.kind, "kind"), (_j.state, "state")):
            if value := ask.get(key):
                wanted.append(column == value)
        query = select(*_IMPORT).where(*wanted)
        rows = self._part(query.order_by(_j.started_at.desc(), _j.id), ask)
        return Slice([ImportLine(*row) for row in rows], self._count(query))

    def import_of(self, import_id: str) -> ImportLine | None:
        """Return one import."""
        row = self._connection.execute(select(*_IMPORT).where(_j.id == import_id)).one_or_none()
        return None if row is None else ImportLine(**row._mapping)

    def rejects(self, import_id: str, ask: Ask) -> Slice[tuple[int, str, str]]:
        """Return refused rows."""
        query = select(_r.line, _r.column, _r.reason).where(_r.import_id == import_id)
        rows = self._part(query.order_by(_r.line, _r.column), ask)
        return Slice([(row.line, row.column, row.reason) for row in rows], self._count(query))

    def _part(self, query: Select[Any], ask: Ask) -> Sequence[Any]:
        return self._connection.execute(query.limit(ask.limit).offset(ask.offset)).all()

    def _count(self, query: Select[Any]) -> int:
        counted = select(func.count()).select_from(query.order_by(None).subquery())
        return int(self._connection.execute(counted).scalar_one())

    def _endless(
        self,
        make: type[_T],
        query: Select[Any],
        place: tuple[ColumnElement[Any], ColumnElement[str]],
        ask: Ask,
    ) -> Slice[_T]:
        """Return rows, the newest first, after the place (moment and key) that `ask.after` names."""
        moment, key = place
        after = _place(ask.after)
        if after is not None:
            query = query.where(or_(moment < after[0], and_(moment == after[0], key < after[1])))
        query = query.order_by(moment.desc(), key.desc()).limit(ask.limit + 1)
        rows = self._connection.execute(query).all()
        lines = [make(*row) for row in rows[: ask.limit]]
        if len(rows) <= ask.limit:
            return Slice(lines, None)
        last = rows[ask.limit - 1]._mapping
        return Slice(lines, None, f"{last[moment].timestamp():.6f}~{last[key]}")


def _between(column: ColumnElement[Any], ask: Ask) -> list[ColumnElement[bool]]:
    """Return the conditions of the days `since` and `until`, Taipei days, both included."""
    found = []
    if since := _midnight(ask.get("since")):
        found.append(column >= since)
    if until := _midnight(ask.get("until")):
        found.append(column < until + timedelta(days=1))
    return found


def _midnight(day: str | None) -> datetime | None:
    return None if day is None else datetime.combine(date.fromisoformat(day), time(), TAIPEI).astimezone(UTC)


def _place(after: str | None) -> tuple[datetime, str] | None:
    moment, _, key = (after or "").partition("~")
    try:
        return datetime.fromtimestamp(float(moment), UTC), key
    except (ValueError, OverflowError, OSError):
        return None
