"""`/health/live`: the process answers. `/health/ready`: which part is missing, by name, no secrets."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import redis
import requests
from flask import Blueprint, Response, jsonify

from nhi_core.health import HealthService, PartStatus

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core
    from nhi_core.settings import Settings

HEARTBEAT = "{mail}:heartbeat"
HEARTBEAT_LIFE = 60  # seconds; the beat writes every ten
_PATIENCE = 2.5

Check = Callable[[], Mapping[str, PartStatus]]


class NotReady(Exception):
    """A part does not answer as it should; the text is a stable word."""


def blueprint(checks: Mapping[str, Check]) -> Blueprint:
    """Return both pages. `checks` run side by side; one that is too slow is reported under its own name."""
    page = Blueprint("health", __name__)
    pool = ThreadPoolExecutor(max_workers=2 * len(checks), thread_name_prefix="health")

    @page.get("/health/live")
    def live() -> Response:
        return jsonify(status="ok")

    @page.get("/health/ready")
    def ready() -> Response:
        deadline = time.monotonic() + _PATIENCE
        waiting = {name: pool.submit(check) for name, check in checks.items()}
        parts: dict[str, PartStatus] = {}
        for name, future in waiting.items():
            try:
                parts |= future.result(timeout=max(0.01, deadline - time.monotonic()))
            except FutureTimeout:
                parts[name] = PartStatus(ok=False, latency_ms=None, problem="slow")
        whole = all(part.ok for part in parts.values())
        shown = {name: dataclasses.asdict(part) for name, part in parts.items()}
        answer = jsonify(status="ok" if whole else "unavailable", parts=shown)
        answer.status_code = 200 if whole else 503
        return answer

    return page


def checks(settings: Settings, core: Core) -> dict[str, Check]:
    """Return the checks of the parts that a conversation needs."""
    found: dict[str, Check] = {"stores": core.health.check}
    probes: Sequence[tuple[str, Callable[[], None]]] = (
        ("rasa", lambda: _http(urljoin(settings.rasa_url, "/"))),
        ("actions", lambda: _http(urljoin(settings.actions_url, "/health/live"))),
        ("worker", lambda: _heartbeat(core.redis)),
    )
    return found | {name: HealthService({name: probe}).check for name, probe in probes}


def _heartbeat(client: redis.Redis) -> None:
    if client.exists(HEARTBEAT) == 0:
        raise NotReady("no_heartbeat")


def _http(url: str) -> None:
    answer = requests.get(url, timeout=(0.5, 1.0), allow_redirects=False)
    if answer.status_code != 200:
        raise NotReady(f"status_{answer.status_code}")
