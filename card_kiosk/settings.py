"""The kiosk's settings, from the environment: every problem is named at once, no value is repeated."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import ValidationError

from nhi_core.wire.kiosk import KioskKey

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
TAIPEI = timezone(timedelta(hours=8))  # no summer time since 1979
_SANDBOX_PHONE = "02-0000-0000"


class SettingsRefused(Exception):
    """The settings cannot be used; the text lists every problem by variable name."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems, one line each."""
        self.problems = problems
        super().__init__("the kiosk's settings cannot be used:\n" + "\n".join(f"  - {p}" for p in problems))


@dataclass(frozen=True, slots=True)
class Settings:
    """`readers` is `pcsc` (real) or `virtual` (the sandbox's card drawer, refused in production)."""

    production: bool
    key: KioskKey | None  # None: not enrolled; the screen says so
    server: str
    port: int
    readers: Literal["pcsc", "virtual"]
    only_reader: str  # part of the reader's name; empty: all readers
    entry_token: str  # whoever opens the page must know it
    address_file: Path | None  # where the page's address is written, for whoever starts the browser
    browser: str  # the browser to start and to keep running; empty: somebody else does
    people_file: Path | None  # the drawer's made-up people
    phone: str  # the office's telephone, shown when nothing else helps
    shift: timedelta  # how far the sandbox's pretended day is from today

    def now(self) -> datetime:
        """Return the time now, UTC, on the same calendar as the sandbox's server."""
        return datetime.now(UTC) + self.shift


def load(env: Mapping[str, str] | None = None) -> Settings:
    """Read the environment; raises SettingsRefused."""
    env = os.environ if env is None else env
    problems: list[str] = []
    kind = env.get("NHI_ENV") or "sandbox"
    if kind not in {"sandbox", "production"}:
        problems.append("NHI_ENV must be sandbox or production")
    production = kind != "sandbox"
    key = _key(env.get("KIOSK_KEY_FILE") or "", problems, strict=production)
    server = (env.get("KIOSK_API_URL") or (key.server if key else "")).rstrip("/")
    parts = urlsplit(server)
    if server and parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        problems.append("KIOSK_API_URL must begin with https://")
    readers = env.get("KIOSK_READERS") or "pcsc"
    if readers not in {"pcsc", "virtual"}:
        problems.append("KIOSK_READERS must be pcsc or virtual")
    token, phone = env.get("KIOSK_TOKEN") or "", env.get("NHI_OFFICE_PHONE") or ""
    shift = _shift(env.get("NHI_TODAY") or "", problems)
    if production:
        if env.get("NHI_TODAY"):
            problems.append("NHI_TODAY must not be set in production")
        if readers == "virtual":
            problems.append("KIOSK_READERS must not be virtual in production")
        if token:
            problems.append("KIOSK_TOKEN must not be set in production: a new one is made at each start")
        if not phone:
            problems.append("NHI_OFFICE_PHONE is not set")
    port = env.get("KIOSK_PORT") or "8020"
    if not (port.isascii() and port.isdigit() and int(port) < 65536):
        problems.append("KIOSK_PORT must be a port number")
    if problems:
        raise SettingsRefused(problems)
    people, address = env.get("KIOSK_PEOPLE_FILE"), env.get("KIOSK_ADDRESS_FILE")
    return Settings(
        production=production,
        key=key,
        server=server,
        port=int(port),
        readers="virtual" if readers == "virtual" else "pcsc",
        only_reader=env.get("KIOSK_READER") or "",
        entry_token=token or secrets.token_urlsafe(24),
        address_file=Path(address) if address else None,
        browser=env.get("KIOSK_BROWSER") or "",
        people_file=Path(people) if people else None,
        phone=phone or _SANDBOX_PHONE,
        shift=shift,
    )


def _shift(today: str, problems: list[str]) -> timedelta:
    try:
        return date.fromisoformat(today) - datetime.now(TAIPEI).date() if today else timedelta(0)
    except ValueError:
        problems.append("NHI_TODAY must be a date such as 2026-11-20")
        return timedelta(0)


def _key(name: str, problems: list[str], *, strict: bool) -> KioskKey | None:
    """Read the key file. Not to be enrolled is a state that the screen shows; a bad file is a fault."""
    if not name:
        if strict:
            problems.append("KIOSK_KEY_FILE is not set: nhi-counter kiosk enrol makes the file")
        return None
    path = Path(name)
    try:
        text = path.read_text("utf-8")
        if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            problems.append("KIOSK_KEY_FILE may be read by others: chmod 600")
        return KioskKey.model_validate_json(text)
    except OSError:
        problems.append("KIOSK_KEY_FILE cannot be read")
    except ValidationError:
        problems.append("KIOSK_KEY_FILE is not a kiosk's key file")
    return None
