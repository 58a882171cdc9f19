"""A clock that tests may push forward. It never goes back."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

# LINE's statistics days are UTC+9 wherever the account lives.
LINE_DAY = timezone(timedelta(hours=9))


class SandboxClock:
    """Real time plus an offset in seconds."""

    def __init__(self) -> None:
        self.offset = 0.0

    def seconds(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self.offset

    def ms(self) -> int:
        """Milliseconds since the epoch, as in webhook timestamps."""
        return int(self.seconds() * 1000)

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def day(self) -> str:
        """yyyyMMdd in UTC+9."""
        return self.now().astimezone(LINE_DAY).strftime("%Y%m%d")

    def iso(self) -> str:
        """Like 2026-11-22T08:00:00.000Z."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.ms() % 1000:03d}Z"

    def advance(self, seconds: float) -> None:
        """Move on. Raises ValueError for a step back."""
        if seconds < 0:
            raise ValueError("time only moves forward")
        self.offset += seconds
