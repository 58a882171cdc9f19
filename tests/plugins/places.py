"""Where personal data might end up besides logs, each watched at the one point that everything passes.

What leaves a process is watched after sealing: a sealed value shows nothing. LINE's own addresses hold its
user ids by its design and are not among these places.
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import kombu.messaging
import pytest
import redis.connection
from flask import Flask
from opentelemetry.sdk.trace import Span
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    SummaryMetricFamily,
)
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CounterAction
from bot.rasa import RasaClient
from bot.rendering import engine
from nhi_core.cli import backup
from nhi_core.wire import TurnRequest
from tests.factories import canary as person
from tests.fakes.rasa import FakeRasa

Saw = Callable[[str, str], None]


def watch_places(saw: Saw, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `saw` hear of everything that goes to one of the places from now on."""

    def before(owner: Any, name: str, place: str, show: Callable[..., str] = _shown) -> None:
        original = getattr(owner, name)

        def watched(self: Any, *args: Any, **named: Any) -> Any:
            saw(place, show(*args, **named))
            return original(self, *args, **named)

        monkeypatch.setattr(owner, name, watched)

    before(kombu.messaging.Producer, "publish", "a queue")
    before(redis.connection.AbstractConnection, "send_packed_command", "Redis", _packed)
    for client in (RasaClient, FakeRasa):
        before(client, "ask", "what the dialogue engine is told", _told)
    before(CollectingDispatcher, "utter_message", "a tracker")
    before(MetricWrapperBase, "labels", "a metric")
    for family in (GaugeMetricFamily, CounterMetricFamily, HistogramMetricFamily, SummaryMetricFamily):
        before(family, "add_metric", "a metric")
    before(Flask, "wsgi_app", "the address of a request", _address)
    _results(saw, monkeypatch)
    _crashes(saw, monkeypatch)


def _results(saw: Saw, monkeypatch: pytest.MonkeyPatch) -> None:
    """Watch what is only there afterwards: spans that ended, events of actions, previews, backups."""
    end, run, fit, seal = Span.end, CounterAction.run, engine.fit, backup.seal_file

    def ended(self: Any, *args: Any, **named: Any) -> None:
        end(self, *args, **named)
        saw("a trace", self.to_json())

    # The SDK counts an action's parameters.
    def ran(self: Any, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        events = run(self, dispatcher, tracker, domain)
        saw("a tracker", repr(events))
        return events

    def fitted(messages: list[dict[str, Any]], alt: str) -> None:
        fit(messages, alt)
        for message in messages:
            saw("the preview of a notification", str(message.get("altText", "")))

    def sealed(key: bytes, source: Any, target: Any) -> None:
        seal(key, source, target)
        target.flush()
        saw("a backup", Path(target.name).read_bytes().decode("utf-8", "replace"))

    monkeypatch.setattr(Span, "end", ended)
    monkeypatch.setattr(CounterAction, "run", ran)
    monkeypatch.setattr(engine, "fit", fitted)
    monkeypatch.setattr(backup, "seal_file", sealed)


def _crashes(saw: Saw, monkeypatch: pytest.MonkeyPatch) -> None:
    """Watch what the interpreter would print of an error that nobody caught."""
    process, thread = sys.excepthook, threading.excepthook

    def crashed(kind: Any, error: Any, trace: Any) -> None:
        saw("the report of a crash", "".join(traceback.format_exception(kind, error, trace)))
        process(kind, error, trace)

    def thread_crashed(args: Any) -> None:
        saw(
            "the report of a crash",
            "".join(traceback.format_exception(args.exc_type, args.exc_value, args.exc_traceback)),
        )
        thread(args)

    monkeypatch.setattr(sys, "excepthook", crashed)
    monkeypatch.setattr(threading, "excepthook", thread_crashed)


def _shown(*args: object, **named: object) -> str:
    return f"{args!r} {named!r}"


def _told(turn: TurnRequest) -> str:
    # A name that somebody types cannot be known as one; numbers, addresses and ids are taken out before.
    return repr(turn.model_dump()).replace(person.NAME, "")


def _packed(command: Iterable[bytes] | bytes, *_args: object, **_named: object) -> str:
    parts = [command] if isinstance(command, bytes) else command
    return b"".join(parts).decode("utf-8", "replace")


def _address(environ: dict[str, str], *_args: object, **_named: object) -> str:
    return f"{environ.get('PATH_INFO', '')}?{environ.get('QUERY_STRING', '')}"
