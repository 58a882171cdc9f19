"""Only this machine's names reach the sandbox, and no foreign page acts through it."""

from __future__ import annotations

import pytest

from line_sandbox.app import create_app
from line_sandbox.config import SandboxConfig
from tests.unit.line_sandbox.conftest import Line


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 200), ("127.0.0.1:8010", 200), ("[::1]:8010", 200), ("evil.example", 421), ("", 421)],
)
def test_host_names(line: Line, host: str, status: int) -> None:
    assert line.client.get("/health/live", headers={"Host": host}).status_code == status


def test_further_hosts_by_setting() -> None:
    app = create_app(SandboxConfig(allowed_hosts=frozenset({"line-sandbox"})))
    answer = app.test_client().get("/health/live", headers={"Host": "line-sandbox:8010"})
    app.extensions["line_sandbox"].close()
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_foreign_pages_cannot_use_the_control_api(line: Line, headers: dict[str, str]) -> None:
    assert line.client.post("/_sandbox/reset", json={}, headers=headers).status_code == 403
    assert line.client.get("/_sandbox/state", headers=headers).status_code == 403


def test_the_own_page_can(line: Line) -> None:
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert line.client.post("/_sandbox/reset", json={}, headers=headers).status_code == 200


def test_the_page_runs_only_its_own_scripts(line: Line) -> None:
    with line.client.get("/") as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_uploaded_markup_never_comes_back_as_markup(line: Line) -> None:
    import io

    chen = next(iter(line.platform.world.people))
    for kind in ("text/html", "image/svg+xml"):
        data = {"as": chen, "files": [(io.BytesIO(b"<svg onload=alert(1)>"), "x", kind)]}
        [event] = line.client.post("/_sandbox/files", data=data).get_json()["events"]
        answer = line.client.get(f"/_sandbox/media/{event['message']['id']}")
        assert answer.content_type == "application/octet-stream"


def test_reset_forgets_everything_but_the_cast(line: Line) -> None:
    chen = next(iter(line.platform.world.people))
    line.act(kind="text", **{"as": chen}, text="x")
    line.client.post("/_sandbox/people", json={"count": 5})
    line.client.post("/_sandbox/options", json={"redelivery": True, "webhookUrl": "http://127.0.0.1:9/"})
    line.client.post("/_sandbox/clock", json={"advance": 60})
    line.client.post("/_sandbox/reset", json={})
    assert line.platform.world.chat(chen) == []
    assert len(line.platform.world.people) == 20 + 103
    assert (line.platform.webhook.url, line.platform.webhook.redelivery) == (None, False)
    assert line.platform.clock.offset == 0
