"""Messages of the tied groups by kind, without text."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from nhi_core.adapters.db.tables_promotion import group_messages
from nhi_core.domain.group_activity import Message, MessageKind
from nhi_core.domain.roc import PremiumMonth

_m = group_messages.c
_QUESTION = MessageKind.QUESTION.value
_REPLIES = (MessageKind.READ_REPLY.value, MessageKind.DISCUSSION.value)


class SqlGroupTalk:
    """Fulfils ports_promotion.GroupTalk."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def put(self, message: Message) -> None:
        """Insert, or write over an earlier version."""
        make = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        made = make(group_messages).values({**dataclasses.asdict(message), "kind": message.kind.value})
        # An edit keeps the message's day and sender: LINE's edits may not name who wrote it.
        statement = made.on_conflict_do_update(
            index_elements=[_m.message_id],
            set_={"kind": made.excluded.kind, "said_at": made.excluded.said_at},
            where=_m.said_at < made.excluded.said_at,
        )
        self._connection.execute(statement)

    def get(self, message_id: str) -> Message | None:
        """Return what is kept of a message."""
        row = self._connection.execute(
            select(group_messages).where(_m.message_id == message_id)
        ).one_or_none()
        return None if row is None else Message(**{**row._mapping, "kind": MessageKind(row.kind)})

    def remove(self, message_id: str) -> bool:
        """Delete what was unsent."""
        gone = self._connection.execute(delete(group_messages).where(_m.message_id == message_id))
        return gone.rowcount == 1

    def last_question(self, group_id: str, before: datetime) -> datetime | None:
        """Return when a clerk last asked something in the group before then."""
        query = (
            select(_m.said_at)
            .where(_m.group_id == group_id, _m.kind == _QUESTION, _m.said_at < before)
            .order_by(_m.said_at.desc())
            .limit(1)
        )
        return self._connection.execute(query).scalar_one_or_none()

    def counts(
        self, first: PremiumMonth, last: PremiumMonth, group_id: str | None = None
    ) -> Mapping[tuple[PremiumMonth, MessageKind], int]:
        """Return the counts of each month and kind."""
        year, month = func.extract("year", _m.day), func.extract("month", _m.day)
        conditions = [*_period(first, last)]
        if group_id is not None:
            conditions.append(_m.group_id == group_id)
        query = select(year, month, _m.kind, func.count()).where(*conditions).group_by(year, month, _m.kind)
        return {
            (PremiumMonth(int(y), int(m)), MessageKind(kind)): count
            for y, m, kind, count in self._connection.execute(query)
        }

    def by_office(self, first: PremiumMonth, last: PremiumMonth) -> Mapping[str, tuple[int, int]]:
        """Return office code → (read-replies, discussion)."""
        counts = [func.count().filter(_m.kind == kind) for kind in _REPLIES]
        query = (
            select(_m.office_code, *counts)
            .where(*_period(first, last), _m.office_code.is_not(None), _m.kind.in_(_REPLIES))
            .group_by(_m.office_code)
        )
        return {code: (read, talk) for code, read, talk in self._connection.execute(query)}

    def answers(self, first: PremiumMonth, last: PremiumMonth) -> Mapping[tuple[str, PremiumMonth], int]:
        """Return (office code, month) → read-replies and discussion together."""
        year, month = func.extract("year", _m.day), func.extract("month", _m.day)
        query = (
            select(_m.office_code, year, month, func.count())
            .where(*_period(first, last), _m.office_code.is_not(None), _m.kind.in_(_REPLIES))
            .group_by(_m.office_code, year, month)
        )
        rows = self._connection.execute(query)
        return {(code, PremiumMonth(int(y), int(m))): count for code, y, m, count in rows}


def _period(first: PremiumMonth, last: PremiumMonth) -> tuple[ColumnElement[bool], ...]:
    return (_m.day >= first.first_day, _m.day <= last.last_day)
