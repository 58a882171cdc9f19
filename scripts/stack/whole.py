"""The whole product on this machine, under one supervisor: start, wait until well, stop, leave nothing."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from scripts.stack.leftovers import MARK, end_all
from scripts.stack.processes import (
    BIN,
    DEFAULT_PORTS,
    ROOT,
    Plan,
    StackError,
    free_ports,
    plain_environment,
)
from scripts.stack.supervisord import configuration

# What Rasa's stores do, and not a word more: who may list keys reads the names of everybody's.
RASA_RIGHTS = "resetchannels ~rasa:* -@all +get +set +del +ping +hello +auth +select +client|setname"


@dataclass
class Stack(Plan):
    """One running product."""

    _supervisor: subprocess.Popen[bytes] | None = None

    def start(self, *, wait: float = 90, tell: bool = False) -> None:
        """Start everything and return when `/health/ready` says yes.

        Raises StackError when a port is taken or a part does not become ready within `wait` seconds.
        """
        self._refuse_taken_ports()
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "log").mkdir(exist_ok=True)
        shutil.rmtree(self.folder / "metrics", ignore_errors=True)
        (self.folder / "metrics").mkdir()
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
            env=plain_environment() | {MARK: str(self.folder)},
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
        self._enrol_kiosk()
        if tell:
            print("• database and made-up households are ready", flush=True)

    def _enrol_kiosk(self) -> None:
        """Give the sandbox's kiosk its key, and its card drawer the made-up people."""
        key = self.folder / "kiosk.json"
        if not key.exists():
            words = ("kiosk", "enrol", "沙盒大廳一號", "--office", "沙盒健保櫃檯", "--out", str(key))
            self.cli(*words)
        (self.folder / "kiosk-people.json").write_text(self.cli("people", "--json"), "utf-8")

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
            env=plain_environment(),
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
                self._supervisor.wait(40)
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
        """Two users: ours, and Rasa's, which sees its own keys alone. Appends to disk each second.

        Nobody can be the default user, but it may do everything: the file is read back in its name, and
        transactions that it may not do are left out then (Redis 7.0).
        """
        secret = self.secrets()
        data = self.folder / "redis"
        data.mkdir(exist_ok=True)
        conf = self.folder / "redis.conf"
        conf.touch(mode=0o600)
        conf.write_text(
            f"bind 127.0.0.1\nport {self.ports['redis']}\ndir {data}\nappendonly yes\nappendfsync everysec\n"
            'save ""\nloglevel warning\nmaxmemory-policy noeviction\n'
            "user default off ~* &* +@all\n"
            f"user app on >{secret['redis_app']} ~* &* +@all\n"
            f"user rasa on >{secret['redis_rasa']} {RASA_RIGHTS}\n"
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

    def alive(self) -> bool:
        """Tell whether the supervisor still runs."""
        return self._supervisor is not None and self._supervisor.poll() is None


@contextmanager
def running(folder: Path, **options: Any) -> Iterator[Stack]:
    """Run a stack of its own on free ports for the length of a `with` block."""
    stack = Stack(folder=folder, ports=free_ports(list(DEFAULT_PORTS)), **options)
    stack.start()
    try:
        yield stack
    finally:
        stack.stop()


def default_folder() -> Path:
    """Return the folder of `make run`."""
    return Path(os.environ.get("NHI_STACK_DIR", ROOT / "var" / "dev")).resolve()
