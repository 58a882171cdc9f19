"""Sending notices: whom an audience means, batches with their compare-and-set edges, deliveries, posts."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    and_,
    func,
    insert,
    null,
    or_,
    select,
    update,
)

from nhi_core.adapters.db.repositories.statements import insert_if_absent
from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables import accounts, bindings
from nhi_core.adapters.db.tables_notices import notice_batches, notice_deliveries, notice_posts
from nhi_core.adapters.db.tables_offices import clerks, group_members, offices
from nhi_core.domain.binding import BindingState
from nhi_core.domain.notice_sending import Batch, BatchState, Receiver, Unsent
from nhi_core.domain.notices import Audience
from nhi_core.domain.offices import ClerkState

_b = notice_batches.c
_d = notice_deliveries.c
_account = accounts.c.id.label("account_id")
_WAITING, _CLAIMED = BatchState.WAITING.value, BatchState.CLAIMED.value
_AT_ONCE = 1_000  # rows of one INSERT
_NAMESPACE = uuid.UUID("0e7c3a52-6a41-5d3f-9f0b-6d1c2b7a9e10")


class SqlNoticeSends:
    """Fulfils ports_notices.NoticeSends."""

    def __init__(self, connection: Connection, sealer: ColumnSealer) -> None:
        """Work on one connection."""
        self._connection = connection
        self._sealer = sealer

    def receivers(self, audience: Audience) -> tuple[Receiver, ...]:
        """Return everybody an audience means now, by account id."""
        query = _citizens() if audience.citizens else _clerks(audience)
        rows = self._connection.execute(query.order_by(accounts.c.id))
        return tuple(Receiver(row.account_id, row.language, row.clerk_id, row.blocked) for row in rows)

    def plan(self, batch: Batch, receivers: Iterable[Receiver]) -> None:
        """Insert a batch with its deliveries."""
        self._connection.execute(insert(notice_batches).values(_columns(batch)))
        self._deliver(batch.notice_id, receivers, {"batch_id": batch.id})

    def skip(self, notice_id: str, receivers: Iterable[Receiver], reason: Unsent) -> None:
        """Insert deliveries that will not be made, and why."""
        self._deliver(notice_id, receivers, {"reason": reason.value})

    def next_batch(self, notice_id: str, tried_before: datetime) -> Batch | None:
        """Return a batch that waits, or one that was claimed and has no end, the stuck ones first."""
        stuck = and_(_b.state == _CLAIMED, _b.tried_at <= tried_before)
        query = (
            select(notice_batches)
            .where(_b.notice_id == notice_id, or_(_b.state == _WAITING, stuck))
            .order_by(_b.state, _b.number)
            .limit(1)
        )
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else _batch(row)

    def claim(self, batch: Batch, at: datetime) -> bool:
        """Compare-and-set on the state and the last try."""
        mine = [_b.id == batch.id, _b.state == batch.state.value]
        mine.append(_b.tried_at.is_(None) if batch.tried_at is None else _b.tried_at == batch.tried_at)
        values = {"state": _CLAIMED, "claimed_at": batch.claimed_at or at, "tried_at": at}
        return self._connection.execute(update(notice_batches).where(*mine).values(values)).rowcount == 1

    def release(self, batch: Batch) -> None:
        """Let a claimed batch wait again, if it is still as this caller claimed it."""
        mine = (_b.id == batch.id, _b.state == _CLAIMED, _b.tried_at == batch.tried_at)
        waiting = {"state": _WAITING, "claimed_at": None, "tried_at": None}
        self._connection.execute(update(notice_batches).where(*mine).values(waiting))

    def addressees(self, batch_id: str) -> tuple[str, ...]:
        """Return the channel's ids of the batch's receivers, by account id."""
        query = (
            select(accounts.c.id, accounts.c.channel_user)
            .join(notice_deliveries, _d.account_id == accounts.c.id)
            .where(_d.batch_id == batch_id)
            .order_by(accounts.c.id)
        )
        return tuple(
            self._sealer.open(accounts.c.channel_user, row.channel_user, row=row.id)
            for row in self._connection.execute(query)
        )

    def settle(self, batch: Batch, state: BatchState, reason: Unsent | None, at: datetime) -> None:
        """End a batch with its deliveries."""
        self._connection.execute(update(notice_batches).where(_b.id == batch.id).values(state=state.value))
        values = {"sent_at": at} if reason is None else {"reason": reason.value}
        self._connection.execute(update(notice_deliveries).where(_d.batch_id == batch.id).values(values))

    def split(self, batch: Batch, halves: tuple[Batch, Batch], at: datetime) -> None:
        """Move the batch's deliveries to two new batches, by account id."""
        self._connection.execute(
            update(notice_batches).where(_b.id == batch.id).values(state=BatchState.SPLIT.value, tried_at=at)
        )
        ids = self._connection.execute(
            select(_d.id).where(_d.batch_id == batch.id).order_by(_d.account_id)
        ).scalars()
        rows = list(ids)
        middle = halves[0].receivers
        for half, mine in zip(halves, (rows[:middle], rows[middle:]), strict=True):
            self._connection.execute(insert(notice_batches).values(_columns(half)))
            moved = update(notice_deliveries).where(_d.id.in_(mine)).values(batch_id=half.id)
            self._connection.execute(moved)

    def drop(self, notice_id: str, at: datetime) -> int:
        """End what has not been claimed of a notice that was withdrawn."""
        waiting = select(_b.id).where(_b.notice_id == notice_id, _b.state == _WAITING)
        dropped = list(self._connection.execute(waiting).scalars())
        if not dropped:
            return 0
        self._connection.execute(
            update(notice_batches)
            .where(_b.id.in_(dropped), _b.state == _WAITING)
            .values(state=BatchState.DROPPED.value, tried_at=at)
        )
        ended = update(notice_deliveries).where(_d.batch_id.in_(dropped))
        return self._connection.execute(ended.values(reason=Unsent.WITHDRAWN.value)).rowcount

    def open_batches(self, notice_id: str) -> int:
        """Return how many batches have no end yet."""
        query = select(func.count()).where(_b.notice_id == notice_id, _b.state.in_([_WAITING, _CLAIMED]))
        return int(self._connection.execute(query).scalar_one())

    def next_number(self, notice_id: str) -> int:
        """Return a number no batch of the notice has."""
        query = select(func.coalesce(func.max(_b.number), 0)).where(_b.notice_id == notice_id)
        return int(self._connection.execute(query).scalar_one()) + 1

    def outcome(self, notice_id: str) -> Mapping[str, int]:
        """Return deliveries by how they stand: `planned`, `sent`, and the reasons."""
        query = (
            select(_d.reason, _d.sent_at.is_not(None).label("sent"), func.count().label("n"))
            .where(_d.notice_id == notice_id)
            .group_by(_d.reason, _d.sent_at.is_not(None))
        )
        found: dict[str, int] = {}
        for row in self._connection.execute(query):
            name = row.reason or ("sent" if row.sent else "planned")
            found[name] = found.get(name, 0) + row.n
        return found

    def got(self, notice_id: str, account_id: str) -> bool:
        """Whether an account is among a notice's receivers."""
        query = select(_d.id).where(_d.notice_id == notice_id, _d.account_id == account_id)
        return self._connection.execute(query).first() is not None

    def post(self, notice_id: str, group_id: str | None, message_ids: Sequence[str], at: datetime) -> None:
        """Note what LINE called the messages that showed a notice; the first note of an id stands."""
        for message_id in message_ids:
            values = {
                "message_id": message_id,
                "notice_id": notice_id,
                "group_id": group_id,
                "posted_at": at,
            }
            insert_if_absent(self._connection, notice_posts, values)

    def posted(self, message_id: str) -> str | None:
        """Return the notice that a message of ours showed."""
        query = select(notice_posts.c.notice_id).where(notice_posts.c.message_id == message_id)
        return self._connection.execute(query).scalar_one_or_none()

    def _deliver(self, notice_id: str, receivers: Iterable[Receiver], more: Mapping[str, Any]) -> None:
        rows = [
            {
                "id": str(uuid.uuid5(_NAMESPACE, f"{notice_id} {one.account_id}")),
                "notice_id": notice_id,
                "account_id": one.account_id,
                "clerk_id": one.clerk_id,
                **more,
            }
            for one in receivers
        ]
        for start in range(0, len(rows), _AT_ONCE):
            self._connection.execute(insert(notice_deliveries), rows[start : start + _AT_ONCE])


def _citizens() -> Select[Any]:
    # One binding in force an account: the database keeps that rule.
    return (
        select(_account, accounts.c.language, accounts.c.blocked, null().label("clerk_id"))
        .join(bindings, bindings.c.account_id == accounts.c.id)
        .where(bindings.c.state == BindingState.BOUND.value)
    )


def _clerks(audience: Audience) -> Select[Any]:
    query = (
        select(_account, accounts.c.language, accounts.c.blocked, clerks.c.id.label("clerk_id"))
        .select_from(clerks)
        .join(accounts, accounts.c.id == clerks.c.account_id)
        .outerjoin(offices, offices.c.code == clerks.c.office_code)
        .where(clerks.c.state == ClerkState.ACTIVE.value)
    )
    if audience.offices:
        query = query.where(clerks.c.office_code.in_(sorted(audience.offices)))
    if audience.size_groups:
        query = query.where(offices.c.size_group.in_(sorted(audience.size_groups)))
    if audience.roles:
        query = query.where(clerks.c.role.in_(sorted(role.value for role in audience.roles)))
    if audience.groups:
        seen = select(group_members.c.account_id).where(
            group_members.c.group_id.in_(sorted(audience.groups)), group_members.c.left_at.is_(None)
        )
        query = query.where(accounts.c.id.in_(seen))
    return query


def _columns(batch: Batch) -> dict[str, object]:
    names = (
        "id",
        "notice_id",
        "number",
        "language",
        "receivers",
        "group_id",
        "claimed_at",
        "tried_at",
    )
    values: dict[str, object] = {name: getattr(batch, name) for name in names}
    return {**values, "messages": [dict(one) for one in batch.messages], "state": batch.state.value}


def _batch(row: RowMapping) -> Batch:
    return Batch(**{**row, "state": BatchState(row["state"])})
