"""Finding and ending the processes of one stack, and of no other (Linux: by their environment)."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

MARK = "NHI_STACK_MEMBER_OF"


def members(folder: Path) -> list[int]:
    """Return the ids of all processes that belong to the stack in `folder` (Linux: by their environment)."""
    mark = f"{MARK}={folder}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        pid = int(path.parent.name)
        try:
            if pid != os.getpid() and mark in path.read_bytes().split(b"\0"):
                found.append(pid)
        except OSError:
            continue  # it ended meanwhile, or is another user's
    return found


def end_all(folder: Path, patience: float = 10) -> int:
    """End every process of the stack in `folder`: ask first, then insist. Return how many there were."""
    count = 0
    for sig, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, 2.0)):
        pids = members(folder)
        count = max(count, len(pids))
        for pid in pids:
            try:
                os.kill(pid, sig)
            except ProcessLookupError:
                continue
        deadline = time.monotonic() + wait
        while members(folder) and time.monotonic() < deadline:
            time.sleep(0.1)
    return count
