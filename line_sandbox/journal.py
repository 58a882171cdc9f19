"""What happened, for the raw-JSON drawer and for tests; and live news for open pages (SSE)."""

from __future__ import annotations

import itertools
import json
import queue
import threading
from collections import deque
from collections.abc import Iterator
from typing import Any

KEPT = 1000
BACKLOG = 500
HEARTBEAT = 15.0


class Hub:
    """Live subscribers. A page that does not read is dropped; it re-reads the state when it comes back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queues: set[queue.Queue[str | None]] = set()

    def publish(self, kind: str, data: Any) -> None:
        """Send one event to every open page."""
        text = f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
        with self._lock:
            for pipe in list(self._queues):
                try:
                    pipe.put_nowait(text)
                except queue.Full:
                    self._queues.discard(pipe)

    def stream(self) -> Iterator[str]:
        """Events of one subscriber until it goes away or the sandbox closes."""
        pipe: queue.Queue[str | None] = queue.Queue(BACKLOG)
        with self._lock:
            self._queues.add(pipe)
        try:
            yield "retry: 1000\n\n"
            while True:
                try:
                    text = pipe.get(timeout=HEARTBEAT)
                except queue.Empty:
                    with self._lock:
                        if pipe not in self._queues:
                            return
                    text = ": still here\n\n"
                if text is None:
                    return
                yield text
        finally:
            with self._lock:
                self._queues.discard(pipe)

    def close(self) -> None:
        """End every stream."""
        with self._lock:
            for pipe in self._queues:
                try:
                    pipe.put_nowait(None)
                except queue.Full:
                    continue
            self._queues.clear()


class Journal:
    """A bounded list of API calls and webhook deliveries, newest last."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._lock = threading.Lock()
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._seq = itertools.count(1)

    def add(self, kind: str, at: int, **entry: Any) -> None:
        """kind: api, webhook or note."""
        with self._lock:
            whole = {"seq": next(self._seq), "kind": kind, "at": at, **entry}
            self._entries.append(whole)
        self._hub.publish("journal", whole)

    def entries(self, after: int = 0) -> list[dict[str, Any]]:
        """Entries with seq > after, oldest first."""
        with self._lock:
            return [e for e in self._entries if e["seq"] > after]

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._entries.clear()
