"""The Redis of one machine, killed and started again: what was written is there, nobody else gets in."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
import redis

from scripts.stack.processes import DEFAULT_PORTS, ROOT, free_ports, redis_binary
from scripts.stack.whole import Stack

pytestmark = pytest.mark.net
_SCRIPT = "redis.call('RPUSH', KEYS[1], 'mail') return redis.call('ZADD', KEYS[2], 1, 'box')"


def configuration(folder: Path, users: str) -> tuple[Path, str, int]:
    """Return a configuration with these users' lines in it, the password of `app`, and the port."""
    stack = Stack(folder=folder, ports=free_ports(list(DEFAULT_PORTS)))
    stack._write_redis_conf()
    conf, password = folder / "redis.conf", stack.secrets()["redis_app"]
    if users:
        plain = [line for line in conf.read_text().splitlines() if not line.startswith("user ")]
        named = users.replace("MAKE-ONE", password)
        conf.write_text("\n".join([*plain, *named.splitlines()]) + "\n")
    return conf, password, stack.ports["redis"]


@pytest.fixture(params=["make run", "deploy/compose"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str, int]:
    example = (ROOT / "deploy" / "compose" / "redis.acl.example").read_text("utf-8")
    return configuration(tmp_path, example if request.param == "deploy/compose" else "")


def start(conf: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([redis_binary(), str(conf)], stdout=subprocess.DEVNULL)


def client(password: str, port: int) -> redis.Redis:
    found = redis.Redis(port=port, username="app", password=password)
    deadline = time.monotonic() + 10
    while True:
        try:
            found.ping()
        except redis.RedisError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return found


def test_scripts_and_transactions_are_read_back_after_a_kill(server: tuple[Path, str, int]) -> None:
    conf, password, port = server
    process = start(conf)
    with client(password, port) as first:
        first.eval(_SCRIPT, 2, "{mail}:box:x", "{mail}:pending")
        pipe = first.pipeline(transaction=True)
        pipe.incr("{mail}:tries:x")
        pipe.expire("{mail}:tries:x", 100)
        pipe.execute()
        time.sleep(1.5)  # written each second
    process.kill()
    process.wait()
    process = start(conf)
    try:
        with client(password, port) as second:
            assert second.llen("{mail}:box:x") == 1
            assert second.zcard("{mail}:pending") == 1
            assert second.get("{mail}:tries:x") == b"1"
        with redis.Redis(port=port) as nobody, pytest.raises(redis.AuthenticationError):
            nobody.get("{mail}:tries:x")
        with (
            redis.Redis(port=port, username="default", password="x") as nobody,
            pytest.raises(redis.AuthenticationError),
        ):
            nobody.ping()
    finally:
        process.kill()
        process.wait()
