"""Proposals that wait for a second pair of eyes."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from nhi_core.adapters.db.tables_staff import approvals
from nhi_core.domain.approvals import LIVE, Approval, ApprovalState
from nhi_core.domain.errors import IllegalMove

_c = approvals.c


class SqlApprovals:
    """Fulfils ports_staff.Approvals."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def add(self, approval: Approval) -> None:
        """Insert. Raises IllegalMove when a live one of this matter stands."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(approvals).values(_columns(approval)))
        except IntegrityError:
            raise IllegalMove("this is proposed already") from None

    def get(self, approval_id: str) -> Approval | None:
        """Return the proposal of this id."""
        return next(iter(self._where(_c.id == approval_id, limit=1)), None)

    def live_of(self, kind: str, subject: str) -> Approval | None:
        """Return what is under way for a matter."""
        live = _c.state.in_([state.value for state in LIVE])
        return next(iter(self._where(_c.kind == kind, _c.subject == subject, live, limit=1)), None)

    def waiting(self, limit: int = 100) -> tuple[Approval, ...]:
        """Return what is proposed, the longest waiting first."""
        return self._where(_c.state == ApprovalState.PROPOSED.value, limit=limit)

    def overdue(self, now: datetime, limit: int = 100) -> tuple[Approval, ...]:
        """Return what is live and past its time."""
        live = _c.state.in_([state.value for state in LIVE])
        return self._where(live, _c.expires_at <= now, limit=limit)

    def move(self, approval: Approval, *, was: str) -> bool:
        """Compare-and-set on `state`."""
        statement = update(approvals).where(_c.id == approval.id, _c.state == was)
        return self._connection.execute(statement.values(_columns(approval))).rowcount == 1

    def _where(self, *conditions: ColumnElement[bool], limit: int) -> tuple[Approval, ...]:
        query = select(approvals).where(*conditions).order_by(_c.proposed_at, _c.id).limit(limit)
        rows = self._connection.execute(query).mappings()
        return tuple(Approval(**{**row, "state": ApprovalState(row["state"])}) for row in rows)


def _columns(approval: Approval) -> dict[str, object]:
    return {**dataclasses.asdict(approval), "state": approval.state.value}
