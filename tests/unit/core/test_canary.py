"""The canary fixture itself must sing: a guard that cannot fail guards nothing."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import logging
import threading
from collections.abc import Callable
from pathlib import Path

import kombu.messaging
import pytest
import redis.connection
import structlog
from flask import Flask
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily
from rasa_sdk.executor import CollectingDispatcher

from bot.rendering import engine
from nhi_core.cli import backup
from nhi_core.domain.identifiers import NumberKind, number_kind
from nhi_core.wire import TurnRequest
from tests.factories import canary as person
from tests.fakes.rasa import FakeRasa
from tests.plugins.canary import Canary, listen, needles_for, traces_in
from tests.plugins.places import watch_places

pytest_plugins = ("pytester",)

# Another made-up person, or the real canary would fail these very tests.
NUMBER, NAME, AMOUNT = "A198765436", "試金石", 4433221


def _raise_in_log(log: Callable[[str], object]) -> None:
    try:
        raise ValueError(NUMBER)
    except ValueError:
        log("it broke")


def _raise_with_cause() -> None:
    try:
        try:
            raise KeyError(NAME)
        except KeyError as error:
            raise RuntimeError("outer") from error
    except RuntimeError:
        structlog.get_logger().exception("it broke")


def _apart() -> None:
    logger = logging.getLogger("apart")
    logger.propagate = False
    logger.error(NUMBER.lower())


def decoy(monkeypatch: pytest.MonkeyPatch) -> Canary:
    watcher = Canary(needles_for([NUMBER, NAME], [AMOUNT]))
    listen(watcher, monkeypatch)
    return watcher


@pytest.mark.parametrize(
    "write",
    [
        lambda: logging.getLogger("lib").warning("user %s", NUMBER),
        lambda: logging.getLogger("lib").warning("hello", extra={"who": [NAME]}),
        lambda: logging.getLogger("lib").warning(json.dumps({"n": NAME})),
        lambda: logging.getLogger("lib").warning("%r", NAME.encode()),
        lambda: _raise_in_log(logging.exception),
        lambda: _raise_in_log(structlog.get_logger().exception),
        _raise_with_cause,
        _apart,
        lambda: structlog.get_logger().info("turn", deep={"a": [{"b": AMOUNT}]}),
        lambda: structlog.get_logger().bind(x=f"NT${AMOUNT:,}").info("turn"),
    ],
)
def test_personal_data_in_a_log_is_noticed(
    monkeypatch: pytest.MonkeyPatch, write: Callable[[], object]
) -> None:
    watcher = decoy(monkeypatch)
    write()
    assert watcher.leaks()
    assert NUMBER not in str(watcher.leaks())


def test_a_watched_place_is_read_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = decoy(monkeypatch)
    queue: list[str] = []
    watcher.watch("a queue", lambda: " ".join(queue))
    assert watcher.leaks() == []
    queue.append(NAME)
    assert watcher.leaks() == ["canary text in a queue"]


def _publish() -> None:
    with contextlib.suppress(Exception):  # nobody listens: what matters is that it was asked to
        kombu.messaging.Producer.publish(None, {"args": [NUMBER]})


def _command() -> None:
    connection = redis.connection.Connection(host="127.0.0.1", port=1)
    with contextlib.suppress(Exception):
        connection.send_command("SET", "box", base64.b64encode(f'{{"args": ["{NUMBER}"]}}'.encode()).decode())


def _span() -> None:
    with TracerProvider().get_tracer("t").start_as_current_span("turn") as span:
        span.set_attribute("who", NAME)


def _preview() -> None:
    engine.fit([{"type": "flex"}], f"{NAME} owes")


def _crash() -> None:
    def die() -> None:
        raise ValueError(NUMBER)

    thread = threading.Thread(target=die)
    thread.start()
    thread.join()


def _request() -> None:
    Flask("x").test_client().get(f"/bill?number={NUMBER}")


def _group() -> None:
    try:
        raise ExceptionGroup("several", [ValueError(NUMBER)])
    except ExceptionGroup:
        structlog.get_logger().exception("it broke")


@pytest.mark.parametrize(
    ("place", "write"),
    [
        ("a queue", _publish),
        ("Redis", _command),
        (
            "what the dialogue engine is told",
            lambda: FakeRasa().ask(TurnRequest.model_construct(text=NAME)),
        ),
        ("a tracker", lambda: CollectingDispatcher().utter_message(json_message={"to": AMOUNT})),
        ("a metric", lambda: Counter("t", "t", ["who"], registry=None).labels(NUMBER)),
        ("a metric", lambda: GaugeMetricFamily("t", "t", labels=["who"]).add_metric([NUMBER], 1)),
        ("a trace", _span),
        ("the address of a request", _request),
        ("the preview of a notification", _preview),
        ("the report of a crash", _crash),
        ("a log event", _group),
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_personal_data_in_any_other_place_is_noticed(
    monkeypatch: pytest.MonkeyPatch, place: str, write: Callable[[], object]
) -> None:
    watcher = decoy(monkeypatch)
    watch_places(watcher.saw, monkeypatch)
    write()
    assert place in [leak.partition(" in ")[2] for leak in watcher.leaks()]


def test_a_backup_in_the_clear_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    watcher = decoy(monkeypatch)
    monkeypatch.setattr(backup, "seal_file", lambda _key, source, target: target.write(source.read()))
    watch_places(watcher.saw, monkeypatch)
    with (tmp_path / "backup").open("wb") as target:
        backup.seal_file(b"", io.BytesIO(NAME.encode()), target)
    assert watcher.leaks() == ["canary text in a backup"]


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
def test_a_text_is_known_inside_base64_wherever_it_begins(before: str) -> None:
    packed = base64.b64encode(f"{before}{NUMBER}, and more".encode()).decode()
    assert traces_in(packed, needles_for([NUMBER], [AMOUNT])) == ("canary text",)


def test_innocent_lines_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = decoy(monkeypatch)
    structlog.get_logger().info("turn_done", account_id="a1", ms=4433, at=1744332210)
    logging.getLogger("lib").warning("row x4433221 of 14433221")
    assert watcher.leaks() == []


def test_a_test_that_prints_or_logs_personal_data_fails(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeconftest("pytest_plugins = ('tests.plugins.canary',)")
    pytester.makepyfile(
        "import logging, sys\n"
        "from tests.factories import canary as person\n"
        "def test_prints(): print(person.CARD_NUMBER)\n"
        "def test_complains(): print(person.PHONE, file=sys.stderr)\n"
        "def test_logs(): logging.getLogger('x').warning(person.NAME)\n"
        "def test_is_innocent(): print('nothing')\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    result = pytester.runpytest_subprocess(
        "--show-capture=no", "-p", "no:cacheprovider", "-p", "no:playwright"
    )
    result.assert_outcomes(passed=4, errors=3)


def test_the_canary_is_a_whole_valid_person() -> None:
    assert number_kind(person.NATIONAL_ID) is NumberKind.CITIZEN
    assert len(person.LINE_USER_ID) == 33
    assert len(person.CARD_NUMBER) == 12
    assert len(set(person.TEXTS)) == len(person.TEXTS)
