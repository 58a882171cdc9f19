"""Staff accounts with their proofs, and their sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables_staff import staff, staff_recovery_codes, staff_roles, staff_sessions
from nhi_core.domain.staff import Credentials, StaffMember, StaffRole, StaffSession, Stage, UsernameTaken

_c = staff.c
_s = staff_sessions.c
_r = staff_recovery_codes.c
_SHOWN = (_s.id, _s.staff_id, _s.stage, _s.opened_at, _s.seen_at, _s.expires_at, _s.agent, _s.failures)


@dataclass(frozen=True, slots=True)
class StaffCounts:
    """How many may sign in as admins, and how many rows the sandbox has made."""

    admins: int
    sandbox: int


def count_staff(connection: Connection) -> StaffCounts:
    """Count without opening anything that is sealed: for the check-up."""
    admins = (
        select(func.count())
        .select_from(staff.join(staff_roles, staff_roles.c.staff_id == _c.id))
        .where(_c.active, staff_roles.c.role == StaffRole.ADMIN.value)
    )
    made_up = select(func.count()).select_from(staff).where(_c.sandbox)
    return StaffCounts(connection.execute(admins).scalar_one(), connection.execute(made_up).scalar_one())


class SqlStaff:
    """Fulfils ports_staff.Staff."""

    def __init__(self, connection: Connection, sealer: ColumnSealer) -> None:
        """Work on one connection."""
        self._connection = connection
        self._sealer = sealer

    def add(self, member: StaffMember, credentials: Credentials) -> None:
        """Insert. Raises UsernameTaken."""
        values = {
            "id": member.id,
            "username": member.username,
            "name": self._sealer.seal(_c.name, member.name, row=member.id),
            "active": member.active,
            "sandbox": member.sandbox,
            "created_at": member.created_at,
            "password_hash": credentials.password_hash,
            "totp_secret": self._secret(member.id, credentials.totp_secret),
            "totp_confirmed": credentials.totp_confirmed,
            "totp_step": credentials.totp_step,
        }
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(staff).values(values))
        except IntegrityError:
            raise UsernameTaken("this username is taken") from None
        self._put_roles(member)

    def get(self, staff_id: str) -> StaffMember | None:
        """Return the member of this id."""
        return next(iter(self._where(_c.id == staff_id)), None)

    def by_username(self, username: str) -> StaffMember | None:
        """Return the member of this username."""
        return next(iter(self._where(_c.username == username)), None)

    def by_subject(self, hashes: tuple[str, ...]) -> StaffMember | None:
        """Return whom an outside log-in belongs to."""
        return next(iter(self._where(_c.subject_hash.in_(hashes))), None)

    def all(self) -> tuple[StaffMember, ...]:
        """Return everybody, by username."""
        return self._where()

    def save(self, member: StaffMember) -> None:
        """Write name, roles and `active`."""
        name = self._sealer.seal(_c.name, member.name, row=member.id)
        self._set(member.id, name=name, active=member.active)
        self._connection.execute(delete(staff_roles).where(staff_roles.c.staff_id == member.id))
        self._put_roles(member)

    def credentials(self, staff_id: str) -> Credentials:
        """Return the proofs of a member who is there."""
        row = self._connection.execute(select(staff).where(_c.id == staff_id)).one()
        secret = row.totp_secret
        return Credentials(
            password_hash=row.password_hash,
            totp_secret=None if secret is None else self._sealer.open(_c.totp_secret, secret, row=staff_id),
            totp_confirmed=row.totp_confirmed,
            totp_step=row.totp_step,
        )

    def set_password(self, staff_id: str, password_hash: str) -> None:
        """Write the hash."""
        self._set(staff_id, password_hash=password_hash)

    def set_totp(self, staff_id: str, secret: str | None) -> None:
        """Put a new secret in place, not confirmed, or none."""
        sealed = self._secret(staff_id, secret)
        self._set(staff_id, totp_secret=sealed, totp_confirmed=False, totp_step=None)

    def confirm_totp(self, staff_id: str) -> None:
        """Note that the app showed a right code."""
        self._set(staff_id, totp_confirmed=True)

    def use_step(self, staff_id: str, step: int) -> bool:
        """Compare-and-set the last used time step."""
        fresh = or_(_c.totp_step.is_(None), _c.totp_step < step)
        statement = update(staff).where(_c.id == staff_id, fresh).values(totp_step=step)
        return self._connection.execute(statement).rowcount == 1

    def set_subject(self, staff_id: str, subject_hash: str | None) -> None:
        """Tie an outside log-in to the member, or none."""
        self._set(staff_id, subject_hash=subject_hash)

    def put_recovery(self, staff_id: str, rows: Iterable[tuple[str, str]]) -> None:
        """Put new recovery codes in place of all there are."""
        self._connection.execute(delete(staff_recovery_codes).where(_r.staff_id == staff_id))
        values = [{"id": row_id, "staff_id": staff_id, "code_hash": found} for row_id, found in rows]
        if values:
            self._connection.execute(insert(staff_recovery_codes), values)

    def use_recovery(self, staff_id: str, hashes: tuple[str, ...], at: datetime) -> bool:
        """Use a code up; True for the one caller who did."""
        mine = (_r.staff_id == staff_id, _r.code_hash.in_(hashes), _r.used_at.is_(None))
        statement = update(staff_recovery_codes).where(*mine).values(used_at=at)
        return self._connection.execute(statement).rowcount == 1

    def recovery_left(self, staff_id: str) -> int:
        """Return how many codes are left."""
        query = select(_r.id).where(_r.staff_id == staff_id, _r.used_at.is_(None))
        return len(self._connection.execute(query).all())

    def _set(self, staff_id: str, **values: object) -> None:
        self._connection.execute(update(staff).where(_c.id == staff_id).values(values))

    def _secret(self, staff_id: str, secret: str | None) -> object:
        return None if secret is None else self._sealer.seal(_c.totp_secret, secret, row=staff_id)

    def _put_roles(self, member: StaffMember) -> None:
        if member.roles:
            rows = [{"staff_id": member.id, "role": role.value} for role in sorted(member.roles)]
            self._connection.execute(insert(staff_roles), rows)

    def _where(self, *conditions: ColumnElement[bool]) -> tuple[StaffMember, ...]:
        shown = (_c.id, _c.username, _c.name, _c.active, _c.sandbox, _c.created_at)
        found = self._connection.execute(select(*shown).where(*conditions).order_by(_c.username)).all()
        roles: dict[str, set[StaffRole]] = defaultdict(set)
        theirs = select(staff_roles).where(staff_roles.c.staff_id.in_([row.id for row in found]))
        for row in self._connection.execute(theirs):
            roles[row.staff_id].add(StaffRole(row.role))
        return tuple(
            StaffMember(
                id=row.id,
                username=row.username,
                name=self._sealer.open(_c.name, row.name, row=row.id),
                roles=frozenset(roles[row.id]),
                active=row.active,
                created_at=row.created_at,
                sandbox=row.sandbox,
            )
            for row in found
        )


class SqlStaffSessions:
    """Fulfils ports_staff.StaffSessions: ended sessions are deleted, the trail remembers them."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def add(self, session: StaffSession, token_hash: str) -> None:
        """Insert."""
        values = {column.name: getattr(session, column.name) for column in _SHOWN}
        values |= {"stage": session.stage.value, "token_hash": token_hash}
        self._connection.execute(insert(staff_sessions).values(values))

    def by_hash(self, token_hash: str) -> StaffSession | None:
        """Return the session of this token."""
        return next(iter(self._where(_s.token_hash == token_hash)), None)

    def of_staff(self, staff_id: str) -> tuple[StaffSession, ...]:
        """Return somebody's sessions, the newest first."""
        return self._where(_s.staff_id == staff_id)

    def seen(self, session_id: str, at: datetime) -> None:
        """Note that its browser asked for something."""
        self._connection.execute(update(staff_sessions).where(_s.id == session_id).values(seen_at=at))

    def failed(self, session_id: str) -> int:
        """Count one wrong code."""
        counted = update(staff_sessions).where(_s.id == session_id).values(failures=_s.failures + 1)
        return self._connection.execute(counted.returning(_s.failures)).scalar_one_or_none() or 0

    def end(self, session_id: str) -> None:
        """Delete it."""
        self._connection.execute(delete(staff_sessions).where(_s.id == session_id))

    def end_all(self, staff_id: str) -> int:
        """Delete all of somebody's."""
        return self._connection.execute(delete(staff_sessions).where(_s.staff_id == staff_id)).rowcount

    def _where(self, *conditions: ColumnElement[bool]) -> tuple[StaffSession, ...]:
        query = select(*_SHOWN).where(*conditions).order_by(_s.opened_at.desc(), _s.id)
        rows = self._connection.execute(query).mappings()
        return tuple(StaffSession(**{**row, "stage": Stage(row["stage"])}) for row in rows)
