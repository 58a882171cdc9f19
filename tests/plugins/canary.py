"""Fails every test in which personal data of the canary person is written down.

Watched without asking: each standard-library log record and each structlog event *before* redaction (that is
only the second net), with the whole chain of an error; what the test's process printed; and every place of
`tests/plugins/places.py`: queues, Redis, what the dialogue engine is told and keeps, metrics, traces,
addresses of requests, previews of notifications, backups. A test adds more with the `canary` fixture:
`canary.watch("a file", lambda: text)`.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest
import structlog

from tests.factories import canary as person
from tests.plugins.places import watch_places


def _spellings(text: str) -> set[str]:
    spellings = {text, json.dumps(text)[1:-1], quote(text), repr(text.encode())[2:-1]}
    spellings |= set(_in_base64(text.encode()))
    if text.isascii():
        spellings |= {text.lower()}
    return spellings


def _in_base64(data: bytes) -> Iterator[str]:
    """Yield how `data` looks inside a longer text in base64, at each of three offsets: so queues pack."""
    for offset in range(3):
        packed = base64.b64encode(bytes(offset) + data).decode().rstrip("=")
        whole = (offset + len(data)) * 8 // 6  # the last character may hold bits of what follows
        core = packed[-(-offset * 8 // 6) : whole]
        if len(core) >= 10:
            yield core
            yield core.replace("+", "-").replace("/", "_")


Needles = Mapping[str, re.Pattern[str]]


def needles_for(texts: Iterable[str], amounts: Iterable[int]) -> Needles:
    """Return what to look for: the texts in their usual encodings, the amounts as whole numbers."""
    spelt = sorted({spelling for text in texts for spelling in _spellings(text)})
    figures = "|".join(f"{amount}|{amount:,}" for amount in amounts)
    return {
        "canary text": re.compile("|".join(re.escape(spelling) for spelling in spelt), re.IGNORECASE),
        "canary amount": re.compile(rf"(?<![0-9a-zA-Z.])(?:{figures})(?![0-9a-zA-Z])"),
    }


_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NEEDLES = needles_for(person.TEXTS, person.AMOUNTS)


def traces_in(text: str, needles: Needles = _NEEDLES) -> tuple[str, ...]:
    """Return which kinds of canary data a text holds (never the data itself).

    Four decimal digits between the dashes of a UUID are no amount.
    """
    text = _UUID.sub("", text)
    return tuple(kind for kind, needle in needles.items() if needle.search(text))


class Canary:
    """What one test wrote down, and where."""

    def __init__(self, needles: Needles = _NEEDLES) -> None:
        self._needles = needles
        self._lines: set[tuple[str, str]] = set()  # the same metric or command again says nothing new
        self._sinks: list[tuple[str, Callable[[], str]]] = []

    def saw(self, place: str, text: str) -> None:
        self._lines.add((place, text))

    def watch(self, place: str, read: Callable[[], str]) -> None:
        """Read this too when the test is over: a queue, a tracker, a file."""
        self._sinks.append((place, read))

    def leaks(self) -> list[str]:
        lines = self._lines | {(place, read()) for place, read in self._sinks}
        return sorted(
            {f"{kind} in {place}" for place, text in lines for kind in traces_in(text, self._needles)}
        )


def _record_text(record: logging.LogRecord) -> str:
    try:
        message = record.getMessage()
    except (TypeError, ValueError):
        message = f"{record.msg!r} {record.args!r}"
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    return f"{message} {record.__dict__!r} {_error_text(error)}"


def _error_text(error: BaseException | None) -> str:
    texts = []
    while error is not None and len(texts) < 10:
        # What a report of a crash would hold: the error, what was noted on it, and the group's parts.
        texts.append(f"{error!r} {error} {getattr(error, '__notes__', '')!r}")
        if isinstance(error, BaseExceptionGroup):
            texts += [_error_text(one) for one in error.exceptions]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return " ".join(texts)


def listen(watcher: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `watcher` see every log line from now on, before redaction."""
    # The choke points: handlers may be replaced and loggers may not propagate, these are always passed.
    handle = logging.Logger.handle
    process = structlog.BoundLoggerBase._process_event

    def watched_handle(self: logging.Logger, record: logging.LogRecord) -> None:
        watcher.saw(f"the log of {record.name}", _record_text(record))
        handle(self, record)

    def watched_process(self: Any, method: str, event: str | None, kw: dict[str, Any]) -> Any:
        info = kw.get("exc_info")
        if info is True or method == "exception":
            info = sys.exception()
        error = info[1] if isinstance(info, tuple) else info
        text = _error_text(error) if isinstance(error, BaseException) else ""
        watcher.saw("a log event", f"{event} {dict(self._context)!r} {kw!r} {text}")
        return process(self, method, event, kw)

    monkeypatch.setattr(logging.Logger, "handle", watched_handle)
    monkeypatch.setattr(structlog.BoundLoggerBase, "_process_event", watched_process)


@pytest.fixture(autouse=True)
def canary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Canary]:
    """Watch this test's logs; fail it when canary data shows up in them or in a watched sink."""
    watcher = Canary()
    listen(watcher, monkeypatch)
    watch_places(watcher.saw, monkeypatch)
    yield watcher
    if leaks := watcher.leaks():
        pytest.fail("personal data was written down: " + "; ".join(leaks), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """At the end of a test look at what it printed (this process, and children that share its streams)."""
    report: pytest.TestReport = yield  # type: ignore[misc]
    if call.when == "teardown" and report.outcome == "passed":
        leaks = {
            f"{kind} in {place}" for _phase, place, text in item._report_sections for kind in traces_in(text)
        }
        if leaks:
            report.outcome = "failed"
            report.longrepr = "personal data was written down: " + "; ".join(sorted(leaks))
    return report  # type: ignore[return-value]
