"""What the staff's services need: the store's part, and the proofs of a sign-in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from nhi_core.domain.approvals import Approval
from nhi_core.domain.staff import Credentials, StaffMember, StaffSession


class Staff(Protocol):
    """Accounts of the staff, with what proves them."""

    def add(self, member: StaffMember, credentials: Credentials) -> None:
        """Insert. Raises UsernameTaken."""

    def get(self, staff_id: str) -> StaffMember | None: ...
    def by_username(self, username: str) -> StaffMember | None: ...
    def by_subject(self, hashes: tuple[str, ...]) -> StaffMember | None:
        """Return whom a log-in that somebody else keeps belongs to (keyed hashes of its subject)."""

    def all(self) -> tuple[StaffMember, ...]:
        """Return everybody, by username."""

    def save(self, member: StaffMember) -> None:
        """Write name, roles and `active`."""

    def credentials(self, staff_id: str) -> Credentials: ...
    def set_password(self, staff_id: str, password_hash: str) -> None: ...
    def set_totp(self, staff_id: str, secret: str | None) -> None:
        """Put a new secret in place (not confirmed yet), or none."""

    def confirm_totp(self, staff_id: str) -> None: ...
    def use_step(self, staff_id: str, step: int) -> bool:
        """Compare-and-set: False when this time step, or a later one, was used already."""

    def set_subject(self, staff_id: str, subject_hash: str | None) -> None: ...
    def put_recovery(self, staff_id: str, rows: Iterable[tuple[str, str]]) -> None:
        """Put these recovery codes (row id, keyed hash) in place of all there are."""

    def use_recovery(self, staff_id: str, hashes: tuple[str, ...], at: datetime) -> bool:
        """Compare-and-set: True for the one caller who used it."""

    def recovery_left(self, staff_id: str) -> int: ...


class StaffSessions(Protocol):
    """Browsers that are signed in. Only the hash of a session's token is stored."""

    def add(self, session: StaffSession, token_hash: str) -> None: ...
    def by_hash(self, token_hash: str) -> StaffSession | None: ...
    def of_staff(self, staff_id: str) -> tuple[StaffSession, ...]:
        """Return somebody's open sessions, the newest first."""

    def seen(self, session_id: str, at: datetime) -> None: ...
    def failed(self, session_id: str) -> int:
        """Count one wrong code; return how many there were."""

    def end(self, session_id: str) -> None: ...
    def end_all(self, staff_id: str) -> int:
        """End all of somebody's sessions; return how many."""


class Approvals(Protocol):
    """Proposals that need a second pair of eyes. One of a matter is live at a time."""

    def add(self, approval: Approval) -> None:
        """Insert. Raises IllegalMove when a live one of this kind and subject stands."""

    def get(self, approval_id: str) -> Approval | None: ...
    def live_of(self, kind: str, subject: str) -> Approval | None: ...
    def waiting(self, limit: int = 100) -> tuple[Approval, ...]:
        """Return what is proposed, the longest waiting first."""

    def overdue(self, now: datetime, limit: int = 100) -> tuple[Approval, ...]: ...
    def move(self, approval: Approval, *, was: str) -> bool:
        """Compare-and-set on `state`."""


class Passwords(Protocol):
    """Hashes of passwords, slow on purpose."""

    def hash(self, password: str) -> str: ...
    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether it fits; with no hash it takes as long and says no."""

    def outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than today's."""


class TimeCodes(Protocol):
    """Six digits of an authenticator app (RFC 6238)."""

    def new_secret(self) -> str: ...
    def matching_step(self, secret: str, code: str) -> int | None:
        """Return the time step whose code this is: the present one, or one beside it."""

    def address(self, secret: str, username: str) -> str:
        """Return the `otpauth://` address that an app scans."""

    def hint(self, secret: str) -> str | None:
        """Return the present code where it may be shown for convenience: in the sandbox alone."""
