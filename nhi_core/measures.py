"""What the business measures for Prometheus. Labels are small closed sets: never an id, never a text."""

from __future__ import annotations

import os
import time
from pathlib import Path

from prometheus_client import Gauge, Histogram

GATEWAY_SECONDS = Histogram(
    "nhi_gateway_seconds",
    "Time of a call to a payment gateway, by gateway and how it ended",
    ["gateway", "outcome"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
)
POOL_IN_USE = Gauge(
    "nhi_db_connections_in_use", "Database connections that are at work", multiprocess_mode="livesum"
)
MEMORY = Gauge(
    "nhi_process_resident_bytes",
    "Resident memory by kind of process",
    ["process"],
    multiprocess_mode="livesum",
)
_STATM = Path("/proc/self/statm")
_GRAIN = 5.0  # seconds


class _Memory:
    """Looks at most every few seconds: it is asked at every request and task."""

    def __init__(self) -> None:
        self._looked_at = 0.0

    def note(self, process: str) -> None:
        now = time.monotonic()
        if now - self._looked_at < _GRAIN or not _STATM.exists():
            return
        self._looked_at = now
        pages = int(_STATM.read_text("ascii").split()[1])
        MEMORY.labels(process=process).set(pages * os.sysconf("SC_PAGE_SIZE"))


note_memory = _Memory().note
