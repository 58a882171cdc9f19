"""Attempts counted in memory."""

from __future__ import annotations

from datetime import datetime, timedelta

from nhi_core.ports import Clock


class FakeLimiter:
    """Fulfils ports.Limiter with a fixed window that opens at the first hit."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[str, tuple[datetime, int]] = {}

    def hit(self, name: str, *, limit: int, window: timedelta) -> bool:
        now = self._clock.now()
        ends, count = self._windows.get(name, (now + window, 0))
        if ends <= now:
            ends, count = now + window, 0
        self._windows[name] = (ends, count + 1)
        return count + 1 <= limit
