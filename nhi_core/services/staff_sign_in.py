"""Signing in to the console: password, then the code of an authenticator; sessions are rows of ours.

    password right → session `code` or `enrol` → code right → a new session `full`

Each step has a token of its own, so that one planted before a sign-in opens nothing. Whoever is not known
gets the same answer after the same work as whoever typed a wrong password.
"""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from datetime import timedelta

from nhi_core import sandbox
from nhi_core.domain.errors import Invalid, TooManyAttempts
from nhi_core.domain.identifiers import plain
from nhi_core.domain.staff import (
    ABSOLUTE,
    HALF_OPEN,
    SignInRefused,
    StaffMember,
    StaffSession,
    Stage,
    checked_password,
    parse_username,
)
from nhi_core.ports import Clock, Fingerprints, Ids, Limiter, UnitOfWork, UnitOfWorkFactory
from nhi_core.ports_staff import Passwords, TimeCodes
from nhi_core.services.staff import StaffService, recovery_purpose

# A slow-down, never a lock for good: whoever guesses waits, and so cannot shut the owner out for long.
WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_ADDRESS = 60
CODES_PER_ACCOUNT = 10
CODES_PER_SESSION = 5
_SEEN_GRAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session's token, for the browser's cookie, and how far the sign-in has come."""

    token: str
    stage: Stage

    def __repr__(self) -> str:
        """Show no token."""
        return f"SignedIn(stage={self.stage!r})"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who a request comes from."""

    member: StaffMember
    session: StaffSession


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the authenticator app is to scan, or have typed in."""

    secret: str
    address: str

    def __repr__(self) -> str:
        """Show nothing."""
        return "Enrolment(…)"


class SignInService:
    """Opens and ends sessions."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        clock: Clock,
        ids: Ids,
        fingerprints: Fingerprints,
        limiter: Limiter,
        *,
        passwords: Passwords,
        codes: TimeCodes,
        staff: StaffService,
        production: bool,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._fingerprints = fingerprints
        self._limiter = limiter
        self._passwords = passwords
        self._codes = codes
        self._staff = staff
        self._production = production

    def begin(self, username: str, password: str, *, address: str, agent: str) -> SignedIn:
        """Check the password. Raises SignInRefused, TooManyAttempts (for known and unknown alike)."""
        try:
            name = parse_username(username)
        except Invalid:
            name = ""
        self._slow_down("console-address", address, PER_ADDRESS)
        self._slow_down("console-account", name, PER_ACCOUNT)
        with self._uow() as uow:
            member = uow.staff.by_username(name) if name else None
            known = member if member is not None and self._may_enter(member) else None
            stored = uow.staff.credentials(known.id).password_hash if known else None
        right = self._passwords.verify(stored, password) and not self._published(password)
        if not right or known is None or stored is None:
            self._refused(member, "password")
            raise SignInRefused
        fresh = self._passwords.hash(password) if self._passwords.outdated(stored) else None
        with self._uow() as uow:
            if fresh is not None:
                uow.staff.set_password(known.id, fresh)
            credentials = uow.staff.credentials(known.id)
            stage = Stage.CODE if credentials.totp_confirmed else Stage.ENROL
            found = self._open(uow, known.id, stage, agent)
            uow.commit()
        return found

    def hint(self, visitor: Visitor) -> str | None:
        """Return the code that one of the sandbox's made-up staff would read off an app."""
        if not visitor.member.sandbox:
            return None
        with self._uow() as uow:
            secret = uow.staff.credentials(visitor.member.id).totp_secret
        return self._codes.hint(secret) if secret else None

    def finish(self, token: str, code: str, *, agent: str) -> SignedIn:
        """Check the authenticator's code, or a recovery code. Raises SignInRefused, TooManyAttempts."""
        visitor = self._at(token, Stage.CODE)
        self._slow_down("console-code", visitor.member.id, CODES_PER_ACCOUNT)
        with self._uow() as uow:
            how = self._second_factor(uow, visitor.member.id, code)
            if how is not None:
                return self._let_in(uow, visitor, how, agent)
        self._wrong_code(visitor)
        raise SignInRefused

    def enrolment(self, token: str) -> Enrolment:
        """Return what the authenticator is to scan; the same until it is confirmed. Raises SignInRefused."""
        visitor = self._at(token, Stage.ENROL)
        with self._uow() as uow:
            secret = uow.staff.credentials(visitor.member.id).totp_secret
            if secret is None:
                secret = self._codes.new_secret()
                uow.staff.set_totp(visitor.member.id, secret)
                uow.commit()
        return Enrolment(secret, self._codes.address(secret, visitor.member.username))

    def enrol(self, token: str, *, password: str, code: str, agent: str) -> tuple[SignedIn, tuple[str, ...]]:
        """Set the own password and confirm the authenticator: a full session, and the recovery codes.

        Raises SignInRefused (wrong code), PasswordUnfit.
        """
        visitor = self._at(token, Stage.ENROL)
        member = visitor.member
        hashed = self._passwords.hash(checked_password(password, member.username))
        with self._uow() as uow:
            secret = uow.staff.credentials(member.id).totp_secret
            step = self._codes.matching_step(secret, plain(code)) if secret else None
            if step is not None and uow.staff.use_step(member.id, step):
                uow.staff.set_password(member.id, hashed)
                uow.staff.confirm_totp(member.id)
                recovery = self._staff.put_recovery(uow, member.id)
                uow.audit.record(
                    "staff_totp_enrolled", subject=f"staff:{member.id}", detail={"staff": member.id}
                )
                return self._let_in(uow, visitor, "enrolment", agent), recovery
        self._wrong_code(visitor)
        raise SignInRefused

    def enter(self, member: StaffMember, *, how: str, agent: str) -> SignedIn:
        """Open a full session for somebody whom another service has proved. Raises SignInRefused."""
        if not self._may_enter(member):
            raise SignInRefused
        with self._uow() as uow:
            found = self._open(uow, member.id, Stage.FULL, agent)
            self._record(uow, "staff_signed_in", member.id, how=how)
            uow.commit()
        return found

    def visitor(self, token: str) -> Visitor | None:
        """Return who has this token, whatever the stage; None when it is unknown or over."""
        if not token:
            return None
        now = self._clock.now()
        with self._uow() as uow:
            session = uow.staff_sessions.by_hash(token_hash(token))
            member = uow.staff.get(session.staff_id) if session else None
            if session is None or member is None:
                return None
            if session.over(now) or not self._may_enter(member):
                uow.staff_sessions.end(session.id)
                uow.commit()
                return None
            if now - session.seen_at >= _SEEN_GRAIN:
                uow.staff_sessions.seen(session.id, now)
                uow.commit()
                session = dataclasses.replace(session, seen_at=now)
        return Visitor(member, session)

    def sign_out(self, visitor: Visitor) -> None:
        """End this session."""
        with self._uow() as uow:
            uow.staff_sessions.end(visitor.session.id)
            self._record(uow, "staff_signed_out", visitor.member.id)
            uow.commit()

    def sessions(self, staff_id: str) -> tuple[StaffSession, ...]:
        """Return somebody's open sessions, the newest first."""
        now = self._clock.now()
        with self._uow() as uow:
            return tuple(one for one in uow.staff_sessions.of_staff(staff_id) if not one.over(now))

    def end(self, staff_id: str, session_id: str) -> None:
        """End one of somebody's own sessions; another's is left alone."""
        with self._uow() as uow:
            if any(one.id == session_id for one in uow.staff_sessions.of_staff(staff_id)):
                uow.staff_sessions.end(session_id)
                self._record(uow, "staff_session_ended", staff_id)
                uow.commit()

    def sign_out_everywhere(self, staff_id: str) -> int:
        """End all of somebody's sessions, this one too; return how many."""
        with self._uow() as uow:
            ended = uow.staff_sessions.end_all(staff_id)
            self._record(uow, "staff_signed_out_everywhere", staff_id)
            uow.commit()
        return ended

    def _at(self, token: str, stage: Stage) -> Visitor:
        visitor = self.visitor(token)
        if visitor is None or visitor.session.stage is not stage:
            raise SignInRefused
        return visitor

    def _second_factor(self, uow: UnitOfWork, staff_id: str, code: str) -> str | None:
        code, secret = plain(code), uow.staff.credentials(staff_id).totp_secret
        step = self._codes.matching_step(secret, code) if secret else None
        if step is not None and uow.staff.use_step(staff_id, step):
            return "totp"
        hashes = self._fingerprints.candidates(recovery_purpose(staff_id), code)
        return "recovery" if uow.staff.use_recovery(staff_id, hashes, self._clock.now()) else None

    def _let_in(self, uow: UnitOfWork, visitor: Visitor, how: str, agent: str) -> SignedIn:
        uow.staff_sessions.end(visitor.session.id)
        found = self._open(uow, visitor.member.id, Stage.FULL, agent)
        self._record(uow, "staff_signed_in", visitor.member.id, how=how)
        uow.commit()
        return found

    def _wrong_code(self, visitor: Visitor) -> None:
        with self._uow() as uow:
            if uow.staff_sessions.failed(visitor.session.id) >= CODES_PER_SESSION:
                uow.staff_sessions.end(visitor.session.id)
            uow.commit()
        self._refused(visitor.member, "code")

    def _open(self, uow: UnitOfWork, staff_id: str, stage: Stage, agent: str) -> SignedIn:
        now, token = self._clock.now(), self._ids.token(32)
        lives = ABSOLUTE if stage is Stage.FULL else HALF_OPEN
        session = StaffSession(self._ids.uuid(), staff_id, stage, now, now, now + lives, agent[:64])
        uow.staff_sessions.add(session, token_hash(token))
        return SignedIn(token, stage)

    def _may_enter(self, member: StaffMember) -> bool:
        return member.active and not (self._production and member.sandbox)

    def _published(self, password: str) -> bool:
        """Whether it is a password that is printed in our own code."""
        return self._production and password in sandbox.SECRETS

    def _slow_down(self, what: str, value: str, limit: int) -> None:
        name = f"{what}:{self._fingerprints.make(what, value)}"
        if not self._limiter.hit(name, limit=limit, window=WINDOW):
            raise TooManyAttempts

    def _refused(self, member: StaffMember | None, at: str) -> None:
        with self._uow() as uow:
            known = member is not None
            subject = f"staff:{member.id}" if member is not None else "staff:unknown"
            uow.audit.record("staff_sign_in_refused", subject=subject, detail={"at": at, "known": known})
            uow.commit()

    @staticmethod
    def _record(uow: UnitOfWork, event: str, staff_id: str, **more: object) -> None:
        uow.audit.record(event, subject=f"staff:{staff_id}", detail={"staff": staff_id, **more})


def token_hash(token: str) -> str:
    """Return what is stored of a token: it has 256 random bits, so a plain hash gives nothing away."""
    return hashlib.sha256(token.encode()).hexdigest()
