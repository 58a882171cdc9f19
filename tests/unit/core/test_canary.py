"""The canary fixture itself must sing: a guard that cannot fail guards nothing."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog

from nhi_core.domain.identifiers import NumberKind, number_kind
from tests.factories import canary as person
from tests.plugins.canary import Canary, listen, needles_for

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
