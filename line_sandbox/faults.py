"""Bad days on order: the next calls of an endpoint fail in a chosen way."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

from line_sandbox.errors import LineError, rate_limit

KINDS = ("status", "hang", "lost_answer", "slow")
ANY = "*"


@dataclass(frozen=True)
class Fault:
    """`status`: answer so. `hang`: nothing is done and the answer comes too late. `slow`: done, late.

    `lost_answer`: done at once, but the caller gets a 500 after `seconds` (the case retry keys are for).
    """

    kind: str
    status: int = 500
    seconds: float = 0.0


class Faults:
    """Callers hold the platform's lock for `add` and `take`."""

    def __init__(self) -> None:
        self._queued: dict[str, deque[Fault]] = {}

    def add(self, endpoint: str, fault: Fault, times: int) -> None:
        """Queue `fault` for the next `times` calls of `endpoint` ('*' = any)."""
        self._queued.setdefault(endpoint, deque()).extend([fault] * times)

    def take(self, endpoint: str, *, named: bool = False) -> Fault | None:
        """The fault for this call, if one is queued; with `named` only one queued for this very endpoint."""
        for name in (endpoint,) if named else (endpoint, ANY):
            if self._queued.get(name):
                return self._queued[name].popleft()
        return None

    def waiting(self) -> dict[str, int]:
        """Endpoint to faults still queued."""
        return {name: len(queue) for name, queue in self._queued.items() if queue}


def before(fault: Fault | None) -> None:
    """Apply what comes before the work. LineError for a plain failure."""
    if fault is None:
        return
    if fault.kind == "status":
        if fault.status == 429:
            raise rate_limit()
        raise LineError(fault.status, "Internal server error" if fault.status >= 500 else "Refused on order")
    if fault.kind in {"hang", "slow"}:
        time.sleep(fault.seconds)
    if fault.kind == "hang":
        raise LineError(500, "Internal server error")
