"""The web process: health by part, metrics for this machine only."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.api import health
from bot.api import metrics as metrics_api
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


class Waiting(Collector):
    """Figures that say one thing."""

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("nhi_bot_mailboxes_pending", "Mailboxes that hold mail", 3)


def metrics(address: str = "127.0.0.1", token: str | None = None, **headers: str) -> tuple[int, str]:
    app = Flask("bot")
    app.register_blueprint(metrics_api.blueprint(Waiting(), token))
    answer = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    return answer.status_code, answer.text


def test_metrics_on_this_machine() -> None:
    status, body = metrics()
    assert status == 200
    assert "nhi_bot_mailboxes_pending 3.0" in body
    assert "nhi_bot_webhook_seconds" in body


def test_with_a_token_the_monitoring_may_ask_from_anywhere_and_nobody_else_from_here() -> None:
    token = "a-token-for-monitoring"
    assert metrics("10.0.0.7", token, Authorization=f"Bearer {token}")[0] == 200
    assert metrics("10.0.0.7", token, Authorization="Bearer other")[0] == 404
    assert metrics("127.0.0.1", token)[0] == 404


@pytest.mark.parametrize("address", ["10.0.0.7", "::ffff:10.0.0.7", ""])
def test_metrics_are_not_there_for_others(address: str) -> None:
    assert metrics(address=address)[0] == 404


def test_metrics_are_not_there_through_a_proxy() -> None:
    assert metrics(**{"X-Forwarded-For": "203.0.113.9"})[0] == 404
