"""The live view: whoever listens gets the latest at once, and each later one."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from typing import Any

HEARTBEAT = 10.0  # seconds
_WAITING = 50  # a page that takes none of so many views is gone


class Hub:
    """Views go in from one thread and out to each open page."""

    def __init__(self) -> None:
        """Begin without a view."""
        self._lock = threading.Lock()
        self._latest: dict[str, Any] = {}
        self._pages: set[queue.Queue[str | None]] = set()

    @property
    def latest(self) -> dict[str, Any]:
        """The view that stands now."""
        with self._lock:
            return self._latest

    def publish(self, view: dict[str, Any]) -> None:
        """Give a view to every page."""
        line = _event(view)
        with self._lock:
            self._latest = view
            for page in list(self._pages):
                try:
                    page.put_nowait(line)
                except queue.Full:
                    self._pages.discard(page)

    def stream(self) -> Iterator[str]:
        """Yield server-sent events until the page or the hub is closed."""
        page: queue.Queue[str | None] = queue.Queue(_WAITING)
        with self._lock:
            self._pages.add(page)
            first = _event(self._latest)
        try:
            yield first
            while True:
                try:
                    line = page.get(timeout=HEARTBEAT)
                except queue.Empty:
                    line = ": still here\n\n"
                if line is None:
                    return
                yield line
        finally:
            with self._lock:
                self._pages.discard(page)

    def close(self) -> None:
        """End every stream."""
        with self._lock:
            for page in self._pages:
                page.put(None)


def _event(view: dict[str, Any]) -> str:
    return f"data: {json.dumps(view, ensure_ascii=False, separators=(',', ':'))}\n\n"
