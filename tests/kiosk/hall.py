"""A kiosk without threads: readers by hand, a counter in this process, a clock that a test moves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from card_kiosk.cards.nhi import parse
from card_kiosk.companion import Act, Companion
from card_kiosk.desk import Desk
from card_kiosk.problems import Problem
from card_kiosk.watcher import CardEvent, Kind, Presence
from tests.kiosk.counter import FakeCounter, Now
from tests.kiosk.records import record

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


class Hall:
    """`screen` is what stands there; `put`, `pull` and `touch` are the person's hands."""

    def __init__(self, counter: FakeCounter | None = None) -> None:
        self.counter = counter or FakeCounter()
        self.pool = Now()
        self.time = 100.0
        self.views: list[dict[str, Any]] = []
        self.inside: set[Presence] = set()
        self.asked_again: list[str | None] = []
        self._count = 0
        self.companion = Companion(
            Desk(self.counter, executor=self.pool, sleep=lambda _s: None),
            self.views.append,
            phone="04-2558-0000",
            clock=lambda: self.time,
            now=lambda: NOW,
        )
        self.companion.watch(self)
        self.event(CardEvent(Kind.READY))
        self.run()

    # the watcher's side
    def is_in(self, presence: Presence) -> bool:
        return presence in self.inside

    def read_again(self, reader: str | None = None) -> bool:
        self.asked_again.append(reader)
        return bool(self.inside)

    def event(self, event: CardEvent) -> None:
        self.companion.on_card(event)
        self.run()

    def run(self, seconds: float = 0) -> None:
        """Let time pass, and everything that waits happen."""
        end = self.time + seconds
        while True:
            for _ in range(6):
                self.companion.step()
            if self.time >= end:
                return
            self.time = min(end, self.time + 0.5)

    def put(self, raw: bytes | None = None, reader: str = "R0") -> Presence:
        """Insert a card and let it be read."""
        self._count += 1
        presence = Presence(reader, self._count)
        self.inside.add(presence)
        self.event(CardEvent(Kind.CARD_IN, presence))
        self.event(CardEvent(Kind.CARD_READ, presence, holder=parse(raw or record())))
        return presence

    def put_bad(self, problem: Problem) -> Presence:
        self._count += 1
        presence = Presence("R0", self._count)
        self.inside.add(presence)
        self.event(CardEvent(Kind.CARD_IN, presence))
        self.event(CardEvent(Kind.CARD_REFUSED, presence, problem=problem))
        return presence

    def pull(self, presence: Presence) -> None:
        self.inside.discard(presence)
        self.event(CardEvent(Kind.CARD_OUT, presence))

    def touch(self, act: str, value: str = "", seq: int | None = None) -> str:
        """Touch the screen; return the verdict."""
        verdicts: list[str] = []
        number = self.companion.scene.seq if seq is None else seq
        self.companion._inbox.put((Act(number, act, value), verdicts.append))
        self.run()
        return verdicts[0]

    @property
    def view(self) -> dict[str, Any]:
        return self.views[-1]

    @property
    def screen(self) -> str:
        return str(self.view["screen"])

    # the way
    def to_fact(self) -> Presence:
        presence = self.put()
        assert self.touch("relation", "self") == "ok"
        assert self.touch("agree") == "ok"
        return presence

    def to_code(self) -> Presence:
        presence = self.to_fact()
        assert self.touch("fact", "F9000001") == "ok"
        assert self.screen == "code"
        return presence

    def to_compare(self) -> Presence:
        presence = self.to_code()
        self.counter.claimed()
        self.run(1.5)
        assert self.screen == "compare"
        return presence
