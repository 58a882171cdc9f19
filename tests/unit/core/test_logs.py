"""Logs hold ids and codes; whatever else is passed is taken out."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

import pytest
import structlog

from nhi_core import logs
from nhi_core.redaction import HIDDEN, describe, is_secret_name, redact, redact_text
from nhi_core.settings import Settings

# Not the canary's data: these are meant to reach the pipeline.
NUMBER = "A198765436"
LINE_ID = "U" + "0f" * 16
Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture
def written() -> Iterator[Lines]:
    """Configure the pipeline onto a buffer; return a reader of the JSON lines."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.excepthook, threading.excepthook)
    stream = io.StringIO()
    logs.configure(Settings.load(env_file=None, NHI_LOG_FORMAT="json"), process="test", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers, level, sys.excepthook, threading.excepthook = before
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"user {NUMBER} came", "user [id] came"),
        ("ui A800000014, old AB12345677", "ui [id], old [id]"),
        (f"n={NUMBER.lower()};", "n=[id];"),
        (f"\\n{NUMBER}王小明", "\\n[id]王小明"),
        ("Ａ１９８７６５４３６", "[id]"),
        ("A1 98765436", "[id]"),
        (f"push to {LINE_ID} failed", "push to [line-id] failed"),
        (f"group C{'a1' * 16}", "group [line-id]"),
        ("card 000012345678 / 0000-1234-5678", "card [card] / [card]"),
        ("card000012345678", "card[card]"),
        ("mail someone.else+x@example.com.tw now", "mail [email] now"),
        ("call 0912-345-678 or (02)87654321 or +886 912345678", "call [phone] or (02)87654321 or [phone]"),
        ("owes NT$12,345 or 1,234元 or TWD 99", "owes [amount] or [amount] or [amount]"),
        ("redis://:hunter2@cache:6379/0", "redis://[credentials]@cache:6379/0"),
        ("Authorization: Bearer abcdefgh12345678", "Authorization: Bearer [token]"),
        ("?access_token=abc123&x=1", f"?access_token={HIDDEN}&x=1"),
        ("'reply_token': 'b60d432864f44d079f6d8efe86cf404b'", f"'reply_token': '{HIDDEN}'"),
        ("code ABCD-2345 and K7MPQ2RS", "code [code] and [code]"),
        ("value s1.k1." + "aB3-" * 12, "value [sealed]"),
    ],
)
def test_identifiers_are_taken_out_of_text(text: str, clean: str) -> None:
    assert redact_text(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "5f0c9a12-1234-4abc-9def-a12345678901",
        "5f0c9a12-1234-4abc-9def-123456789012",
        "0f8fad5bd9cb469fa165708867780012",
        "01JD7Z8Q2N5XW3V4K6M9P0R1ST",
        "turn_done in 41 ms, 3 messages, status 200",
        "2026-11-22T04:00:00.123456Z",
        "2026-08-31 00:00:00",
        "template arrears_summary, DATABASE ready",
        "/health/ready 127.0.0.1:8000",
    ],
)
def test_our_own_ids_and_times_stay_readable(text: str) -> None:
    assert redact_text(text) == text


def test_a_long_text_is_cut_after_it_is_cleaned() -> None:
    text = "x" * 1995 + " " + NUMBER
    assert NUMBER[:4] not in redact_text(text)
    assert len(redact_text("y" * 5000)) == 2001


@pytest.mark.parametrize(
    "name",
    ["name", "person_name", "displayName", "amount", "bill_amount", "late_fee", "replyToken", "reply_token",
     "channel_user", "user_id", "userId", "Authorization", "X-Line-Signature", "text", "phone", "to",
     "number", "turn", "ticket", "database_url", "masked_name"],
)  # fmt: skip
def test_fields_that_are_hidden_by_name(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    ["account_id", "event_id", "turn_ms", "template", "intent", "language", "outcome", "queue_name",
     "status_code", "messages", "recipients", "attempt", "reason", "kind", "total_ms", "bills"],
)  # fmt: skip
def test_fields_that_stay(name: str) -> None:
    assert not is_secret_name(name)


@dataclass
class _Card:
    holder_name: str
    kind: str


class _Colour(Enum):
    RED = NUMBER


class _Loud:
    def __repr__(self) -> str:
        return NUMBER


@pytest.mark.parametrize(
    "value",
    [
        {"a": [{"b": ({"c": f"x {NUMBER}"},)}]},
        {"a": {"b": {"c": {"d": {"e": {"f": {"g": NUMBER}}}}}}},
        {NUMBER: 1},
        {"name": NUMBER, "displayName": NUMBER},
        [NUMBER.encode(), bytearray(NUMBER.encode()), memoryview(NUMBER.encode())],
        {NUMBER.encode(): 1},
        _Card(NUMBER, NUMBER),
        _Loud(),
        {_Loud(): _Loud()},
        _Colour.RED,
        ValueError(NUMBER),
        Path("/tmp") / NUMBER,
        {NUMBER},
        lambda: NUMBER,
    ],
)
def test_nothing_hostile_gets_through_however_deep(value: object) -> None:
    shown = json.dumps(redact(value))
    assert NUMBER not in shown
    assert "98765436" not in shown


def test_plain_facts_pass_unchanged() -> None:
    facts = {
        "account_id": "a-1",
        "ok": True,
        "ms": 1.5,
        "n": 3,
        "none": None,
        "ids": ["x"],
        "at": 1763798400123,
    }
    assert redact(facts) == facts
    assert redact(datetime(2026, 11, 22, tzinfo=UTC)) == "2026-11-22T00:00:00+00:00"
    assert redact(123456789012) == HIDDEN


def test_a_structure_that_contains_itself_ends() -> None:
    loop: dict[str, object] = {}
    loop["again"] = loop
    assert "[dict]" in json.dumps(redact(loop))


def test_a_database_error_keeps_its_first_line_only() -> None:
    error = RuntimeError("duplicate key\nDETAIL: Key (name)=(王小明) exists\n[parameters: ('王小明',)]")
    assert describe(error) == "RuntimeError: duplicate key"


def test_events_are_json_lines_with_time_level_and_process(written: Lines) -> None:
    structlog.get_logger("bot").info("turn_done", account_id="a1", ms=4, text="我叫王小明", to=LINE_ID)
    (line,) = written()
    assert line.pop("timestamp")
    assert line == {
        "event": "turn_done", "level": "info", "logger": "bot", "process": "test", "account_id": "a1",
        "ms": 4, "text": HIDDEN, "to": HIDDEN,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["celery.worker", "gunicorn.error", "sqlalchemy.engine", "somebody.else"])
def test_libraries_speak_through_the_same_pipeline(written: Lines, name: str) -> None:
    logging.getLogger(name).warning("hello %s", NUMBER, extra={"reply_token": "abc", "job": "j1"})
    (line,) = written()
    assert line["event"] == "hello [id]"
    assert line["logger"] == name
    assert line["reply_token"] == HIDDEN
    assert line["job"] == "j1"


@pytest.mark.parametrize("log", [structlog.get_logger("x"), logging.getLogger("x")])
def test_exceptions_show_places_but_neither_values_nor_local_variables(
    written: Lines, log: logging.Logger
) -> None:
    def fail(number: str) -> None:
        local_secret = number + " 王小明"
        try:
            raise KeyError(local_secret)
        except KeyError as error:
            raise RuntimeError(f"no bill for {number}") from error

    try:
        fail(NUMBER)
    except RuntimeError:
        log.exception("it_broke")
    (line,) = written()
    text = str(line["exception"])
    assert NUMBER not in json.dumps(line)
    assert "RuntimeError: no bill for [id]" in text
    assert "KeyError" in text
    assert "test_logs.py" in text
    assert "local_secret = " not in json.dumps(line)
    assert "exc_info" not in line


def test_underscore_fields_are_no_way_around(written: Lines) -> None:
    structlog.get_logger("x").info("e", _hidden=NUMBER)
    assert NUMBER not in json.dumps(written())


def test_a_crash_is_one_redacted_line(written: Lines) -> None:
    try:
        raise RuntimeError(NUMBER)
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)
    (line,) = written()
    assert line["event"] == "process_crashed"
    assert NUMBER not in json.dumps(line)


def test_a_thread_that_crashes_is_one_redacted_line(written: Lines) -> None:
    def fail() -> None:
        raise RuntimeError(NUMBER)

    hook = threading.excepthook
    thread = threading.Thread(target=fail)
    # pytest watches threads with a hook of its own.
    thread.run = lambda: _run_with(hook, fail)  # type: ignore[method-assign]
    thread.start()
    thread.join()
    (line,) = written()
    assert line["event"] == "thread_crashed"
    assert NUMBER not in json.dumps(line)


def _run_with(hook: Callable[[threading.ExceptHookArgs], object], fail: Callable[[], None]) -> None:
    try:
        fail()
    except RuntimeError as error:
        hook(threading.ExceptHookArgs((RuntimeError, error, error.__traceback__, None)))


def test_debug_lines_are_left_out_unless_asked_for(written: Lines) -> None:
    structlog.get_logger("x").debug("noise")
    logging.getLogger("kombu").info("noise")
    assert written() == []


def test_a_terminal_gets_the_readable_form() -> None:
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.excepthook, threading.excepthook)
    stream = io.StringIO()
    try:
        logs.configure(Settings.load(env_file=None, NHI_LOG_FORMAT="console"), stream=stream)
        structlog.get_logger("x").warning("turn_done", account_id="a1", name="王小明")
    finally:
        root.handlers, level, sys.excepthook, threading.excepthook = before
        root.setLevel(level)
        logging.captureWarnings(False)
        structlog.reset_defaults()
    text = stream.getvalue()
    assert "turn_done" in text
    assert "a1" in text
    assert "王小明" not in text
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)


def test_ids_of_rows_pass_even_when_they_look_like_card_numbers_inside() -> None:
    row = "e20a1234-5678-4033-a372-d1e3565ed012"
    other = "12345678-9012-4d53-b17e-9e1265a5f999"
    assert redact_text(f"binding {row}, kiosk:{other}") == f"binding {row}, kiosk:{other}"
    assert redact_text("1234-5678-9012") == "[card]"
    assert redact_text(f"{row} 123456789012") == f"{row} [card]"
