"""Side by side in the same run: the SDK's own way, with our dialogue engine and with stock Rasa."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from scripts.load.accepting import generate
from scripts.load.figures import Spread, table
from scripts.load.orders import Order, Sent
from scripts.load.product import Product
from scripts.load.turning import Turned, turns
from scripts.load.watch import Watch
from scripts.stack.processes import BIN, ROOT, free_ports, plain_environment

RATES = (5.0, 10.0, 20.0, 50.0, 100.0)
TURN_RATES = (1.0, 5.0, 10.0)
LINE_WAITS = 2000.0  # milliseconds; what is answered later counts for LINE as not answered
STOCK_PYTHON = ROOT / ".venvs" / "stock" / "bin" / "python"
STOCK_PROJECTS = ROOT / "artefacts" / "stock"
_READY_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Engine:
    """A dialogue engine: its name in the tables, its address, and whether it speaks our channel."""

    name: str
    url: str
    ours: bool
    pids: tuple[int, ...] = ()


@dataclass
class Beside:
    """What the SDK's own way did with one engine. `rates`: signed webhooks; `turned`: whole turns."""

    engine: str
    rates: list[tuple[float, Sent]]
    turned: list[Turned]
    memory: float


@contextmanager
def process(words: Sequence[str], env: dict[str, str], ready: Callable[[], bool], cwd: str) -> Iterator[int]:
    """Run a process for the length of the block; yield its id. Raises TimeoutError."""
    started = subprocess.Popen(
        list(words), env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + _READY_SECONDS
        while not ready():
            if started.poll() is not None or time.monotonic() > deadline:
                raise TimeoutError(f"{words[0]} did not become ready")
            time.sleep(0.2)
        yield started.pid
    finally:
        started.terminate()
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def listens(port: int) -> Callable[[], bool]:
    """Return what asks whether somebody listens at a port of 127.0.0.1."""

    def ready() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    return ready


@contextmanager
def stock_rasa() -> Iterator[Engine | None]:
    """Start stock Rasa with its trained model and an action server that answers at once, if they are here."""
    models = sorted(STOCK_PROJECTS.glob("*/models/stock.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not STOCK_PYTHON.exists() or not models:
        yield None
        return
    project, ports = models[-1].parents[1], free_ports(["rasa", "actions"])
    actions = f"http://127.0.0.1:{ports['actions']}/webhook"
    env = plain_environment() | {
        "RASA_TELEMETRY_ENABLED": "false", "ACTIONS_URL": actions, "PYTHONPATH": str(ROOT),
        "TF_CPP_MIN_LOG_LEVEL": "3", "SANIC_WORKERS": "1",
    }  # fmt: skip
    url = f"http://127.0.0.1:{ports['rasa']}"
    rasa = [
        str(STOCK_PYTHON), "-W", "ignore", "-m", "rasa", "run", "-m", str(models[-1]), "--enable-api",
        "--endpoints", "endpoints.yml", "--credentials", "credentials.yml",
        "-i", "127.0.0.1", "-p", str(ports["rasa"]),
    ]  # fmt: skip
    helper = [sys.executable, "-m", "nlu.bench.actions_at_once", str(ports["actions"])]

    def loaded() -> bool:
        try:
            return requests.get(f"{url}/status", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    with (
        process(helper, env, listens(ports["actions"]), str(ROOT)) as helper_pid,
        process(rasa, env, loaded, str(project)) as pid,
    ):
        yield Engine("stock Rasa", url, ours=False, pids=(pid, helper_pid))


def sdk_way(product: Product, engine: Engine, users: Sequence[str], seconds: float) -> Beside:
    """Measure the sample app before an engine: webhooks at rising rates, then whole turns."""
    rates: list[tuple[float, Sent]] = []
    ports = free_ports(["at_once", "first", "second"])
    at_once = f"http://127.0.0.1:{ports['at_once']}"
    helper = [sys.executable, "-m", "scripts.load.line_at_once", str(ports["at_once"])]
    secret = product.stack.secrets()["line_secret"]
    with (
        process(helper, _plain(), listens(ports["at_once"]), str(ROOT)),
        _app(product, engine, ports["first"], at_once),
    ):
        order = Order(ports["first"], "/callback", secret, 2.0, 2.0, seed=77)
        generate(order)
        for number, rate in enumerate(RATES):
            order.rate, order.seconds, order.seed = rate, seconds, 700 + number
            sent = generate(order)
            rates.append((rate, sent))
            if sum(ms <= LINE_WAITS for ms in sent.ms) < 0.7 * rate * seconds:
                break  # it has broken down; higher rates tell nothing new
    with _app(product, engine, ports["second"], product.line.url) as pid:
        product.line.options(webhookUrl=f"http://127.0.0.1:{ports['second']}/callback")
        watch, product.watch = product.watch, Watch(product.stack.folder, [pid, *engine.pids])
        try:
            turns(product, users, 2.0, 2.0)
            turned = [turns(product, users, rate, seconds * 2) for rate in TURN_RATES]
        finally:
            product.watch = watch
            product.line.options(webhookUrl=_webhook(product))
    memory = sum(
        use.memory for part, use in turned[-1].use.items() if part in ("the SDK's own way", "stock rasa")
    )
    return Beside(engine.name, rates, turned, memory)


def ours(product: Product) -> Engine:
    """Return the product's own engine."""
    return Engine("our dialogue engine", f"http://127.0.0.1:{product.stack.ports['rasa']}", ours=True)


def show(found: Sequence[Beside]) -> str:
    """Return the tables."""
    rate_rows, turn_rows = [], []
    for one in found:
        for rate, sent in one.rates:
            spread = Spread.of(sent.ms) if sent.ms else None
            times = [spread.p50, spread.p95, spread.p99] if spread else ["–"] * 3
            late = sum(ms > LINE_WAITS for ms in sent.ms) + sum(
                times for status, times in sent.statuses.items() if status != "200"
            )
            rate_rows.append([one.engine, rate, len(sent.ms) / sent.wall, *times, late])
        for turn in one.turned:
            spread = turn.spread
            times = [spread.p50, spread.p95, spread.p99] if spread else ["–"] * 3
            turn_rows.append(
                [one.engine, turn.rate, turn.reckoning.sent, *times, turn.reckoning.lost, turn.refused]
            )
    heads = (
        (
            "the SDK's way with",
            "asked, calls/s",
            "answered/s",
            "p50 ms",
            "p95",
            "p99",
            "too late for LINE, or failed",
        ),
        ("the SDK's way with", "turns/s", "turns", "p50 ms", "p95", "p99", "lost", "webhooks LINE gave up"),
    )
    return table(heads[0], rate_rows) + "\n\n" + table(heads[1], turn_rows)


@contextmanager
def _app(product: Product, engine: Engine, port: int, line_url: str) -> Iterator[int]:
    env = product.stack.env() | _plain() | {
        "LINE_API_URL": line_url, "RASA_URL": engine.url, "SDK_RASA": "nhi" if engine.ours else "rest",
        "LINE_CHANNEL_ACCESS_TOKEN": product.stack.secrets()["line_token"],
    }  # fmt: skip
    words = [
        str(BIN / "gunicorn"), "--workers", "1", "--threads", "8", "--worker-class", "gthread",
        "--keep-alive", "65", "-b", f"127.0.0.1:{port}", "scripts.load.sdk_way:app",
    ]  # fmt: skip
    with process(words, env, listens(port), str(ROOT)) as pid:
        yield pid


def _plain() -> dict[str, str]:
    return plain_environment() | {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}


def _webhook(product: Product) -> str:
    return f"http://127.0.0.1:{product.stack.ports['web']}/line/webhook"
