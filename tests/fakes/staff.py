"""Staff, their sessions and approvals in memory, over the store's tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from nhi_core.domain.approvals import LIVE, Approval, ApprovalState
from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.staff import Credentials, StaffMember, StaffSession, UsernameTaken

if TYPE_CHECKING:
    from tests.fakes.store import _Table


@dataclass(frozen=True)
class StaffRow:
    """A member with the proofs."""

    member: StaffMember
    credentials: Credentials
    subject: str | None = None
    recovery: dict[str, bool] = field(default_factory=dict)


class FakeStaff:
    """Fulfils ports_staff.Staff."""

    def __init__(self, table: _Table[StaffRow]) -> None:
        self._rows = table.rows

    def add(self, member: StaffMember, credentials: Credentials) -> None:
        if self.by_username(member.username) is not None:
            raise UsernameTaken("taken")
        self._rows[member.id] = StaffRow(member, credentials)

    def get(self, staff_id: str) -> StaffMember | None:
        row = self._rows.get(staff_id)
        return row.member if row else None

    def by_username(self, username: str) -> StaffMember | None:
        return next((one for one in self.all() if one.username == username), None)

    def by_subject(self, hashes: tuple[str, ...]) -> StaffMember | None:
        return next((row.member for row in self._rows.values() if row.subject in hashes), None)

    def all(self) -> tuple[StaffMember, ...]:
        members = [row.member for row in self._rows.values()]
        return tuple(sorted(members, key=lambda one: one.username))

    def save(self, member: StaffMember) -> None:
        self._rows[member.id] = dataclasses.replace(self._rows[member.id], member=member)

    def credentials(self, staff_id: str) -> Credentials:
        return self._rows[staff_id].credentials

    def set_password(self, staff_id: str, password_hash: str) -> None:
        self._prove(staff_id, password_hash=password_hash)

    def set_totp(self, staff_id: str, secret: str | None) -> None:
        self._prove(staff_id, totp_secret=secret, totp_confirmed=False, totp_step=None)

    def confirm_totp(self, staff_id: str) -> None:
        self._prove(staff_id, totp_confirmed=True)

    def use_step(self, staff_id: str, step: int) -> bool:
        last = self.credentials(staff_id).totp_step
        if last is not None and last >= step:
            return False
        self._prove(staff_id, totp_step=step)
        return True

    def set_subject(self, staff_id: str, subject_hash: str | None) -> None:
        self._rows[staff_id] = dataclasses.replace(self._rows[staff_id], subject=subject_hash)

    def put_recovery(self, staff_id: str, rows: Iterable[tuple[str, str]]) -> None:
        codes = {code_hash: False for _row_id, code_hash in rows}
        self._rows[staff_id] = dataclasses.replace(self._rows[staff_id], recovery=codes)

    def use_recovery(self, staff_id: str, hashes: tuple[str, ...], at: datetime) -> bool:
        row = self._rows[staff_id]
        found = next((one for one in hashes if row.recovery.get(one) is False), None)
        if found is None:
            return False
        self._rows[staff_id] = dataclasses.replace(row, recovery={**row.recovery, found: True})
        return True

    def recovery_left(self, staff_id: str) -> int:
        return sum(not used for used in self._rows[staff_id].recovery.values())

    def _prove(self, staff_id: str, **changes: object) -> None:
        row = self._rows[staff_id]
        credentials = dataclasses.replace(row.credentials, **changes)  # type: ignore[arg-type]
        self._rows[staff_id] = dataclasses.replace(row, credentials=credentials)


class FakeStaffSessions:
    """Fulfils ports_staff.StaffSessions: ended ones stay as None."""

    def __init__(self, table: _Table[tuple[str, StaffSession] | None]) -> None:
        self._rows = table.rows

    def add(self, session: StaffSession, token_hash: str) -> None:
        self._rows[session.id] = (token_hash, session)

    def by_hash(self, token_hash: str) -> StaffSession | None:
        return next((row[1] for row in self._rows.values() if row and row[0] == token_hash), None)

    def of_staff(self, staff_id: str) -> tuple[StaffSession, ...]:
        mine = [row[1] for row in self._rows.values() if row and row[1].staff_id == staff_id]
        return tuple(sorted(mine, key=lambda one: one.opened_at, reverse=True))

    def seen(self, session_id: str, at: datetime) -> None:
        self._change(session_id, seen_at=at)

    def failed(self, session_id: str) -> int:
        row = self._rows.get(session_id)
        if row is None:
            return 0
        self._change(session_id, failures=row[1].failures + 1)
        return row[1].failures + 1

    def end(self, session_id: str) -> None:
        self._rows[session_id] = None

    def end_all(self, staff_id: str) -> int:
        mine = self.of_staff(staff_id)
        for one in mine:
            self.end(one.id)
        return len(mine)

    def _change(self, session_id: str, **changes: object) -> None:
        row = self._rows.get(session_id)
        if row is not None:
            self._rows[session_id] = (row[0], dataclasses.replace(row[1], **changes))  # type: ignore[arg-type]


class FakeApprovals:
    """Fulfils ports_staff.Approvals."""

    def __init__(self, table: _Table[Approval]) -> None:
        self._table = table

    def add(self, approval: Approval) -> None:
        if self.live_of(approval.kind, approval.subject) is not None:
            raise IllegalMove("this is proposed already")
        self._table.rows[approval.id] = approval

    def get(self, approval_id: str) -> Approval | None:
        return self._table.rows.get(approval_id)

    def live_of(self, kind: str, subject: str) -> Approval | None:
        rows = self._table.rows.values()
        return next((r for r in rows if (r.kind, r.subject) == (kind, subject) and r.state in LIVE), None)

    def waiting(self, limit: int = 100) -> tuple[Approval, ...]:
        rows = self._table.rows.values()
        found = [row for row in rows if row.state is ApprovalState.PROPOSED]
        return tuple(sorted(found, key=lambda row: (row.proposed_at, row.id)))[:limit]

    def overdue(self, now: datetime, limit: int = 100) -> tuple[Approval, ...]:
        rows = self._table.rows.values()
        return tuple(row for row in rows if row.state in LIVE and row.expires_at <= now)[:limit]

    def move(self, approval: Approval, *, was: str) -> bool:
        found = self._table.own.get(approval.id) or self._table.committed.get(approval.id)
        if found is None or found.state != was:
            return False
        self._table.rows[approval.id] = approval
        return True
