"""Township offices (公所), their clerks, and the LINE groups in which the division reaches them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from nhi_core.domain.errors import Invalid

DIVISION = "KP"
"""The Kao-Ping division (高屏業務組). A code's subject, so that a second division needs no other table."""

MAX_NAME = 40
_OFFICE_CODE = re.compile(r"^[A-Z]{2}-[A-Z]{2,13}$")
# Letters of any script with their marks, and what joins the parts of a name.
_JOINTS = frozenset(" ·‧．.'’-")


class ClerkRole(StrEnum):
    """Who somebody is to the division. It widens an audience; it never opens a citizen's data."""

    CLERK = "clerk"
    LEAD = "lead"
    EDITOR = "editor"
    """Belongs to the division, to no office: ties groups and writes notices."""


class ClerkState(StrEnum):
    """PENDING: the code was good, the name is still to be given and confirmed."""

    PENDING = "pending"
    ACTIVE = "active"
    ENDED = "ended"


class GroupState(StrEnum):
    """Where the account stands in a group. WAITING: it is in, but nobody has tied the group yet."""

    WAITING = "waiting"
    TIED = "tied"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Office:
    """A township office. `size_group` 1 (largest) to 4: offices are ranked within their group."""

    code: str
    name: str
    county: str
    size_group: int
    active: bool = True


@dataclass(frozen=True, slots=True)
class Clerk:
    """Somebody of an office (or, as an editor, of the division: office None). `name` is sealed at rest.

    `registered_at` is when the code was used, and then when the name was confirmed.
    """

    id: str
    account_id: str
    office_code: str | None
    name: str
    role: ClerkRole
    state: ClerkState
    registered_at: datetime
    ended_at: datetime | None = None

    def __repr__(self) -> str:
        """Show no name."""
        return f"Clerk(id={self.id!r}, office_code={self.office_code!r}, state={self.state.value!r})"


@dataclass(frozen=True, slots=True)
class Posting:
    """A clerk belonged to an office from `since` on, until the day before `until`."""

    id: str
    clerk_id: str
    office_code: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ChatGroup:
    """A LINE group or room that the account was invited into. `channel_group` is sealed at rest.

    `headcount` is what LINE told at `counted_at` (people, without the account itself).
    """

    id: str
    channel: str
    channel_group: str
    state: GroupState
    joined_at: datetime
    division: str | None = None
    tied_at: datetime | None = None
    tied_by: str | None = None
    left_at: datetime | None = None
    headcount: int | None = None
    counted_at: datetime | None = None

    def __repr__(self) -> str:
        """Show the opaque id alone."""
        return f"ChatGroup(id={self.id!r}, state={self.state.value!r})"


@dataclass(frozen=True, slots=True)
class GroupMember:
    """An account that was seen in a group: it spoke there, or LINE told that it came."""

    id: str
    group_id: str
    account_id: str
    seen_at: datetime
    left_at: datetime | None = None


def office_code(text: str) -> str:
    """Return an office's code in its one spelling. Raises Invalid for what cannot be one."""
    code = unicodedata.normalize("NFKC", text).strip().upper()
    if not _OFFICE_CODE.fullmatch(code):
        raise Invalid("an office code looks like KH-FENGSHAN")
    return code


def clerk_name(text: str) -> str:
    """Return a name to show, tidied. Raises Invalid for what is no name: digits, symbols, too short or long.

    The list of scripts is LINE's users': Chinese characters, Latin, Thai and others alike.
    """
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    letters = sum(unicodedata.category(char).startswith(("L", "M")) for char in name)
    others = any(
        char not in _JOINTS and not unicodedata.category(char).startswith(("L", "M")) for char in name
    )
    if others or letters < 2 or len(name) > MAX_NAME:
        raise Invalid("not a name")
    return name
