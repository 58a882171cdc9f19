"""What sending costs: the monthly quota, numbers by day and kind, aggregation units, retry keys."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

from line_sandbox.clock import SandboxClock
from line_sandbox.errors import LineError, monthly_limit, retry_key_accepted
from line_sandbox.recent import Recent

RETRY_LIFE = 24 * 3600.0
MAX_UNITS = 1000


class Ledger:
    """Callers hold the platform's lock. Counts are of receiving people, however many bubbles."""

    def __init__(self, clock: SandboxClock, quota: int | None) -> None:
        self._clock = clock
        self.quota = quota
        self._month = ""
        self._used = 0
        self._sent: Counter[tuple[str, str]] = Counter()
        self._units: dict[str, Counter[str]] = {}

    @property
    def used(self) -> int:
        """Messages counted this month."""
        self._roll()
        return self._used

    @used.setter
    def used(self, value: int) -> None:
        self._roll()
        self._used = value

    def _roll(self) -> None:
        month = self._clock.day()[:6]
        if month != self._month:
            self._month, self._used, self._units = month, 0, {}

    def charge(self, kind: str, people: int) -> None:
        """Count a push, multicast, broadcast or narrowcast. LineError 429 when the month is used up."""
        if self.quota is not None and self.used + people > self.quota:
            raise monthly_limit()
        self.used += people
        self.count(kind, people)

    def count(self, kind: str, people: int) -> None:
        """Count for the delivery statistics alone (replies are free)."""
        self._sent[kind, self._clock.day()] += people

    def delivered(self, kind: str, day: str) -> dict[str, Any]:
        """Body of GET /message/delivery/{kind}: ready from the next day on."""
        if day >= self._clock.day():
            return {"status": "unready"}
        return {"status": "ready", "success": self._sent[kind, day]}

    def note_units(self, units: list[str], people: int) -> None:
        """Count a message under its aggregation unit. LineError 400 beyond 1,000 names a month."""
        self._roll()
        for unit in units:
            if unit not in self._units and len(self._units) >= MAX_UNITS:
                raise LineError(400, "The number of custom aggregation units has reached the limit")
            self._units.setdefault(unit, Counter()).update({self._clock.day(): people})

    def units(self) -> dict[str, Counter[str]]:
        """Names of this month with people per day."""
        self._roll()
        return self._units


class RetryKeys:
    """Accepted X-Line-Retry-Key values, one day long. Callers hold the platform's lock."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._accepted: Recent[tuple[str, str], tuple[float, str, dict[str, Any]]] = Recent()

    def check(self, kind: str, key: str | None) -> None:
        """LineError 400 for a key that is no UUID, 409 for one that was accepted before."""
        if key is None:
            return
        try:
            uuid.UUID(key)
        except ValueError as error:
            raise LineError(400, "The value of the X-Line-Retry-Key header is invalid") from error
        known = self._accepted.get((kind, key.lower()))
        if known and self._clock.seconds() - known[0] <= RETRY_LIFE:
            raise retry_key_accepted(known[1], known[2])

    def accept(self, kind: str, key: str | None, request_id: str, answer: dict[str, Any]) -> None:
        """Remember an accepted request and what it answered."""
        if key is not None:
            self._accepted[kind, key.lower()] = (self._clock.seconds(), request_id, answer)
