"""The check-up's look at LINE's side, the clock, Redis's care: what is wrong and what to do."""

from __future__ import annotations

import json
from email.utils import formatdate
from time import time
from typing import Any

import pytest
import redis
import requests

from nhi_core.cli import findings
from nhi_core.cli.findings import Finding, clock, kiosks, line_side, redis_care
from nhi_core.settings import Settings
from tests.integration.operations.test_metrics import _QUIET

TOKEN = "a-token-of-line"


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What LINE answers, by the end of the path."""
    answers: dict[str, Any] = {
        "quota": {"type": "limited", "value": 200},
        "consumption": {"totalUsage": 17},
        "endpoint": {"endpoint": "https://counter.test/line/webhook", "active": True},
    }

    def get(url: str, **_: Any) -> requests.Response:
        response = requests.Response()
        response.status_code = 200
        response._content = json.dumps(answers[url.rpartition("/")[2]]).encode()
        return response

    monkeypatch.setattr(findings.requests, "get", get)
    return answers


def looked(**settings: Any) -> dict[str, Finding]:
    loaded = Settings.load(env_file=None, NHI_PUBLIC_URL="https://counter.test", **settings)
    return {finding.part: finding for finding in line_side(loaded, TOKEN)}


def test_lines_side_is_well(line: dict[str, Any]) -> None:
    found = looked(NHI_PUSH_QUOTA=200)
    assert all(finding.ok for finding in found.values())
    assert found["line quota"].words == "17 of 200 messages this month"
    assert TOKEN not in repr(found)


def test_a_quota_above_the_plan_and_a_foreign_webhook_are_found(line: dict[str, Any]) -> None:
    line["endpoint"] = {"endpoint": "https://old.test/line/webhook", "active": True}
    found = looked(NHI_PUSH_QUOTA=500)
    assert "NHI_PUSH_QUOTA" in found["line quota"].remedy
    assert "https://counter.test/line/webhook" in found["webhook"].remedy
    assert not found["webhook"].ok


@pytest.mark.parametrize(("seconds", "ok"), [(0, True), (90, False), (-90, False)])
def test_a_clock_that_is_off_is_found(seconds: int, ok: bool) -> None:
    response = requests.Response()
    response.headers["Date"] = formatdate(time() + seconds, usegmt=True)
    found = clock(response)
    assert found is not None
    assert found.ok is ok
    assert clock(requests.Response()) is None


def test_a_careless_redis_is_a_fault_in_production_and_a_remark_in_the_sandbox(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        real, sandbox = redis_care(client, production=True), redis_care(client, production=False)
    assert (real.ok, sandbox.ok) == (False, True)
    assert "appendonly is off" in real.words
    assert sandbox.remedy


def test_silent_kiosks_are_told() -> None:
    assert "1 did not" in kiosks(_QUIET).words
