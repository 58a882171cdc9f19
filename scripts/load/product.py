"""The product under load: a stack of its own whose numbers of processes can be changed while it runs."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import redis

from line_sandbox.testing import Sandbox
from scripts.bench_imports import postgresql
from scripts.load.watch import Watch
from scripts.stack.processes import DEFAULT_PORTS, ROOT, free_ports
from scripts.stack.supervisord import configuration
from scripts.stack.whole import Stack

TODAY = "2026-11-22"
PENDING = "{mail}:pending"


@dataclass
class LoadStack(Stack):
    """A stack with `web` processes of the web server and `workers` of the worker, each changeable."""

    web: int = 2

    def commands(self) -> dict[str, tuple[list[str], dict[str, str]]]:
        """Return process name → (words, environment)."""
        found = super().commands()
        words, env = found["web"]
        found["web"] = words, env | {"NHI_WEB_WORKERS": str(self.web)}
        words, env = found["sandbox"]
        # A month's quota is LINE's business, not this measurement's; redelivery would hide what is lost.
        found["sandbox"] = [word for word in words if word != "--redelivery"] + ["--quota", "-1"], env
        return found

    def resize(self, *, web: int, workers: int) -> None:
        """Restart web and worker with these numbers of processes; return when all is ready again."""
        self.web, self.workers = web, workers
        (self.folder / "supervisord.conf").write_text(configuration(self.folder, self.commands(), cwd=ROOT))
        self.supervise("update", "all")
        self._await_ready(60, tell=False)


@dataclass
class Product:
    """What the measurements use."""

    stack: LoadStack
    line: Sandbox
    watch: Watch
    database: str

    @property
    def cache(self) -> redis.Redis:
        """Return a client of the product's own Redis database."""
        return redis.Redis.from_url(self.stack.env()["NHI_REDIS_URL"])

    def waiting(self) -> tuple[int, int]:
        """Return how many mailboxes hold mail, and how many pieces of mail there are."""
        client = self.cache
        boxes = cast("list[bytes]", client.zrange(PENDING, 0, -1))
        pipe = client.pipeline(transaction=False)
        for box in boxes:
            pipe.llen(b"{mail}:box:" + box)
        return len(boxes), sum(pipe.execute())

    def forget_mail(self) -> None:
        """Empty mailboxes and queue: what a measurement left must not be the next one's work."""
        self.cache.flushdb()

    def until_quiet(self, seconds: float) -> bool:
        """Wait until no mail is left."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.waiting()[1] == 0:
                return True
            time.sleep(0.2)
        return False


@contextmanager
def product(*, web: int = 2, workers: int = 2) -> Iterator[Product]:
    """Start everything on free ports, with a PostgreSQL of its own where there is one."""
    with tempfile.TemporaryDirectory(prefix="nhi-load-") as name, ExitStack() as ends:
        folder, extra, roots = Path(name), {"NHI_TODAY": TODAY, "NHI_QUIET_HOURS": "none"}, []
        if shutil.which("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
            extra["NHI_DATABASE_URL"], server = ends.enter_context(postgresql(folder))
            roots.append(server)
        ports = free_ports(list(DEFAULT_PORTS))
        stack = LoadStack(folder / "stack", ports, extra, workers=workers, web=web)
        ends.callback(stack.stop)
        stack.start(wait=240)
        line = Sandbox(f"http://127.0.0.1:{ports['sandbox']}")
        ends.callback(line.close)
        yield Product(stack, line, Watch(stack.folder, roots), "PostgreSQL" if roots else "SQLite")
