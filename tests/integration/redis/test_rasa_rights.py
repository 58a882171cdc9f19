"""Rasa's user in Redis: its own trackers and locks, four commands, and no look at anybody's names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from scripts.stack.whole import RASA_RIGHTS

EXAMPLE = Path(__file__).resolve().parents[3] / "deploy" / "compose" / "redis.acl.example"


@pytest.fixture
def rasa(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as boss:
        boss.set("nhi:vault:turn:of-somebody", "sealed")
        boss.execute_command("ACL", "SETUSER", "rasa", "on", ">a-password", *RASA_RIGHTS.split())
        with redis.Redis.from_url(redis_url, username="rasa", password="a-password", db=1) as client:
            yield client
        boss.execute_command("ACL", "DELUSER", "rasa")


def test_what_its_stores_do_works(rasa: redis.Redis) -> None:
    rasa.set("rasa:tracker:c", "x", ex=60)
    assert rasa.get("rasa:tracker:c") == b"x"
    assert rasa.delete("rasa:tracker:c") == 1
    assert rasa.ping()


REFUSED: tuple[tuple[Any, ...], ...] = (
    ("GET", "nhi:vault:turn:of-somebody"),
    ("SET", "{mail}:pending", "x"),
    ("DEL", "nhi:vault:turn:of-somebody"),
    ("KEYS", "*"),
    ("SCAN", "0"),
    ("RANDOMKEY",),
    ("DBSIZE",),
    ("EVAL", "return redis.call('GET', 'nhi:vault:turn:of-somebody')", "0"),
    ("FUNCTION", "LIST"),
    ("COPY", "nhi:vault:turn:of-somebody", "rasa:mine"),
    ("RENAME", "rasa:mine", "nhi:vault:turn:of-somebody"),
    ("LPUSH", "celery", "a task of mine"),
    ("PUBLISH", "celery.pidbox", "shutdown"),
    ("SUBSCRIBE", "/0.celery.pidbox"),
    ("CONFIG", "GET", "*"),
    ("ACL", "LIST"),
    ("CLIENT", "LIST"),
    ("CLIENT", "KILL", "TYPE", "normal"),
    ("MONITOR",),
    ("FLUSHALL",),
    ("MODULE", "LIST"),
    ("SLOWLOG", "GET"),
    ("REPLICAOF", "evil.example", "6379"),
)


@pytest.mark.parametrize("command", REFUSED, ids=lambda command: " ".join(map(str, command))[:40])
@pytest.mark.parametrize("number", [0, 1])
def test_everything_else_is_refused(rasa: redis.Redis, command: tuple[Any, ...], number: int) -> None:
    rasa.execute_command("SELECT", number)
    with pytest.raises(redis.exceptions.NoPermissionError):
        rasa.execute_command(*command)


def test_the_example_for_production_gives_the_same_rights() -> None:
    [line] = [line for line in EXAMPLE.read_text("utf-8").splitlines() if line.startswith("user rasa ")]
    assert line.split(maxsplit=4)[4] == RASA_RIGHTS
