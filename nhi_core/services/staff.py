"""Accounts of the console's staff: who is there, with which roles. Each act names who did it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

from nhi_core.domain.codes import ALPHABET
from nhi_core.domain.errors import IllegalMove, Invalid
from nhi_core.domain.staff import (
    Credentials,
    SignInRefused,
    StaffMember,
    StaffRole,
    checked_password,
    parse_username,
)
from nhi_core.ports import Clock, Fingerprints, Ids, UnitOfWork, UnitOfWorkFactory
from nhi_core.ports_staff import Passwords

RECOVERY_CODES = 10
_CODE_LENGTH = 12
_INITIAL_LENGTH = 16
COMMAND_LINE = "cli"


@dataclass(frozen=True, slots=True)
class NewStaff:
    """Somebody who was just added or reset. `password` is shown once; the first sign-in replaces it."""

    member: StaffMember
    password: str

    def __repr__(self) -> str:
        """Show nothing."""
        return "NewStaff(…)"


class StaffService:
    """Keeps the list of the staff. `by` is the id of whoever acts, or "cli"."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        clock: Clock,
        ids: Ids,
        fingerprints: Fingerprints,
        passwords: Passwords,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._fingerprints = fingerprints
        self._passwords = passwords

    def all(self) -> tuple[StaffMember, ...]:
        """Return everybody, by username."""
        with self._uow() as uow:
            return uow.staff.all()

    def get(self, staff_id: str) -> StaffMember | None:
        """Return somebody; None when unknown."""
        with self._uow() as uow:
            return uow.staff.get(staff_id)

    def named(self, username: str) -> StaffMember:
        """Return who has this username. Raises Invalid."""
        with self._uow() as uow:
            found = uow.staff.by_username(parse_username(username))
        if found is None:
            raise Invalid("nobody has this username")
        return found

    def names(self) -> dict[str, str]:
        """Return id → name of everybody, also of those who left: for lists that name who did something."""
        return {one.id: one.name for one in self.all()}

    def add(self, username: str, name: str, roles: Iterable[StaffRole], *, by: str) -> NewStaff:
        """Add somebody with a first password. Raises Invalid, UsernameTaken."""
        name = name.strip()
        if not 0 < len(name) <= 40 or not name.isprintable():
            raise Invalid("a name has 1 to 40 printable characters")
        member = StaffMember(
            id=self._ids.uuid(),
            username=parse_username(username),
            name=name,
            roles=frozenset(roles),
            active=True,
            created_at=self._clock.now(),
        )
        password = self._ids.code(ALPHABET, _INITIAL_LENGTH)
        credentials = Credentials(self._passwords.hash(password), None, totp_confirmed=False, totp_step=None)
        with self._uow() as uow:
            uow.staff.add(member, credentials)
            self._record(uow, "staff_added", member.id, by, roles=_words(member.roles))
            uow.commit()
        return NewStaff(member, password)

    def set_roles(self, staff_id: str, roles: Iterable[StaffRole], *, by: str) -> None:
        """Give exactly these roles. Raises Invalid, IllegalMove (the last admin stays one)."""
        with self._uow() as uow:
            member = dataclasses.replace(_there(uow, staff_id), roles=frozenset(roles))
            uow.staff.save(member)
            _an_admin_is_left(uow)
            self._record(uow, "staff_roles_set", staff_id, by, roles=_words(member.roles))
            uow.commit()

    def set_active(self, staff_id: str, *, active: bool, by: str) -> None:
        """Let somebody in again, or no longer: open sessions end at once. Raises Invalid, IllegalMove."""
        if staff_id == by and not active:
            raise IllegalMove("nobody shuts out himself")
        with self._uow() as uow:
            uow.staff.save(dataclasses.replace(_there(uow, staff_id), active=active))
            _an_admin_is_left(uow)
            if not active:
                uow.staff_sessions.end_all(staff_id)
            self._record(uow, "staff_enabled" if active else "staff_disabled", staff_id, by)
            uow.commit()

    def reset_totp(self, staff_id: str, *, by: str) -> None:
        """Forget the authenticator and the recovery codes: the next sign-in sets up a new one."""
        with self._uow() as uow:
            _there(uow, staff_id)
            self._forget_second(uow, staff_id)
            self._record(uow, "staff_totp_reset", staff_id, by)
            uow.commit()

    def reset_password(self, staff_id: str, *, by: str) -> NewStaff:
        """Give a first password again, and forget the authenticator with it."""
        password = self._ids.code(ALPHABET, _INITIAL_LENGTH)
        hashed = self._passwords.hash(password)
        with self._uow() as uow:
            member = _there(uow, staff_id)
            uow.staff.set_password(staff_id, hashed)
            self._forget_second(uow, staff_id)
            self._record(uow, "staff_password_reset", staff_id, by)
            uow.commit()
        return NewStaff(member, password)

    def change_password(self, staff_id: str, *, old: str, new: str, keep_session: str) -> None:
        """Change one's own password; all other sessions end. Raises SignInRefused, PasswordUnfit."""
        with self._uow() as uow:
            member, credentials = _there(uow, staff_id), uow.staff.credentials(staff_id)
        wanted = checked_password(new, member.username)
        if not self._passwords.verify(credentials.password_hash, old):
            raise SignInRefused
        hashed = self._passwords.hash(wanted)
        with self._uow() as uow:
            uow.staff.set_password(staff_id, hashed)
            for session in uow.staff_sessions.of_staff(staff_id):
                if session.id != keep_session:
                    uow.staff_sessions.end(session.id)
            self._record(uow, "staff_password_changed", staff_id, staff_id)
            uow.commit()

    def new_recovery_codes(self, staff_id: str) -> tuple[str, ...]:
        """Make ten one-time codes in place of all earlier ones; they are shown once."""
        with self._uow() as uow:
            codes = self.put_recovery(uow, staff_id)
            self._record(uow, "staff_recovery_made", staff_id, staff_id)
            uow.commit()
        return codes

    def put_recovery(self, uow: UnitOfWork, staff_id: str) -> tuple[str, ...]:
        """Make the codes inside a transaction of the caller."""
        codes = tuple(self._ids.code(ALPHABET, _CODE_LENGTH) for _ in range(RECOVERY_CODES))
        purpose = recovery_purpose(staff_id)
        rows = [(self._ids.uuid(), self._fingerprints.make(purpose, code)) for code in codes]
        uow.staff.put_recovery(staff_id, rows)
        return codes

    def recovery_left(self, staff_id: str) -> int:
        """Return how many recovery codes are left."""
        with self._uow() as uow:
            return uow.staff.recovery_left(staff_id)

    def tie_outside(self, staff_id: str, subject: str | None, *, by: str) -> None:
        """Tie the subject of the organisation's own log-in (OIDC) to somebody, or none."""
        hashed = None if subject is None else self._fingerprints.make(SUBJECT_PURPOSE, subject)
        with self._uow() as uow:
            _there(uow, staff_id)
            uow.staff.set_subject(staff_id, hashed)
            self._record(uow, "staff_login_tied" if hashed else "staff_login_untied", staff_id, by)
            uow.commit()

    @staticmethod
    def _forget_second(uow: UnitOfWork, staff_id: str) -> None:
        uow.staff.set_totp(staff_id, None)
        uow.staff.put_recovery(staff_id, ())
        uow.staff_sessions.end_all(staff_id)

    @staticmethod
    def _record(uow: UnitOfWork, event: str, staff_id: str, by: str, **more: object) -> None:
        uow.audit.record(event, subject=f"staff:{staff_id}", detail={"staff": by, **more})


SUBJECT_PURPOSE = "staff-subject"


def recovery_purpose(staff_id: str) -> str:
    """Return the purpose under which somebody's recovery codes are fingerprinted."""
    return f"staff-recovery:{staff_id}"


def _there(uow: UnitOfWork, staff_id: str) -> StaffMember:
    member = uow.staff.get(staff_id)
    if member is None:
        raise Invalid("no such member of the staff")
    return member


def _an_admin_is_left(uow: UnitOfWork) -> None:
    if not any(one.may(StaffRole.ADMIN) for one in uow.staff.all()):
        raise IllegalMove("the last admin stays one")


def _words(roles: frozenset[StaffRole]) -> list[str]:
    return sorted(role.value for role in roles)
