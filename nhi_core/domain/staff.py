"""Staff of the division: who may do what in the console. Citizens and clerks of offices are elsewhere."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from nhi_core.domain.errors import CounterError, Invalid

# NIST SP 800-63B §5.1.1.2 asks for 8 at least; with no rules of composition we ask for a phrase.
PASSWORD_MIN = 12
PASSWORD_MAX = 128
IDLE = timedelta(minutes=20)
ABSOLUTE = timedelta(hours=10)
# How long the second step of a sign-in may take.
HALF_OPEN = timedelta(minutes=10)
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,31}")


class StaffRole(StrEnum):
    """What somebody may do; one person may hold several."""

    EDITOR = "editor"  # notices
    REVIEWER = "reviewer"  # applications
    SUPERVISOR = "supervisor"  # second pair of eyes, evaluation
    AUDITOR = "auditor"  # reads the trail; never sees anything unmasked
    ADMIN = "admin"  # staff, kiosks, offices, imports


class Stage(StrEnum):
    """How far a sign-in has come: only `full` opens pages."""

    CODE = "code"  # the password was right; the code of the authenticator is asked for
    ENROL = "enrol"  # the password was right; an authenticator is still to be set up
    FULL = "full"


class SignInRefused(CounterError):
    """Unknown, wrong, or no longer active; the caller must not learn which."""

    code = "sign_in_refused"


class PasswordUnfit(Invalid):
    """Too short, too long, or made of the username."""

    code = "password_unfit"


class UsernameTaken(Invalid):
    """Somebody else has this username."""

    code = "username_taken"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One of the staff. `sandbox` marks a made-up one, which production never lets in."""

    id: str
    username: str
    name: str
    roles: frozenset[StaffRole]
    active: bool
    created_at: datetime
    sandbox: bool = False

    def __repr__(self) -> str:
        """Show no name."""
        return f"StaffMember(id={self.id!r})"

    def may(self, *roles: StaffRole) -> bool:
        """Whether this person is active and holds one of these roles."""
        return self.active and not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What proves who somebody is. `totp_step` is the last time step used, so that no code works twice."""

    password_hash: str | None
    totp_secret: str | None
    totp_confirmed: bool
    totp_step: int | None

    def __repr__(self) -> str:
        """Show nothing."""
        return "Credentials(…)"


@dataclass(frozen=True, slots=True)
class StaffSession:
    """One browser that is signed in (or on the way). `agent` is a short name of it, for its owner's list."""

    id: str
    staff_id: str
    stage: Stage
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime
    agent: str
    failures: int = 0

    def over(self, now: datetime) -> bool:
        """Whether its time is up."""
        idle = IDLE if self.stage is Stage.FULL else HALF_OPEN
        return now >= self.expires_at or now >= self.seen_at + idle


def parse_username(text: str) -> str:
    """Return the username in small letters. Raises Invalid."""
    name = unicodedata.normalize("NFKC", text).strip().lower()
    if not _USERNAME.fullmatch(name):
        raise Invalid("a username is 3 to 32 of a-z, 0-9, dot, dash and underscore, and begins with a letter")
    return name


def checked_password(password: str, username: str) -> str:
    """Return the password in the form that is hashed (NFKC). Raises PasswordUnfit."""
    text = unicodedata.normalize("NFKC", password)
    if not PASSWORD_MIN <= len(text) <= PASSWORD_MAX:
        raise PasswordUnfit(f"a password has {PASSWORD_MIN} to {PASSWORD_MAX} characters")
    if username and username in text.lower():
        raise PasswordUnfit("a password does not hold the username")
    if len(set(text)) < 5:
        raise PasswordUnfit("a password is not one character over and over")
    return text
