"""The channel: who may come in, what may be said, and that a line never acts as a tap."""

from __future__ import annotations

import json
import logging
from types import SimpleNamespace
from typing import Any, Awaitable, Callable, Dict, List, Tuple

import pytest
from rasa.core.channels.channel import UserMessage

from nlu.components.channel import CounterInput, shape_problem, text_of_line, text_of_tap
from nlu.components.turn import current_turn

TOKEN = "token-of-the-test-0123456789"
TURN = {"v": 1, "sender": "s" * 20, "turn": "t" * 20, "language": "en"}

Answer = Tuple[int, Dict[str, Any]]
Handler = Callable[[UserMessage], Awaitable[Any]]


async def _post(handler: Handler, body: Any, token: str = TOKEN) -> Answer:
    route = next(iter(CounterInput(TOKEN).blueprint(handler)._future_routes))
    assert (route.uri, set(route.methods)) == ("/webhook", {"POST"})
    data = (body if isinstance(body, str) else json.dumps(body)).encode()
    response = await route.handler(SimpleNamespace(headers={"authorization": f"Bearer {token}"}, body=data))
    return response.status, json.loads(response.body)


class Dialogue:
    """Stands in for the agent: remembers messages, answers with one template, notes what the pipeline would."""

    def __init__(self) -> None:
        self.messages: List[UserMessage] = []

    async def __call__(self, message: UserMessage) -> None:
        self.messages.append(message)
        notes = current_turn.get()
        assert notes is not None
        notes.intent, notes.confidence, notes.language = "greet", 0.75, "id"
        await message.output_channel.send_custom_json(message.sender_id, {"v": 1, "template": "greet"})
        await message.output_channel.send_text_message(message.sender_id, "never shown")


def test_a_line_is_answered_with_what_was_understood(run: Callable) -> None:
    dialogue = Dialogue()
    status, reply = run(_post(dialogue, {**TURN, "text": "halo"}))
    assert status == 200
    assert reply == {
        "v": 1,
        "replies": [{"v": 1, "template": "greet"}],
        "intent": "greet",
        "confidence": 0.75,
        "language": "id",
    }
    assert dialogue.messages[0].metadata == {"turn": "t" * 20, "language": "en"}


def test_zhuyin_typed_on_an_english_keyboard_is_read_as_chinese(run: Callable) -> None:
    dialogue = Dialogue()
    assert run(_post(dialogue, {**TURN, "text": "ji3c96fu042ji gl3?"}))[0] == 200
    assert dialogue.messages[0].text == "我還欠多少?"


def test_a_tap_becomes_its_intent_with_certainty(run: Callable) -> None:
    dialogue = Dialogue()
    status, reply = run(
        _post(dialogue, {**TURN, "intent": {"name": "change_language", "entities": {"language": "vi"}}})
    )
    assert status == 200
    assert dialogue.messages[0].text == '/change_language{"language": "vi"}'
    assert (reply["intent"], reply["confidence"], reply["language"]) == ("change_language", 1.0, "en")


@pytest.mark.parametrize(
    "text", ["/confirm_binding", "  /confirm_binding", "\u3000/query_arrears{}", "\n/restart", "//x"]
)
def test_a_line_never_acts_as_a_tap(run: Callable, text: str) -> None:
    dialogue = Dialogue()
    status, _ = run(_post(dialogue, {**TURN, "text": text}))
    assert status == 200
    assert not dialogue.messages[0].text.startswith("/")


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", TOKEN[:-1]])
def test_without_the_token_nobody_comes_in(run: Callable, token: str) -> None:
    dialogue = Dialogue()
    status, _ = run(_post(dialogue, {**TURN, "text": "hi"}, token=token))
    assert status == 401
    assert dialogue.messages == []


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        {**TURN},
        {**TURN, "text": "a", "intent": {"name": "greet"}},
        {**TURN, "text": "a", "language": "fr"},
        {**TURN, "text": "a", "sender": "short"},
        {**TURN, "text": "a" * 2001},
        {**TURN, "text": "a", "extra": 1},
        {**TURN, "intent": {"name": "Greet"}},
        {**TURN, "intent": {"name": "greet", "entities": {"a": {}}}},
        {**TURN, "intent": {"name": "greet{}@1"}},
    ],
)
def test_bad_shapes_are_refused_without_repeating_them(run: Callable, body: Any) -> None:
    dialogue = Dialogue()
    status, reply = run(_post(dialogue, body))
    assert status == 400
    assert reply["error"] == "malformed"
    assert dialogue.messages == []


def test_a_failing_dialogue_says_so_and_logs_no_text(run: Callable, caplog: pytest.LogCaptureFixture) -> None:
    async def fail(message: UserMessage) -> None:
        raise ValueError(message.text)

    with caplog.at_level(logging.DEBUG):
        status, reply = run(_post(fail, {**TURN, "text": "CANARY-A123456789"}))
    assert (status, reply) == (500, {"error": "turn_failed"})
    assert "CANARY" not in caplog.text


def test_an_empty_token_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="RASA_TOKEN"):
        CounterInput.from_credentials({"token": ""})


def test_texts_of_taps_and_lines() -> None:
    assert text_of_tap("greet", {}) == "/greet"
    assert text_of_line("a/b") == "a/b"
    assert len(text_of_line("/abc")) == 4
    assert shape_problem({**TURN, "text": "hi"}) is None
