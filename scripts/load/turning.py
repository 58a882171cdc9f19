"""Whole turns: from the moment a person writes until LINE (the sandbox) has the reply; and the backlog."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import requests

from line_sandbox.testing import Sandbox
from scripts.load.figures import Reckoning, Spread, arrivals, out_of_order
from scripts.load.product import Product
from scripts.load.watch import Use

RATES = (1.0, 5.0, 10.0, 20.0)
AIM_RATE, AIM_P50, AIM_P95 = 10.0, 120.0, 300.0
SAYINGS = ("我還欠多少健保費？", "你好", "我還欠多少健保費？", "可以在哪裡繳費")
_PATIENCE = 20.0  # seconds for what is still under way at the end
_LOOK = 0.5


class Receipts:
    """Follows what LINE receives; its journal keeps a thousand entries, so it is read twice a second."""

    def __init__(self, line: Sandbox) -> None:
        self._url = f"{line.url}/_sandbox/journal"
        self._http = requests.Session()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._entries: list[dict[str, Any]] = []
        self._seq = max((one["seq"] for one in line.journal()), default=0)
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Receipts:
        """Begin to follow."""
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop."""
        self._over.set()
        self._thread.join()

    def replies(self) -> list[tuple[str, int]]:
        """Return (reply token, moment in ms) of each reply that LINE took, in order."""
        with self._lock:
            return [
                (one["request"]["replyToken"], one["at"])
                for one in self._entries
                if one["kind"] == "api" and one["endpoint"] == "reply" and one["status"] == 200
            ]

    def refused_webhooks(self) -> int:
        """Return how many webhook calls did not get their 200 within LINE's two seconds."""
        with self._lock:
            return sum(one["kind"] == "webhook" and one["reason"] != "OK" for one in self._entries)

    def _follow(self) -> None:
        while not self._over.wait(_LOOK):
            entries = self._http.get(self._url, params={"after": self._seq}, timeout=10).json()["entries"]
            # A webhook's own body is not needed and would pile up.
            with self._lock:
                self._entries += [{**one, "events": None, "response": None} for one in entries]
            self._seq = max((one["seq"] for one in entries), default=self._seq)


@dataclass
class Turned:
    """What became of some turns; `ms` is without those that were lost."""

    rate: float
    ms: list[float]
    reckoning: Reckoning
    unordered: int
    refused: int
    use: dict[str, Use]
    wall: float = 0.0

    @property
    def spread(self) -> Spread | None:
        """How long they took; None when none was answered."""
        return Spread.of(self.ms) if self.ms else None

    def row(self) -> list[object]:
        """Return a line of the table."""
        found = self.spread
        times = [found.p50, found.p95, found.p99] if found else ["–"] * 3
        cores = [self.use[part].cores if part in self.use else 0.0 for part in CORES]
        kept = self.reckoning
        return [self.rate, kept.sent, *times, kept.lost, kept.doubled, self.unordered, *cores]


CORES = ("web", "worker", "rasa", "actions", "LINE sandbox")
HEAD = (
    "turns/s", "turns", "p50 ms", "p95", "p99", "lost", "doubled", "out of order",
    *(f"cores: {part}" if part == "web" else part for part in CORES),
)  # fmt: skip


@dataclass
class Told:
    """Events that were sent: by person in their order, and the moment of each token."""

    tokens: dict[str, list[str]] = field(default_factory=dict)
    moments: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, user: str, event: dict[str, Any]) -> None:
        """Remember one."""
        with self.lock:
            self.tokens.setdefault(user, []).append(event["replyToken"])
            self.moments[event["replyToken"]] = event["timestamp"]


def _gaps(dice: random.Random) -> Iterator[float]:
    while True:
        yield dice.expovariate(1.0)


def awake(product: Product, user: str) -> None:
    """Return when a worker answers: one that has just been started takes its time. Raises TimeoutError."""
    product.line.text(user, SAYINGS[0])
    product.line.wait_for_reply(user, timeout=50)


def turns(product: Product, users: Sequence[str], rate: float, seconds: float) -> Turned:
    """Let people write at this rate; each writes once in a round of `users`."""
    dice = random.Random(int(rate))  # noqa: S311 - the same load at each run
    speakers, told, local = itertools.cycle(users), Told(), threading.local()

    def say(user: str, text: str) -> None:
        line = getattr(local, "line", None) or Sandbox(product.line.url)
        local.line = line
        told.note(user, line.text(user, text))

    with Receipts(product.line) as receipts, ThreadPoolExecutor(16) as people:
        product.watch.begin()
        start = time.monotonic()
        for due in arrivals(rate, seconds, _gaps(dice)):
            time.sleep(max(0.0, start + due - time.monotonic()))
            people.submit(say, next(speakers), dice.choice(SAYINGS))
        people.shutdown()
        _await(receipts, told)
        use, wall = product.watch.end(), time.monotonic() - start
        return _judged(rate, told, receipts, use, wall)


def backlog(product: Product, users: Sequence[str], each: int) -> Turned:
    """Let mail pile up without a worker, `each` of every person; then start the workers and watch it drain.

    `ms` is the time from the first reply until each reply; `rate` is turns a second while it drained.
    """
    product.stack.supervise("stop", "worker")
    told = Told()
    with Receipts(product.line) as receipts:
        for _round in range(each):
            for some in (users[first : first + 50] for first in range(0, len(users), 50)):
                acts = [{"kind": "text", "as": user, "text": SAYINGS[0]} for user in some]
                for user, event in zip(some, product.line.act(*acts), strict=True):
                    told.note(user, event)
        product.line.settle(30)
        product.watch.begin()
        start = time.monotonic()
        product.stack.supervise("start", "worker")
        _await(receipts, told, 60.0)
        use, wall = product.watch.end(), time.monotonic() - start
        found = _judged(0.0, told, receipts, use, wall)
        moments = sorted(at for token, at in receipts.replies() if token in told.moments)
        if len(moments) > 1:
            found.ms = [float(at - moments[0]) for at in moments]
            found.rate = (len(moments) - 1) / max(0.001, (moments[-1] - moments[0]) / 1000)
        return found


def _await(receipts: Receipts, told: Told, patience: float = _PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if told.moments.keys() <= {token for token, _ in receipts.replies()}:
            break
        time.sleep(_LOOK / 2)
    time.sleep(2 * _LOOK)  # whatever would come twice


def _judged(rate: float, told: Told, receipts: Receipts, use: dict[str, Use], wall: float) -> Turned:
    replies = receipts.replies()
    whose = {token: user for user, tokens in told.tokens.items() for token in tokens}
    ms = [float(at - told.moments[token]) for token, at in replies if token in told.moments]
    order = out_of_order(told.tokens, [(whose[token], token) for token, _ in replies if token in whose])
    kept = Reckoning.of(told.moments, [token for token, _ in replies])
    return Turned(rate, ms, kept, order, receipts.refused_webhooks(), use, wall)
