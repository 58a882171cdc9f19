"""The real clock and the real dice."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, date, datetime, timedelta

from nhi_core.domain.calendar import TAIPEI


class SystemClock:
    """Fulfils ports.Clock. In the sandbox another day can be today; the time of day runs on as it is."""

    def __init__(self, today: date | None = None) -> None:
        """Shift the calendar so that this moment's Taipei date is `today` (None: no shift).

        The shift is fixed at the start: at midnight the pretended day ends like any other.
        """
        real = datetime.now(UTC)
        self._shift = timedelta(0) if today is None else today - real.astimezone(TAIPEI).date()

    def now(self) -> datetime:
        """Return the time now, UTC."""
        return datetime.now(UTC) + self._shift

    def today(self) -> date:
        """Return today's date in Asia/Taipei."""
        return self.now().astimezone(TAIPEI).date()


class SystemIds:
    """Fulfils ports.Ids from the operating system's randomness."""

    def uuid(self) -> str:
        """Return a new UUID4 as text."""
        return str(uuid.uuid4())

    def token(self, nbytes: int = 24) -> str:
        """Return a URL-safe token of `nbytes` random bytes."""
        return secrets.token_urlsafe(nbytes)

    def code(self, alphabet: str, length: int) -> str:
        """Return `length` characters of `alphabet`, each equally likely."""
        return "".join(secrets.choice(alphabet) for _ in range(length))
