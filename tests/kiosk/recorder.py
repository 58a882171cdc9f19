"""Keeps what a watcher tells, and waits for it."""

from __future__ import annotations

import threading
import time

from card_kiosk.problems import Problem
from card_kiosk.watcher import CardEvent, Kind, Watcher


class Recorder:
    """Callable as `on_event`; `at` holds the monotonic second of each event."""

    watcher: Watcher

    def __init__(self) -> None:
        self._told = threading.Condition()
        self.events: list[CardEvent] = []
        self.at: list[float] = []
        self._looked = 0

    def __call__(self, event: CardEvent) -> None:
        with self._told:
            self.events.append(event)
            self.at.append(time.monotonic())
            self._told.notify_all()

    def next(self, kind: Kind, timeout: float = 6) -> CardEvent:
        """Return the next event of this kind after the ones already taken."""
        end = time.monotonic() + timeout
        with self._told:
            while True:
                for index in range(self._looked, len(self.events)):
                    if self.events[index].kind is kind:
                        self._looked = index + 1
                        return self.events[index]
                left = end - time.monotonic()
                if left <= 0:
                    seen = [str(event.kind) for event in self.events]
                    raise AssertionError(f"{kind} was not told within {timeout} s; told were {seen}")
                self._told.wait(left)

    def refused(self, timeout: float = 6) -> Problem:
        """Return the problem of the next refusal."""
        problem = self.next(Kind.CARD_REFUSED, timeout).problem
        assert problem is not None
        return problem

    def person(self, timeout: float = 6) -> str:
        """Return the number of the next person read."""
        holder = self.next(Kind.CARD_READ, timeout).holder
        assert holder is not None
        return holder.id_number

    def kinds(self) -> list[Kind]:
        """Return the kinds so far, in order."""
        with self._told:
            return [event.kind for event in self.events]
