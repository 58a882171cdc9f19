"""Finding and ending the processes of one stack, and of no other (Linux: by their environment)."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

MARK = "NHI_STACK_MEMBER_OF"


def members(folder: Path) -> list[int]:
    """Return the ids of all processes that belong to the stack in `folder`."""
    return [
        pid
        for path in Path("/proc").glob("[0-9]*")
        if (pid := int(path.name)) != os.getpid() and _belongs(path, folder)
    ]


def _belongs(process: Path, folder: Path) -> bool:
    try:
        if f"{MARK}={folder}".encode() in (process / "environ").read_bytes().split(b"\0"):
            return True
        # A redis-server writes its title over its environment; it works inside the stack's folder.
        is_redis = b"redis-server" in (process / "cmdline").read_bytes()
        return is_redis and str((process / "cwd").readlink()).startswith(f"{folder}/redis")
    except OSError:
        return False  # it ended meanwhile, or is another user's


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
