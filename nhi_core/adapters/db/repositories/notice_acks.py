"""Acknowledgements of notices and nudges: each once for a clerk, which the database itself keeps."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, select, update

from nhi_core.adapters.db.repositories.statements import insert_if_absent
from nhi_core.adapters.db.tables_notices import notice_acks, notice_nudges
from nhi_core.domain.notice_acks import Ack, AckWay, Nudge, NudgeState

_a = notice_acks.c
_n = notice_nudges.c
_STANDS = _a.taken_back_at.is_(None)


class SqlNoticeAcks:
    """Fulfils ports_notices.NoticeAcks."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def record(self, ack: Ack) -> bool:
        """Insert, or give again what was taken back; False when it stands already."""
        values = {
            "id": ack.id,
            "notice_id": ack.notice_id,
            "clerk_id": ack.clerk_id,
            "office_code": ack.office_code,
            "way": ack.way.value,
            "message_id": ack.message_id,
            "said_at": ack.said_at,
        }
        if insert_if_absent(self._connection, notice_acks, values):
            return True
        again = update(notice_acks).where(
            _a.notice_id == ack.notice_id, _a.clerk_id == ack.clerk_id, _a.taken_back_at.is_not(None)
        )
        fresh = {name: value for name, value in values.items() if name != "id"}
        return self._connection.execute(again.values(**fresh, taken_back_at=None)).rowcount == 1

    def by_message(self, message_id: str) -> tuple[Ack, ...]:
        """Return what one message acknowledged."""
        rows = self._connection.execute(select(notice_acks).where(_a.message_id == message_id))
        return tuple(_ack(row) for row in rows.mappings())

    def take_back(self, ack_id: str, at: datetime) -> None:
        """Note that it no longer holds."""
        self._connection.execute(update(notice_acks).where(_a.id == ack_id).values(taken_back_at=at))

    def of(self, notice_id: str) -> tuple[Ack, ...]:
        """Return acknowledgements in force, the earliest first."""
        query = select(notice_acks).where(_a.notice_id == notice_id, _STANDS).order_by(_a.said_at, _a.id)
        return tuple(_ack(row) for row in self._connection.execute(query).mappings())

    def counts(self, notice_ids: Collection[str]) -> Mapping[str, int]:
        """Return notice id → acknowledgements in force."""
        query = (
            select(_a.notice_id, func.count().label("n"))
            .where(_a.notice_id.in_(list(notice_ids)), _STANDS)
            .group_by(_a.notice_id)
        )
        return {row.notice_id: row.n for row in self._connection.execute(query)}

    def nudge(self, nudge: Nudge) -> bool:
        """Claim a nudge; False when this clerk was nudged about this notice before."""
        values = {name: getattr(nudge, name) for name in ("id", "notice_id", "clerk_id", "account_id")}
        times = {"claimed_at": nudge.claimed_at, "tried_at": nudge.tried_at}
        state = {"state": nudge.state.value, "reason": nudge.reason, "settled_at": nudge.settled_at}
        return insert_if_absent(self._connection, notice_nudges, {**values, **times, **state})

    def nudges_stuck(self, tried_before: datetime, limit: int) -> tuple[Nudge, ...]:
        """Return claimed nudges without an end, last tried before then."""
        query = (
            select(notice_nudges)
            .where(_n.state == NudgeState.CLAIMED.value, _n.tried_at <= tried_before)
            .order_by(_n.tried_at, _n.id)
            .limit(limit)
        )
        return tuple(_nudge(row) for row in self._connection.execute(query).mappings())

    def nudge_again(self, nudge: Nudge, at: datetime) -> bool:
        """Compare-and-set on `tried_at`."""
        mine = (_n.id == nudge.id, _n.state == NudgeState.CLAIMED.value, _n.tried_at == nudge.tried_at)
        return self._connection.execute(update(notice_nudges).where(*mine).values(tried_at=at)).rowcount == 1

    def nudge_settle(self, nudge_id: str, state: NudgeState, reason: str | None, at: datetime) -> None:
        """End a nudge."""
        values = {"state": state.value, "reason": reason, "settled_at": at}
        self._connection.execute(update(notice_nudges).where(_n.id == nudge_id).values(values))

    def nudged(self, notice_id: str) -> Mapping[str, NudgeState]:
        """Return clerk id → how the nudge stands."""
        query = select(_n.clerk_id, _n.state).where(_n.notice_id == notice_id)
        return {row.clerk_id: NudgeState(row.state) for row in self._connection.execute(query)}


def _ack(row: RowMapping) -> Ack:
    return Ack(**{**row, "way": AckWay(row["way"])})


def _nudge(row: RowMapping) -> Nudge:
    return Nudge(**{**row, "state": NudgeState(row["state"])})
