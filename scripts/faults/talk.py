"""Several citizens at once, each saying one line after the other, and what became of every line."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import requests

from bot.replies import retry_key
from line_sandbox.testing import Sandbox

LINES = ("你好", "我還欠多少健保費", "你可以做什麼", "我還欠多少健保費", "謝謝")
# "try again" under an apology, "show the result" under "still working"
_TAPS = {"i=retry", "i=show_result"}
Json = dict[str, Any]


@dataclass
class Said:
    """One event of a citizen. Moments are the sandbox's, in ms; `heard` are the requests that answered it."""

    event: Json
    user: str
    acked: int | None = None
    heard: dict[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """LINE's id of the event."""
        return str(self.event["webhookEventId"])

    @property
    def at(self) -> int:
        """When it was said."""
        return int(self.event["timestamp"])

    @property
    def answered(self) -> int | None:
        """When it was first answered."""
        return min(self.heard.values(), default=None)


class Talk:
    """Citizens that talk while the `with` block runs; afterwards, what they heard."""

    def __init__(
        self, line: Sandbox, users: Sequence[str], *, listeners: Sequence[str] = (), every: float = 0.9
    ) -> None:
        """`every`: seconds between two lines of one citizen. What `listeners` hear is followed as well."""
        self.line = Sandbox(line.url)
        self.users = (*users, *listeners)
        self._tapped: set[str] = set()
        self.said: list[Said] = []
        self._every = every
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._talk, args=(user, number), daemon=True)
            for number, user in enumerate(users)
        ]
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._read_up_to = max((one["seq"] for one in self.line.journal()), default=0)
        self._requests: dict[str, Json] = {}

    def __enter__(self) -> Self:
        """Begin to talk."""
        for thread in (*self._threads, self._reader):
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say no more. What was said may still be on its way."""
        self.hush()

    def hush(self) -> None:
        """Say no more."""
        self._over.set()
        for thread in (*self._threads, self._reader):
            if thread.is_alive():
                thread.join()

    def note(self, event: Json, user: str) -> None:
        """Follow an event that somebody else made."""
        with self._lock:
            self.said.append(Said(event, user))

    def tap_retries(self) -> int:
        """Tap every "try again" that was offered and not tapped yet; return how many."""
        count = 0
        for user in self.users:
            for bubble in self.line.chat(user):
                for data in _retries(bubble["body"]) if bubble["sender"] == "bot" else ():
                    if data not in self._tapped:
                        self._tapped.add(data)
                        self.note(self.line.postback(user, data), user)
                        count += 1
        return count

    def look(self) -> None:
        """Read what the sandbox has seen, and note it with what was said."""
        self._read_journal()
        by_token = {one.event.get("replyToken"): one for one in self.said}
        by_key = {retry_key(f"{one.id}:push"): one for one in self.said}
        by_id = {one.id: one for one in self.said}
        for entry in list(self._requests.values()):
            if entry["kind"] == "webhook" and entry["reason"] == "OK":
                for event in entry["events"]:
                    known = by_id.get(event["webhookEventId"])
                    if known is not None and known.acked is None:
                        known.acked = entry["at"]
        for user in self.users:
            for bubble in self.line.chat(user):
                call = self._requests.get(bubble["requestId"] or "")
                if bubble["sender"] != "bot" or call is None:
                    continue
                asked = call.get("request")
                token = asked.get("replyToken") if isinstance(asked, dict) else None
                known = by_token.get(token) if token else by_key.get(call.get("retryKey"))
                if known is not None:
                    known.heard.setdefault(bubble["requestId"], bubble["at"])

    def _talk(self, user: str, number: int) -> None:
        time.sleep(number * self._every / len(self.users))
        line = Sandbox(self.line.url)
        for count in range(10_000):
            began = time.monotonic()
            self.note(line.text(user, LINES[(count + number) % len(LINES)]), user)
            if self._over.wait(max(0.05, self._every - (time.monotonic() - began))):
                break
        line.close()

    def _read(self) -> None:
        while not self._over.wait(2):
            self._read_journal()

    def _read_journal(self) -> None:
        with self._lock:
            answer = requests.get(
                f"{self.line.url}/_sandbox/journal", params={"after": self._read_up_to}, timeout=30
            )
            for entry in answer.json()["entries"]:
                self._read_up_to = max(self._read_up_to, entry["seq"])
                name = entry.get("requestId") if entry["kind"] == "api" else f"webhook {entry['seq']}"
                self._requests[str(name)] = entry


def _retries(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["data"]] if _TAPS & set(str(value.get("data", "")).split("&")) else []
        return own + [found for item in value.values() for found in _retries(item)]
    if isinstance(value, list):
        return [found for item in value for found in _retries(item)]
    return []
