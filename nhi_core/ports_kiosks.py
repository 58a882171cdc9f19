"""What the kiosks' services need from the store."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from nhi_core.domain.attempts import Attempts
from nhi_core.domain.card_session import CardSession
from nhi_core.domain.kiosks import Kiosk


class Kiosks(Protocol):
    """Enrolled kiosks, revoked ones among them."""

    def add(self, kiosk: Kiosk) -> None: ...
    def get(self, kiosk_id: str) -> Kiosk | None: ...
    def all(self) -> tuple[Kiosk, ...]:
        """Return every kiosk, the newest first."""

    def seen(self, kiosk_id: str, at: datetime) -> None: ...
    def revoke(self, kiosk_id: str, at: datetime) -> bool:
        """Compare-and-set: False when it is unknown or revoked already."""


class CardSessions(Protocol):
    """Card sessions. At most one of a kiosk, and one of a person, is live."""

    def add(self, session: CardSession) -> None:
        """Insert. Raises IllegalMove when such a live session stands."""

    def get(self, session_id: str) -> CardSession | None: ...
    def by_hashes(self, hashes: tuple[str, ...]) -> CardSession | None:
        """Return the session that shows the code or the token with one of these hashes."""

    def live(self, *, kiosk_id: str | None = None, person_id: str | None = None) -> tuple[CardSession, ...]:
        """Return live sessions of the kiosk or of the person (or both, together), the oldest first."""

    def overdue(self, now: datetime, limit: int = 100) -> tuple[CardSession, ...]:
        """Return live sessions whose time is up."""

    def save(self, session: CardSession) -> CardSession | None:
        """Compare-and-set on `revision`: the saved session, None when somebody else changed it."""


class FactAttempts(Protocol):
    """Counts of wrong second facts."""

    def lock(self, subject: str) -> Attempts:
        """Return the count and hold it until the transaction ends."""

    def save(self, attempts: Attempts) -> None: ...
