"""A sandbox without a network: Flask's test client and no webhook address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from line_sandbox.app import create_app
from line_sandbox.config import SANDBOX_TOKEN, SandboxConfig
from line_sandbox.platform import Platform


class Line:
    """The bot's side of the API, with the token set."""

    def __init__(self, platform: Platform, client: FlaskClient) -> None:
        self.platform = platform
        self.client = client

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        sent = {
            "Authorization": f"Bearer {SANDBOX_TOKEN}",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        return self.client.open(f"/v2/bot/{path}", method=method, json=body, headers=sent)

    def push(self, to: str, *messages: dict[str, Any], **headers: str) -> TestResponse:
        return self.call("POST", "message/push", {"to": to, "messages": list(messages)}, **headers)

    def act(self, **act: Any) -> dict[str, Any]:
        answer = self.client.post("/_sandbox/act", json={"acts": [act]})
        assert answer.status_code == 200, answer.text
        # A reply token's minute begins with the delivery: let that happen before the test goes on.
        assert self.platform.dispatcher.settle(5)
        event: dict[str, Any] = answer.get_json()["events"][0]
        return event


@pytest.fixture
def line() -> Iterator[Line]:
    app = create_app(SandboxConfig(quota=100))
    platform: Platform = app.extensions["line_sandbox"]
    yield Line(platform, app.test_client())
    platform.close()
