"""What operations ask of the business: how much is under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Workload:
    """Counts of what is under way. The maps hold every state asked for, 0 included.

    `notices_late`: how long ago the notice that waits longest should have gone out. Kiosks count when they
    are enrolled and were seen once; silent ones were not seen for a quarter of an hour.
    `retention_age`: how long ago the rule of retention that waits longest was done; None when one never was.
    """

    orders: Mapping[str, int]
    attempts: Mapping[str, int]
    batches: Mapping[str, int]
    reminders_due: int
    notices_late: timedelta
    kiosks_seen: int
    kiosks_silent: int
    retention_age: timedelta | None
