"""The action server: closed without its token, silent about what it was asked."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from actions.server import create_app
from nhi_core.settings import Settings
from tests.factories import canary
from tests.fakes.world import World

TOKEN = "a-token-for-this-test-0123456789"


@pytest.fixture
def client() -> FlaskClient:
    settings = Settings.load(env_file=None, ACTIONS_TOKEN=TOKEN)
    return create_app(settings, World()).test_client()  # type: ignore[arg-type]


def call(client: FlaskClient, body: object, token: str | None = TOKEN) -> tuple[int, str]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    answer = client.post("/webhook", data=json.dumps(body), headers=headers, content_type="application/json")
    return answer.status_code, answer.get_data(as_text=True)


def tracker(text: str = "") -> dict[str, object]:
    return {"sender_id": "x", "latest_message": {"text": text, "metadata": {}}, "events": [], "slots": {}}


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN[:-1], TOKEN + " "])
def test_without_the_token_nothing_is_run(client: FlaskClient, token: str | None) -> None:
    status, _body = call(client, {"next_action": "action_talk_to_person", "tracker": tracker()}, token)
    assert status == 401


def test_with_the_token_an_action_answers(client: FlaskClient) -> None:
    status, body = call(client, {"next_action": "action_talk_to_person", "tracker": tracker()})
    assert status == 200
    [said] = json.loads(body)["responses"]
    assert said["custom"]["template"] == "apology"  # no open turn: an answer, and nothing else


@pytest.mark.parametrize("body", [[], "x", {}, {"next_action": "action_talk_to_person", "tracker": "x"}])
def test_a_malformed_call_is_refused(client: FlaskClient, body: object) -> None:
    assert call(client, body)[0] == 400


def test_an_unknown_action_is_named_and_nothing_else(client: FlaskClient) -> None:
    status, body = call(client, {"next_action": "action_nope", "tracker": tracker(canary.NATIONAL_ID)})
    assert status == 404
    assert canary.NATIONAL_ID not in body


def test_an_inner_error_does_not_echo_the_tracker(client: FlaskClient) -> None:
    broken = {"next_action": "action_talk_to_person", "tracker": {"events": [canary.NATIONAL_ID]}}
    status, body = call(client, broken)
    assert status == 500
    assert json.loads(body) == {"error": "internal"}


def test_health_is_open_and_says_no_more_than_ok(client: FlaskClient) -> None:
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert "access-control-allow-origin" not in {name.lower() for name, _ in answer.headers}
