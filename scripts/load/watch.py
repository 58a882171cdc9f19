"""CPU and memory of each part of a running product, read from the operating system."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from scripts.stack.leftovers import members

# What stands in a command line → the part it belongs to; the first that fits.
_MARKS = {
    "redis-server": "redis",
    "scripts.load.sdk_way": "the SDK's own way",
    "gunicorn": "web",
    "line_sandbox": "LINE sandbox",
    "actions.server": "actions",
    "nlu.serve": "rasa",
    " beat": "beat",
    "celery": "worker",
    "card_kiosk": "kiosk",
    "supervisord": "supervisor",
    "postgres": "postgresql",
    "rasa": "stock rasa",
}


def part_of(words: str) -> str:
    """Name the part that a command line belongs to."""
    return next((part for mark, part in _MARKS.items() if mark in words), "other")


@dataclass(frozen=True, slots=True)
class Use:
    """Cores used (1.0: one core the whole time), MB (shared pages counted once), number of processes."""

    cores: float
    memory: float
    processes: int


class Watch:
    """Sees the CPU time that passes between `begin` and `end`, and the memory held at the end.

    `roots`: processes beside the stack whose children count too (PostgreSQL, a stock Rasa).
    """

    def __init__(self, folder: Path, roots: Iterable[int] = ()) -> None:
        self._folder = folder
        self._roots = tuple(roots)
        self._began: tuple[float, dict[int, float]] = (0.0, {})

    def begin(self) -> None:
        """Begin a stretch."""
        self._began = time.monotonic(), {one.pid: _cpu(one) for one in self._processes()}

    def end(self) -> dict[str, Use]:
        """Return what each part used since `begin`."""
        since, before = self._began
        wall = time.monotonic() - since
        cores: dict[str, float] = defaultdict(float)
        memory: dict[str, float] = defaultdict(float)
        number: dict[str, int] = defaultdict(int)
        for one in self._processes():
            try:
                part = part_of(" ".join(one.cmdline()) or one.name())
                cores[part] += max(0.0, _cpu(one) - before.get(one.pid, 0.0)) / wall
                memory[part] += one.memory_full_info().pss / 1024**2
                number[part] += 1
            except psutil.Error:
                continue
        return {part: Use(cores[part], memory[part], number[part]) for part in cores}

    def _processes(self) -> list[psutil.Process]:
        found = []
        for pid in {*members(self._folder), *self._roots}:
            try:
                one = psutil.Process(pid)
                found += [one, *(one.children(recursive=True) if pid in self._roots else [])]
            except psutil.Error:
                continue
        return found


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)
