"""Rasa as a process of its own, ours or stock: seconds until it answers, memory, turns over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence

ROOT = Path(__file__).resolve().parents[2]
LINE = "我還欠多少健保費？"
CLIENTS = 8
_TURNS_A_CONVERSATION = 10
_READY_SECONDS = 300
_POLL = 0.1

READY_AIM_SECONDS = 12.0
MEMORY_AIM_MB = 600.0


class Server(NamedTuple):
    """How a server is started and spoken to."""

    command: Sequence[str]
    folder: Path
    health: str
    path: str
    headers: Dict[str, str]
    ours: bool

    def body(self, sender: str) -> bytes:
        """Return the request of one turn."""
        if self.ours:
            turn = {"sender": sender, "turn": "t" * 20, "language": "zh-TW", "text": LINE}
        else:
            turn = {"sender": sender, "message": LINE}
        return json.dumps(turn).encode()


class Served(NamedTuple):
    """What was measured: seconds, MB of resident memory, median milliseconds, turns a second."""

    ready: float
    memory: float
    memory_after: float
    turn: float
    throughput: float


def ours(model: Path, port: int) -> Server:
    """Return this product's server."""
    from nlu.serve import SANDBOX  # noqa: PLC0415 - only this environment has it

    words = [sys.executable, "-W", "ignore", "-m", "nlu.serve", "--port", str(port), "--model", str(model)]
    token = {"Authorization": f"Bearer {SANDBOX['RASA_TOKEN']}"}
    return Server(words, ROOT, "/health", "/webhooks/nhi/webhook", token, ours=True)


def stock(python: Path, project: Path, model: Path, port: int) -> Server:
    """Return stock Rasa's server with its REST channel."""
    words = [str(python), "-W", "ignore", "-m", "rasa", "run", "-m", str(model), "--enable-api",
             "--endpoints", "endpoints.yml", "--credentials", "credentials.yml",
             "-i", "127.0.0.1", "-p", str(port)]  # fmt: skip
    return Server(words, project, "/status", "/webhooks/rest/webhook", {}, ours=False)


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


def resident(pid: int) -> float:
    """Return MB of resident memory of a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return own / 1024 + sum(resident(int(child)) for child in children)


class _Client:
    """One client with a connection that stays open."""

    def __init__(self, server: Server, port: int) -> None:
        self._server, self._connection = server, http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def turn(self, sender: str) -> float:
        """Take one turn; return its milliseconds. An answer without a reply is an error."""
        headers = {"Content-Type": "application/json", **self._server.headers}
        started = time.perf_counter()
        self._connection.request("POST", self._server.path, self._server.body(sender), headers)
        response = self._connection.getresponse()
        answer = json.loads(response.read())
        took = 1000 * (time.perf_counter() - started)
        replies = answer.get("replies") if isinstance(answer, dict) else answer
        if response.status != 200 or not replies:
            raise RuntimeError(f"no reply: {response.status} {json.dumps(answer)[:200]}")
        return took


@contextmanager
def _process(words: Sequence[str], folder: Path, env: Dict[str, str]) -> Iterator[subprocess.Popen]:
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            list(words), cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        try:
            yield process
        except (RuntimeError, OSError, http.client.HTTPException) as error:
            said.seek(0)
            last = said.read().decode(errors="replace")[-2000:]
            raise RuntimeError(f"{' '.join(words[:6])}: {error}; it said:\n{last}") from error
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _is_well(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _until_ready(process: subprocess.Popen, server: Server, port: int) -> Optional[float]:
    begun = time.perf_counter()
    while time.perf_counter() - begun < _READY_SECONDS and process.poll() is None:
        if _is_well(port, server.health):
            return time.perf_counter() - begun
        time.sleep(_POLL)
    return None


def measure(server: Server, port: int, turns: int) -> Served:
    """Start it, measure, end it. The machine ought to be quiet.

    Raises RuntimeError with the server's last words when it never gets ready or gives no reply.
    """
    actions_port = free_port()
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "ACTIONS_URL": f"http://127.0.0.1:{actions_port}/webhook",
        "NHI_ENV": "sandbox",
        "RASA_TELEMETRY_ENABLED": "false",
        "LOG_LEVEL": "ERROR",
    }
    # What the bench itself sets or was told must not reach either server.
    for name in ("RASA_TOKEN", "ACTIONS_TOKEN", "RASA_REDIS_URL", "OMP_NUM_THREADS"):
        env.pop(name, None)
    actions = [sys.executable, "-m", "nlu.bench.actions_at_once", str(actions_port)]
    with _process(actions, ROOT, env), _process(server.command, server.folder, env) as process:
        ready = _until_ready(process, server, port)
        if ready is None:
            raise RuntimeError(f"not ready within {_READY_SECONDS} s")
        memory = resident(process.pid)
        client = _Client(server, port)
        for _ in range(3):
            client.turn("w" * 20)
        one = [client.turn(_sender("one", number)) for number in range(turns)]
        throughput = _throughput(server, port, turns)
        return Served(ready, memory, resident(process.pid), statistics.median(one), throughput)


def _sender(name: str, number: int) -> str:
    return f"{name}-conversation-{number // _TURNS_A_CONVERSATION:06d}"


def _throughput(server: Server, port: int, turns: int) -> float:
    each = max(2, turns // 4)

    def work(number: int) -> None:
        client = _Client(server, port)
        for done in range(each):
            client.turn(_sender(f"client{number}", done))

    begun = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, range(CLIENTS)))
    return CLIENTS * each / (time.perf_counter() - begun)


def table(rows: Dict[str, Served]) -> List[str]:
    """Return the lines of a table, one row a server."""
    head = [
        f"| server | ready, s | memory when ready, MB | memory after, MB | turn with an action, median ms | {CLIENTS} clients, turns/s |",
        "|---|---|---|---|---|---|",
    ]
    return head + [
        f"| {name} | {s.ready:.1f} | {s.memory:.0f} | {s.memory_after:.0f} | {s.turn:.1f} | {s.throughput:.1f} |"
        for name, s in rows.items()
    ]


def verdicts(served: Served) -> List[str]:
    """Say of each aim for our server whether it was met."""
    aims = (
        ("ready", served.ready, READY_AIM_SECONDS, "s"),
        ("memory", served.memory_after, MEMORY_AIM_MB, "MB"),
    )
    return [
        f"- {name} {value:.0f} {unit}, aim < {aim:.0f} {unit}: {'met' if value < aim else 'NOT met'}"
        for name, value, aim, unit in aims
    ]


def report(model: Optional[Path], turns: int) -> None:
    """Measure our server alone and print the table."""
    from nlu.train import model_path  # noqa: PLC0415 - after lean.install

    port = free_port()
    found = measure(ours(model or model_path(), port), port, turns)
    print("\n".join([*table({"ours": found}), "", *verdicts(found)]))
