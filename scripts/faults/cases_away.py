"""A part is away for a while, comes back empty, or takes calls and never answers."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from urllib.parse import urlsplit

import psycopg

from scripts.faults.books import Verdict, audit, settle
from scripts.faults.case import Case, Play, add
from scripts.faults.rig import Rig
from scripts.faults.talk import Talk

LONG = 60.0
Away = Callable[[Rig], AbstractContextManager[None]]


def seconds() -> float:
    """Return how long a part is away: a minute, or what NHI_FAULTS_AWAY says (shorter runs)."""
    return float(os.environ.get("NHI_FAULTS_AWAY", LONG))


@contextmanager
def stopped(rig: Rig, process: str) -> Iterator[None]:
    """Stop a process for the length of the block."""
    rig.stack.supervise("stop", process)
    try:
        yield
    finally:
        rig.stack.supervise("start", process)


@contextmanager
def hung(rig: Rig, process: str) -> Iterator[None]:
    """Let a process take calls and answer none."""
    rig.send(process, signal.SIGSTOP)
    try:
        yield
    finally:
        rig.send(process, signal.SIGCONT)


@contextmanager
def database_away(rig: Rig) -> Iterator[None]:
    """Let PostgreSQL refuse everybody."""
    url = rig.stack.env()["NHI_DATABASE_URL"].replace("+psycopg", "")
    name = urlsplit(url).path.strip("/")
    with psycopg.connect(url.replace(f"/{name}?", "/template1?"), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


def away(trouble: Away, *, length: float | None = None, every: float = 1.2) -> Play:
    """Return a trial in which three citizens talk before, while and after a part is away."""

    def play(rig: Rig) -> Verdict:
        lasts = length or seconds()
        users = [rig.citizen() for _ in range(3)]
        with Talk(rig.line, users, every=every) as talk:
            time.sleep(3)
            began = time.time()
            with trouble(rig):
                time.sleep(lasts)
            over = time.time()
            rig.await_ready(90)
            back = time.time() - over
            time.sleep(3)
        settle(rig, talk, seconds=180)
        found = audit(rig, talk, since=began, until=over)
        words = f"away for {over - began:.0f} s; {found.observed}; all well after {back:.0f} s"
        return Verdict(**{**found.__dict__, "observed": words})

    return play


def redis_empty(rig: Rig) -> Verdict:
    """Redis comes back with nothing: what stood in a mailbox at that moment is gone, and nothing else."""
    users = [rig.citizen() for _ in range(3)]
    with Talk(rig.line, users) as talk:
        time.sleep(4)
        began = time.time()
        rig.kill("redis")
        rig.stack.supervise("stop", "redis")
        data = rig.stack.folder / "redis"
        for path in data.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        rig.stack.supervise("start", "redis")
        over = time.time()
        rig.await_ready(60)
        back = time.time() - over
        time.sleep(4)
    settle(rig, talk, seconds=40)
    talk.look()
    found = audit(rig, talk, since=began, until=over)
    in_box = [one for one in talk.said if not one.heard and one.acked is not None and one.acked < over * 1000]
    words = f"{found.observed}; {len(in_box)} stood in a mailbox at that moment; all well after {back:.0f} s"
    rest = found.lost - len(in_box)
    return Verdict(
        **{
            **found.__dict__,
            "observed": words,
            "lost": max(0, rest),
            "problems": (*found.problems, *(["more gone than stood in mailboxes"] if rest > 0 else [])),
        }
    )


_TALKED = "every line answered once; an apology with “try again” meanwhile"
add(
    Case(
        "away-redis", "away", "Redis away for a minute",
        "503 to LINE, which delivers again; every line answered once",
        away(lambda rig: stopped(rig, "redis"), every=3),
    )
)  # fmt: skip
add(
    Case(
        "away-redis-empty", "away", "Redis restarted empty under load",
        "only what stood in a mailbox at that moment is gone; all else goes on by itself", redis_empty,
    )
)  # fmt: skip
add(
    Case(
        "away-postgres", "away", "PostgreSQL away for a minute", _TALKED,
        away(database_away, every=3), stage="postgres",
    )
)  # fmt: skip
add(
    Case(
        "away-rasa-hung", "away", "Rasa takes calls and never answers (20 s)",
        "an answer within 3.5 s: “still working” or an apology; then every line answered once",
        away(lambda rig: hung(rig, "rasa"), length=20, every=4),
    )
)  # fmt: skip
add(
    Case(
        "away-actions-hung", "away", "the action server takes calls and never answers (20 s)",
        "as with Rasa", away(lambda rig: hung(rig, "actions"), length=20, every=4),
    )
)  # fmt: skip
add(
    Case(
        "away-worker", "away", "no worker for 30 s", "every line answered once, in order",
        away(lambda rig: stopped(rig, "worker"), length=30, every=3),
    )
)  # fmt: skip
add(
    Case(
        "away-web", "away", "no web for 15 s", "LINE delivers again; every line answered once",
        away(lambda rig: stopped(rig, "web"), length=15, every=3),
    )
)  # fmt: skip
