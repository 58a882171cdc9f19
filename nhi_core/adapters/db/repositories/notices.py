"""Notices: the rows, compare-and-set on their revision, and whom an audience means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from typing import cast as typed

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Text,
    cast,
    func,
    insert,
    or_,
    select,
    update,
)

from nhi_core.adapters.db.retention_rules import closed_notices
from nhi_core.adapters.db.tables_notices import notices
from nhi_core.domain.notices import (
    OVER,
    READABLE,
    Attachment,
    Audience,
    Category,
    Notice,
    NoticeState,
    Stop,
    Way,
)
from nhi_core.domain.offices import ClerkRole
from nhi_core.ports_notices import NoticeFilter

_n = notices.c
_WITH_FILES = cast(_n.attachments, Text) != "[]"
_HOLDS = [state.value for state in READABLE - OVER]


class SqlNotices:
    """Fulfils ports_notices.Notices."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def add(self, notice: Notice) -> None:
        """Insert."""
        self._connection.execute(insert(notices).values(_columns(notice)))

    def get(self, notice_id: str) -> Notice | None:
        """Return a notice."""
        return self._one(_n.id == notice_id)

    def by_code(self, code: str) -> Notice | None:
        """Return the notice that goes by this code."""
        return self._one(_n.code == code)

    def end_of(self, notice_id: str) -> Notice | None:
        """Return the end notice of a notice."""
        return self._one(_n.ends == notice_id)

    def save(self, notice: Notice, *, was: int) -> bool:
        """Compare-and-set on `revision`."""
        changed = update(notices).where(_n.id == notice.id, _n.revision == was).values(_columns(notice))
        return self._connection.execute(changed).rowcount == 1

    def found(self, wanted: NoticeFilter, *, limit: int, offset: int = 0) -> tuple[Notice, ...]:
        """Return notices, the newest first."""
        query = _wanted(select(notices), wanted).order_by(_n.created_at.desc(), _n.id)
        return self._all(query.limit(limit).offset(offset))

    def count(self, wanted: NoticeFilter) -> int:
        """Return how many there are."""
        query = _wanted(select(func.count()).select_from(notices), wanted)
        return int(self._connection.execute(query).scalar_one())

    def due(self, now: datetime, limit: int = 50) -> tuple[Notice, ...]:
        """Return scheduled notices whose moment has come, the earliest first."""
        scheduled = _n.state == NoticeState.SCHEDULED.value
        query = select(notices).where(scheduled, or_(_n.send_at.is_(None), _n.send_at <= now))
        return self._all(query.order_by(_n.send_at, _n.id).limit(limit))

    def in_state(self, *states: NoticeState, limit: int = 200) -> tuple[Notice, ...]:
        """Return notices in these states, the oldest first."""
        query = select(notices).where(_n.state.in_([one.value for one in states]))
        return self._all(query.order_by(_n.created_at, _n.id).limit(limit))

    def over(self, day: date, *, limit: int = 500) -> tuple[Notice, ...]:
        """Return what has gone out and whose last day is before this day."""
        query = select(notices).where(_n.state == NoticeState.SENT.value, _n.valid_until < day)
        return self._all(query.order_by(_n.valid_until, _n.id).limit(limit))

    def valid_on(self, day: date, *, limit: int = 200) -> tuple[Notice, ...]:
        """Return what has gone out and holds on this day, the newest first."""
        holds = (_n.state.in_(_HOLDS), _n.valid_from <= day)
        query = select(notices).where(*holds, or_(_n.valid_until.is_(None), _n.valid_until >= day))
        return self._all(query.order_by(_n.created_at.desc(), _n.id).limit(limit))

    def outlived_files(self, before: datetime, limit: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return old notices that have files."""
        query = select(_n.id, _n.attachments).where(closed_notices(before), _WITH_FILES).limit(limit)
        return tuple((one, _digests(files)) for one, files in self._connection.execute(query))

    def forget_files(self, notice_id: str) -> None:
        """Empty the list."""
        self._connection.execute(update(notices).where(_n.id == notice_id).values(attachments=[]))

    def named_files(self) -> frozenset[str]:
        """Return every digest that stands in a list."""
        query = select(_n.attachments).where(_WITH_FILES)
        return frozenset(
            digest for files in self._connection.execute(query).scalars() for digest in _digests(files)
        )

    def _one(self, condition: ColumnElement[bool]) -> Notice | None:
        row = self._connection.execute(select(notices).where(condition)).mappings().one_or_none()
        return None if row is None else _notice(row)

    def _all(self, query: Select[Any]) -> tuple[Notice, ...]:
        return tuple(_notice(row) for row in self._connection.execute(query).mappings())


def _wanted(query: Select[Any], wanted: NoticeFilter) -> Select[Any]:
    if wanted.categories:
        query = query.where(_n.category.in_([one.value for one in wanted.categories]))
    if wanted.states:
        query = query.where(_n.state.in_([one.value for one in wanted.states]))
    if wanted.since is not None:
        query = query.where(_n.valid_from >= wanted.since)
    if wanted.until is not None:
        query = query.where(_n.valid_from <= wanted.until)
    return query


def _columns(one: Notice) -> dict[str, object]:
    audience = one.audience
    plain = (
        "id", "code", "title", "body", "owner", "revision", "created_at", "valid_from", "valid_until",
        "send_at", "needs_ack", "ack_deadline", "supersedes", "ends", "proposed_by", "approved_by",
        "sent_at", "closed_at",
    )  # fmt: skip
    return {
        **{name: getattr(one, name) for name in plain},
        "category": one.category.value,
        "way": one.way.value,
        "state": one.state.value,
        "stop": None if one.stop is None else one.stop.value,
        "audience": {
            "offices": sorted(audience.offices),
            "size_groups": sorted(audience.size_groups),
            "roles": sorted(role.value for role in audience.roles),
            "groups": sorted(audience.groups),
            "citizens": audience.citizens,
        },
        "attachments": [
            {"digest": file.digest, "name": file.name, "kind": file.kind, "size": file.size}
            for file in one.attachments
        ],
    }


def _notice(row: RowMapping) -> Notice:
    audience = typed("Mapping[str, Any]", row["audience"])
    return Notice(
        **{
            **row,
            "category": Category(row["category"]),
            "way": Way(row["way"]),
            "state": NoticeState(row["state"]),
            "stop": None if row["stop"] is None else Stop(row["stop"]),
            "audience": Audience(
                offices=frozenset(audience["offices"]),
                size_groups=frozenset(audience["size_groups"]),
                roles=frozenset(ClerkRole(role) for role in audience["roles"]),
                groups=frozenset(audience["groups"]),
                citizens=bool(audience["citizens"]),
            ),
            "attachments": tuple(Attachment(**file) for file in row["attachments"]),
        }
    )


def _digests(files: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(str(file["digest"]) for file in files)
