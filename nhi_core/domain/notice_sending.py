"""What a notice leaves behind while it goes out: batches, deliveries; and what it will cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class BatchState(StrEnum):
    """SPLIT: LINE refused a receiver of it, so its halves go on in its place."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"
    SPLIT = "split"
    FAILED = "failed"
    DROPPED = "dropped"  # the notice was withdrawn before


class Unsent(StrEnum):
    """Why a receiver got nothing."""

    BLOCKED = "blocked"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Batch:
    """Receivers of one language who get one body in one call. `messages` is that body, kept byte for byte.

    Either `receivers` deliveries belong to it, or it goes into one group (`group_id`) of so many members.
    """

    id: str
    notice_id: str
    number: int
    language: str
    messages: Sequence[Mapping[str, Any]]
    receivers: int
    state: BatchState
    group_id: str | None = None
    claimed_at: datetime | None = None
    tried_at: datetime | None = None

    @property
    def key(self) -> str:
        """The key in the ledger of sends; LINE's retry key is made of it."""
        return f"{self.id}:notice"


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody a notice is for: an account, its language, and which clerk it is (None: a citizen).

    `blocked`: the person blocked the account, and is told nothing.
    """

    account_id: str
    language: str
    clerk_id: str | None
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a notice would cost this month, in LINE messages. `left` None means that the plan has no limit.

    `over`: it does not fit; `reserve_used`: it fits only because urgent notices may use the reserve.
    """

    receivers: int
    messages: int
    left: int | None
    reserve: int
    over: bool
    reserve_used: bool


def fits(messages: int, left: int | None, reserve: int, *, urgent: bool) -> tuple[bool, bool]:
    """Return (over, reserve_used) for so many messages. `left` does not count the reserve."""
    if left is None or messages <= left:
        return False, False
    fits_with_reserve = urgent and messages <= left + reserve
    return not fits_with_reserve, fits_with_reserve
