"""The product under trial: started on free ports with everything of its own, and what one can do to it."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
import redis

from line_sandbox.testing import Sandbox
from nhi_core.bootstrap import Core, build
from nhi_core.domain.imports import ImportKind
from nhi_core.settings import Settings
from scripts.bench_imports import write_files
from scripts.faults.crash import Orders, environment
from scripts.stack.leftovers import members
from scripts.stack.processes import DEFAULT_PORTS, ROOT, free_ports
from scripts.stack.whole import Stack

TODAY = "2026-11-22"
PEOPLE = 120
Row = tuple[Any, ...]


@dataclass
class Rig:
    """One running product, its LINE, and the orders its processes listen to."""

    stack: Stack
    line: Sandbox
    orders: Orders
    _spare: list[str] = field(default_factory=list)

    @cached_property
    def core(self) -> Core:
        """The business of this product, in our own process: nothing here can die."""
        settings = Settings.load(env_file=None, **self.stack.env())
        return build(settings)

    @cached_property
    def cache(self) -> redis.Redis:
        """This product's Redis."""
        return redis.Redis.from_url(self.stack.env()["NHI_REDIS_URL"], socket_timeout=2)

    def rows(self, query: str) -> list[Row]:
        """Ask the database."""
        url = self.stack.env()["NHI_DATABASE_URL"]
        if url.startswith("sqlite"):
            path = url.removeprefix("sqlite:///")
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as connection:
                return connection.execute(query).fetchall()
        with psycopg.connect(url.replace("+psycopg", ""), connect_timeout=2) as connection:
            return connection.execute(query.encode()).fetchall()

    def number(self, query: str) -> int:
        """Ask the database for one number."""
        return int(self.rows(query)[0][0] or 0)

    def fill(self) -> None:
        """Bring persons with five bills each into the books: payers for the cases."""
        with tempfile.TemporaryDirectory() as folder:
            paths = write_files(Path(folder), PEOPLE, PEOPLE * 5)
            for kind in (ImportKind.PERSONS, ImportKind.BILLS):
                self.stack.cli("import", kind.value, str(paths[kind]))
        self.take_stock()

    def take_stock(self) -> None:
        """See which payers nobody has used."""
        self._spare = [row[0] for row in self.rows("SELECT id FROM persons WHERE story IS NULL ORDER BY id")]

    def person_id(self) -> str:
        """Return a payer nobody has used."""
        if not self._spare:
            self.fill()
        return self._spare.pop()

    def citizen(self, *, bound: bool = True) -> str:
        """Return the LINE id of a new citizen, bound to a payer of their own unless told otherwise."""
        [user] = self.line.add_people(1)
        if bound:
            account = self.core.conversations.open("line", user).account_id
            code = self.core.bindings.issue_code(self.person_id()).display
            self.core.bindings.propose(account, code)
            self.core.bindings.confirm(account)
        return user

    def clerks(self) -> list[str]:
        """Return the LINE ids of the registered clerks."""
        return [self.line.person("staff-editor"), *(self.line.person(f"staff-{n}") for n in range(1, 103))]

    def pids(self, process: str) -> list[int]:
        """Return the process and its children."""
        first = self.stack.pid(process)
        group = [pid for pid in members(self.stack.folder) if _parent(pid) == first]
        return [first, *group]

    def kill(self, process: str, *, children: bool = True) -> float:
        """SIGKILL a process (and its children); return the moment."""
        for pid in self.pids(process)[: None if children else 1]:
            os.kill(pid, signal.SIGKILL)
        return time.time()

    def send(self, process: str, sig: signal.Signals) -> None:
        """Send a signal to a process and its children."""
        for pid in self.pids(process):
            os.kill(pid, sig)

    def await_ready(self, seconds: float = 60) -> float:
        """Wait until everything is well; return the seconds it took. Raises TimeoutError."""
        began = time.monotonic()
        while not self.stack.ready()["ready"]:
            if time.monotonic() - began > seconds:
                raise TimeoutError(f"not ready: {self.stack.ready()}")
            time.sleep(0.2)
        return time.monotonic() - began

    def calm(self) -> bool:
        """Return whether nothing waits: no mail, no ledger entry."""
        try:
            boxes = int(self.cache.zcard("{mail}:pending"))  # type: ignore[arg-type]
            return boxes == 0 and int(self.cache.llen("{mail}:journal")) == 0  # type: ignore[arg-type]
        except redis.RedisError:
            return False

    def close(self) -> None:
        """Close our own connections."""
        self.line.close()
        self.cache.close()
        if "core" in self.__dict__:
            self.core.close()


def _parent(pid: int) -> int:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(words[1])


def rig_of(stack: Stack, orders: Path) -> Rig:
    """Return a rig around a product that runs already."""
    return Rig(stack, Sandbox(f"http://127.0.0.1:{stack.ports['sandbox']}"), Orders(orders))


class _Prepared(Stack):
    """A product whose database has payers in it before anything starts.

    NHI_FAULTS_PREPARED names a folder in which the prepared state is kept for the next run: for working on
    one trial, on SQLite alone. Whoever changes seeds empties it.
    """

    def prepare(self, *, tell: bool = False) -> None:
        """Make everything ready, or take over what an earlier run made."""
        kept = os.environ.get("NHI_FAULTS_PREPARED")
        shelf = Path(kept) if kept and self._database() else None
        if shelf is not None and (shelf / "nhi.db").exists():
            for path in shelf.iterdir():
                target = self._database() if path.name == "nhi.db" else self.folder / path.name
                shutil.copy(path, target or self.folder)
            self.cli("db", "upgrade")
            return
        super().prepare(tell=tell)
        with tempfile.TemporaryDirectory() as folder:
            paths = write_files(Path(folder), PEOPLE, PEOPLE * 5)
            for kind in (ImportKind.PERSONS, ImportKind.BILLS):
                self.cli("import", kind.value, str(paths[kind]))
        if shelf is not None:
            shelf.mkdir(parents=True, exist_ok=True)
            for name in ("keys.json", "kiosk.json", "kiosk-people.json"):
                shutil.copy(self.folder / name, shelf / name)
            with closing(sqlite3.connect(str(self._database()))) as source:
                source.execute(f"VACUUM INTO '{shelf / 'nhi.db'}'")

    def _database(self) -> Path | None:
        url = self.env()["NHI_DATABASE_URL"]
        return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None


def _product(home: Path, orders: Path, more: Mapping[str, str]) -> _Prepared:
    env = {
        "NHI_TODAY": TODAY,
        "NHI_QUIET_HOURS": "none",
        "NHI_FILES_DIR": str(home / "files"),
        **environment(orders, ROOT),
        **more,
    }
    return _Prepared(folder=home, ports=free_ports(list(DEFAULT_PORTS)), extra_env=env, workers=2)


@contextmanager
def books() -> Iterator[Rig]:
    """Keys and books alone, nothing started: for what the command line does by itself."""
    with tempfile.TemporaryDirectory(prefix="nhi-faults-") as folder:
        home, orders = Path(folder) / "stack", Path(folder) / "orders"
        stack = _product(home, orders, {})
        stack.secrets()
        (home / "metrics").mkdir()
        stack.prepare()
        yield rig_of(stack, orders)


@contextmanager
def started(**more: str) -> Iterator[Rig]:
    """Start a product for trials, with further settings."""
    with tempfile.TemporaryDirectory(prefix="nhi-faults-") as folder:
        home, orders = Path(folder) / "stack", Path(folder) / "orders"
        stack = _product(home, orders, more)
        try:
            stack.start(wait=300)
            rig = rig_of(stack, orders)
            try:
                rig.line.quota(None)
                rig.take_stock()
                yield rig
            finally:
                rig.close()
                if keep := os.environ.get("NHI_KEEP_LOGS"):
                    Path(keep).mkdir(parents=True, exist_ok=True)
                    for log in (home / "log").glob("*"):
                        (Path(keep) / log.name).write_bytes(log.read_bytes())
        finally:
            stack.stop()
