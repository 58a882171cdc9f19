"""What goes into and comes out of a card session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from nhi_core.domain.card_session import SessionState
from nhi_core.services.second_facts import Needed


@dataclass(frozen=True, slots=True)
class CardClaim:
    """What a kiosk read: a claim, not a proof."""

    card_number: str
    id_number: str
    birth: date

    def __repr__(self) -> str:
        """Show nothing."""
        return "CardClaim(…)"


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """The notice that was agreed to on the screen."""

    version: str
    language: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session and what it asks for."""

    session_id: str
    needed: Needed
    attempts_left: int
    expires_in: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What the kiosk's screen shows: the only moment at which code and token exist in the clear."""

    code: str
    qr: str
    expires_in: int
    bound: bool

    def __repr__(self) -> str:
        """Keep the code out of tracebacks."""
        return f"Shown(expires_in={self.expires_in})"


@dataclass(frozen=True, slots=True)
class CardSessionView:
    """Where a session stands; seconds."""

    state: SessionState
    digits: str | None
    masked_name: str | None
    reason: str | None
    expires_in: int
