"""What `make stop` ends: every process of its stack, also after the supervisor was killed; nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.stack.leftovers import MARK, end_all, members

SLEEPER = [sys.executable, "-c", "import time; time.sleep(120)"]


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.kill()
        process.wait()


def gone(process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + 5
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return process.poll() is not None


def test_ends_its_own_and_leaves_others(tmp_path: Path, started: list[subprocess.Popen[bytes]]) -> None:
    ours = subprocess.Popen(SLEEPER, env={**os.environ, MARK: str(tmp_path)})
    other = subprocess.Popen(SLEEPER, env={**os.environ, MARK: str(tmp_path) + "-other"})
    started += [ours, other]
    assert members(tmp_path) == [ours.pid]
    assert end_all(tmp_path) == 1
    assert gone(ours)
    assert other.poll() is None


def test_insists_when_a_process_does_not_listen(
    tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    deaf = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(120)"]
    process = subprocess.Popen(deaf, env={**os.environ, MARK: str(tmp_path)})
    started.append(process)
    time.sleep(0.5)
    end_all(tmp_path, patience=0.5)
    assert gone(process)


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")
def test_finds_a_redis_that_wrote_over_its_environment(
    tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    (tmp_path / "redis").mkdir()
    process = subprocess.Popen(
        [
            "redis-server",
            "--port",
            "0",
            "--unixsocket",
            str(tmp_path / "s"),
            "--dir",
            str(tmp_path / "redis"),
        ],
        env={**os.environ, MARK: str(tmp_path)},
        stdout=subprocess.DEVNULL,
    )
    started.append(process)
    deadline = time.monotonic() + 10
    while not (tmp_path / "s").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert members(tmp_path) == [process.pid]
    end_all(tmp_path)
    assert gone(process)
