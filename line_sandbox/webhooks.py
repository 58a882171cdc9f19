"""Delivery of events to the bot's webhook: signed, two seconds to answer, redelivered when switched on.

Events of one chat go out in order; different chats do not wait for one another. LINE promises no order.
"""

from __future__ import annotations

import json
import queue
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import urllib3

from line_sandbox.signing import sign

LANES = 4
Event = dict[str, Any]


@dataclass
class Settings:
    """What the LINE Developers console lets one set; changeable while running."""

    url: str | None
    secret: str
    destination: str
    timeout: float = 2.0
    redelivery: bool = False
    delays: tuple[float, ...] = (2.0, 10.0, 60.0)


@dataclass
class Result:
    """`reason` is LINE's word: OK, COULD_NOT_CONNECT, REQUEST_TIMEOUT, ERROR_STATUS_CODE or UNCLASSIFIED."""

    reason: str
    status: int = 0
    detail: str = ""
    ms: int = 0

    @property
    def ok(self) -> bool:
        """A 2xx within the time."""
        return self.reason == "OK"


@dataclass
class _Job:
    events: list[Event]
    attempt: int = 1


@dataclass
class Dispatcher:
    """`report(events, attempt, result)` is called after every try, from a delivery thread."""

    settings: Settings
    report: Callable[[list[Event], int, Result], None]
    before: Callable[[list[Event]], None]
    _lanes: list[queue.Queue[_Job | None]] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _timers: set[threading.Timer] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._pool = urllib3.PoolManager(num_pools=4, maxsize=LANES, retries=False)
        self._lock = threading.Lock()
        self._open = 0
        self._idle = threading.Condition(self._lock)
        self._closed = False
        for number in range(LANES):
            lane: queue.Queue[_Job | None] = queue.Queue()
            thread = threading.Thread(target=self._work, args=(lane,), name=f"webhook-{number}", daemon=True)
            self._lanes.append(lane)
            self._threads.append(thread)
            thread.start()

    def send(self, chat: str, events: list[Event]) -> None:
        """Queue one webhook request."""
        self._put(chat, _Job(events))

    def _put(self, chat: str, job: _Job) -> None:
        with self._lock:
            if self._closed:
                return
            self._open += 1
        self._lanes[zlib.crc32(chat.encode()) % LANES].put(job)

    def _work(self, lane: queue.Queue[_Job | None]) -> None:
        while (job := lane.get()) is not None:
            try:
                self._deliver(job)
            finally:
                with self._idle:
                    self._open -= 1
                    self._idle.notify_all()

    def _deliver(self, job: _Job) -> None:
        self.before(job.events)
        result = self.post(job.events)
        self.report(job.events, job.attempt, result)
        delays = self.settings.delays if self.settings.redelivery else ()
        if result.ok or job.attempt > len(delays) or self._closed:
            return
        again = [{**event, "deliveryContext": {"isRedelivery": True}} for event in job.events]
        self._later(delays[job.attempt - 1], _Job(again, job.attempt + 1))

    def _later(self, seconds: float, job: _Job) -> None:
        source = job.events[0].get("source", {})
        chat = source.get("groupId") or source.get("userId") or ""

        def fire() -> None:
            with self._lock:
                self._timers.discard(timer)
            self._put(chat, job)

        timer = threading.Timer(seconds, fire)
        timer.daemon = True
        with self._lock:
            if self._closed:
                return
            self._timers.add(timer)
        timer.start()

    def post(self, events: list[Event], url: str | None = None) -> Result:
        """Deliver at once and wait for the answer (also the console's "Verify" with no events)."""
        target = url or self.settings.url
        if not target:
            return Result("COULD_NOT_CONNECT", detail="no webhook URL is set")
        body = json.dumps(
            {"destination": self.settings.destination, "events": events},
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode("utf-8", "replace")
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "LineBotWebhook/2.0",
            "x-line-signature": sign(self.settings.secret, body),
        }
        start = time.monotonic()
        result = self._post(target, body, headers)
        result.ms = int((time.monotonic() - start) * 1000)
        return result

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> Result:
        try:
            answer = self._pool.request(
                "POST",
                url,
                body=body,
                headers=headers,
                timeout=urllib3.Timeout(total=self.settings.timeout),
                redirect=False,
            )
        except urllib3.exceptions.NewConnectionError as error:
            return Result("COULD_NOT_CONNECT", detail=type(error).__name__)
        except urllib3.exceptions.TimeoutError as error:
            return Result("REQUEST_TIMEOUT", detail=type(error).__name__)
        except urllib3.exceptions.HTTPError as error:
            return Result("UNCLASSIFIED", detail=type(error).__name__)
        if 200 <= answer.status < 300:
            return Result("OK", answer.status, str(answer.status))
        return Result("ERROR_STATUS_CODE", answer.status, str(answer.status))

    def settle(self, seconds: float) -> bool:
        """Wait until no delivery is queued or under way (waiting redeliveries do not count)."""
        with self._idle:
            return self._idle.wait_for(lambda: self._open == 0, timeout=seconds)

    def forget(self) -> None:
        """Drop the redeliveries that still wait."""
        with self._lock:
            timers = list(self._timers)
            self._timers.clear()
        for timer in timers:
            timer.cancel()

    def close(self) -> None:
        """End the threads; nothing more is delivered."""
        with self._lock:
            self._closed = True
        self.forget()
        for lane in self._lanes:
            lane.put(None)
        for thread in self._threads:
            thread.join(timeout=self.settings.timeout + 1)
        self._pool.clear()
