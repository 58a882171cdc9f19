"""Which part is well, and how fast it answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PartStatus:
    """One part. `latency_ms` is None without an answer; `problem` is the kind of error, never its text."""

    ok: bool
    latency_ms: float | None
    problem: str | None = None


class HealthService:
    """Asks each part for a sign of life. Never raises: a health page that fails tells nothing."""

    def __init__(self, probes: Mapping[str, Callable[[], None]]) -> None:
        """Take name → a call that raises when the part is not well."""
        self._probes = dict(probes)

    def check(self) -> dict[str, PartStatus]:
        """Return every part's status, in the order of the probes."""
        return {name: _ask(name, probe) for name, probe in self._probes.items()}


def _ask(name: str, probe: Callable[[], None]) -> PartStatus:
    started = time.perf_counter()
    try:
        probe()
    except Exception as error:  # noqa: BLE001 - whatever is wrong is the answer to the question
        log.warning("part_not_well", part=name, problem=type(error).__name__)
        return PartStatus(ok=False, latency_ms=None, problem=type(error).__name__)
    return PartStatus(ok=True, latency_ms=round((time.perf_counter() - started) * 1000, 2))
