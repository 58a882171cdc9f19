"""The web process: health by part, metrics for this machine only."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask import Flask

from bot.api import health
from bot.api import metrics as metrics_api
from nhi_core.domain.errors import CacheUnavailable
from nhi_core.health import HealthService


def ready(**probes: Any) -> tuple[int, dict[str, Any]]:
    app = Flask("bot")
    app.register_blueprint(
        health.blueprint({n: HealthService({n: probe}).check for n, probe in probes.items()})
    )
    answer = app.test_client().get("/health/ready")
    return answer.status_code, answer.get_json()


def well() -> None:
    return None


def ill() -> None:
    raise ConnectionError("redis://user:password@10.0.0.7 refused")


def test_live_asks_nobody() -> None:
    app = Flask("bot")
    app.register_blueprint(health.blueprint({"database": HealthService({"database": ill}).check}))
    assert app.test_client().get("/health/live").get_json() == {"status": "ok"}


def test_ready_when_all_parts_are_well() -> None:
    status, body = ready(database=well, redis=well)
    assert (status, body["status"]) == (200, "ok")
    assert {name: part["ok"] for name, part in body["parts"].items()} == {"database": True, "redis": True}


def test_not_ready_says_which_part_and_no_secret() -> None:
    status, body = ready(database=well, redis=ill)
    assert status == 503
    assert {name: part["ok"] for name, part in body["parts"].items()} == {"database": True, "redis": False}
    assert "password" not in str(body)
    assert "10.0.0.7" not in str(body)


def test_a_part_that_hangs_does_not_hang_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_PATIENCE", 0.05)
    began = time.monotonic()
    status, body = ready(rasa=lambda: time.sleep(0.5), redis=well)
    assert time.monotonic() - began < 0.4
    assert (status, body["parts"]["rasa"]["problem"]) == (503, "slow")
    assert body["parts"]["redis"]["ok"]


class FakePending:
    """A mailbox that says how many wait."""

    def __init__(self, pending: int | None) -> None:
        self._pending = pending

    def pending(self) -> int:
        if self._pending is None:
            raise CacheUnavailable("gone")
        return self._pending


def metrics(pending: int | None = 3, address: str = "127.0.0.1", **headers: str) -> tuple[int, str]:
    app = Flask("bot")
    app.register_blueprint(metrics_api.blueprint(FakePending(pending)))  # type: ignore[arg-type]
    answer = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    return answer.status_code, answer.text


def test_metrics_on_this_machine() -> None:
    status, body = metrics()
    assert status == 200
    assert "nhi_bot_mailboxes_pending 3.0" in body
    assert "nhi_bot_webhook_seconds" in body


def test_metrics_with_redis_away_still_tell_the_rest() -> None:
    assert "nhi_bot_mailboxes_pending -1.0" in metrics(None)[1]


@pytest.mark.parametrize("address", ["10.0.0.7", "::ffff:10.0.0.7", ""])
def test_metrics_are_not_there_for_others(address: str) -> None:
    assert metrics(address=address)[0] == 404


def test_metrics_are_not_there_through_a_proxy() -> None:
    assert metrics(**{"X-Forwarded-For": "203.0.113.9"})[0] == 404
