"""Acknowledgements of notices (已讀回應), and the one polite nudge before the deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AckWay(StrEnum):
    """How a clerk said that a notice was read. LINE itself tells nobody who has read what."""

    CODE = "code"  # 「收到 #K7M2」
    QUOTE = "quote"  # a quoted reply
    BUTTON = "button"  # a postback; in groups only where LINE gives the user id
    LINK = "link"  # a personal address
    WORDS = "words"  # said in the one-to-one chat, of the one notice that waits


@dataclass(frozen=True, slots=True)
class Ack:
    """One clerk's word for one notice, the first way it came. `office_code` is the office at that moment."""

    id: str
    notice_id: str
    clerk_id: str
    office_code: str | None
    way: AckWay
    said_at: datetime
    message_id: str | None = None
    taken_back_at: datetime | None = None


class NudgeState(StrEnum):
    """Where a nudge stands."""

    CLAIMED = "claimed"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Nudge:
    """One clerk is asked once, in the one-to-one chat, about one notice."""

    id: str
    notice_id: str
    clerk_id: str
    account_id: str
    state: NudgeState
    claimed_at: datetime
    tried_at: datetime
    reason: str | None = None
    settled_at: datetime | None = None

    @property
    def key(self) -> str:
        """The key in the ledger of sends; LINE's retry key is made of it."""
        return f"{self.id}:nudge"
