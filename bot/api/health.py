"""`/health/live`: the process answers. `/health/ready`: which part is missing, by name, no secrets."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import redis
import requests
import structlog
from flask import Blueprint, Response, jsonify

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core

    from nhi_core.settings import Settings

log = structlog.get_logger(__name__)

HEARTBEAT = "{mail}:heartbeat"
HEARTBEAT_LIFE = 60  # seconds; the beat writes every ten
_PATIENCE = 2.0

Probe = Callable[[], None]


class NotReady(Exception):
    """A part does not answer; the text is a stable word."""


def blueprint(parts: Mapping[str, Probe]) -> Blueprint:
    """Return both pages. A probe raises when its part is away."""
    page = Blueprint("health", __name__)
    pool = ThreadPoolExecutor(max_workers=max(1, len(parts)), thread_name_prefix="health")

    @page.get("/health/live")
    def live() -> Response:
        return jsonify(status="ok")

    @page.get("/health/ready")
    def ready() -> Response:
        deadline = time.monotonic() + _PATIENCE
        waiting = {name: pool.submit(_ask, name, probe) for name, probe in parts.items()}
        found = {}
        for name, future in waiting.items():
            try:
                found[name] = future.result(timeout=max(0.01, deadline - time.monotonic()))
            except FutureTimeout:
                found[name] = "slow"
        whole = all(state == "ok" for state in found.values())
        parts_shown = {name: {"ok": state == "ok", "state": state} for name, state in found.items()}
        answer = jsonify(status="ok" if whole else "unavailable", parts=parts_shown)
        answer.status_code = 200 if whole else 503
        return answer

    return page


def probes(settings: Settings, core: Core, client: redis.Redis) -> dict[str, Probe]:
    """Return the probes of the parts a conversation needs."""
    return {
        "database": core.health.database,
        "redis": lambda: _redis(client),
        "rasa": lambda: _http(urljoin(settings.rasa_url, "/")),
        "actions": lambda: _http(urljoin(settings.actions_url, "/health/live")),
        "worker": lambda: _heartbeat(client),
    }


def _ask(name: str, probe: Probe) -> str:
    try:
        probe()
    except Exception as error:  # noqa: BLE001 - whatever it is, the part is not ready, and that is the answer
        log.warning("part_not_ready", part=name, error=type(error).__name__)
        return "unavailable"
    return "ok"


def _redis(client: redis.Redis) -> None:
    client.ping()


def _heartbeat(client: redis.Redis) -> None:
    if client.exists(HEARTBEAT) == 0:
        raise NotReady("no_heartbeat")


def _http(url: str) -> None:
    answer = requests.get(url, timeout=(0.5, 1.0), allow_redirects=False)
    if answer.status_code != 200:
        raise NotReady(f"status_{answer.status_code}")
