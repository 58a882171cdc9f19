"""A clock that stands until it is moved."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from nhi_core.domain.calendar import TAIPEI


class FakeClock:
    """Fulfils ports.Clock. Starts at 10:00 in Taipei on the given day."""

    def __init__(self, today: date = date(2026, 9, 10)) -> None:
        self._now = datetime(today.year, today.month, today.day, 10, tzinfo=TAIPEI).astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def today(self) -> date:
        return self._now.astimezone(TAIPEI).date()

    def advance(self, **delta: int) -> None:
        """Move on by `days=…`, `minutes=…`, as timedelta takes them."""
        self._now += timedelta(**delta)

    def set(self, now: datetime) -> None:
        """Move to a moment."""
        self._now = now.astimezone(UTC)
