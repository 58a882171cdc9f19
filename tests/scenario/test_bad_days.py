"""Bad input and failing parts: the person always hears something, nothing is lost, nothing is said twice."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from tests.plugins.product import Json, Product, button, buttons, texts

pytestmark = pytest.mark.stack


def post(
    product: Product, body: bytes, *, signature: str | None = None, sign: bool = True
) -> requests.Response:
    secret = product.stack.secrets()["line_secret"].encode()
    made = base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()
    headers = {"content-type": "application/json"}
    if sign:
        headers["x-line-signature"] = signature or made
    return requests.post(
        f"http://127.0.0.1:{product.stack.ports['web']}/line/webhook", data=body, headers=headers, timeout=5
    )


def envelope(*events: Json) -> bytes:
    return json.dumps({"destination": "U" + "0" * 32, "events": list(events)}).encode()


def test_an_empty_delivery_is_a_connection_check(product: Product) -> None:
    assert post(product, envelope()).status_code == 200


@pytest.mark.parametrize("signature", ["x", "AAAA", "not base64 at all ü".encode().hex()])
def test_a_wrong_signature_is_refused(product: Product, signature: str) -> None:
    assert post(product, envelope(), signature=signature).status_code == 401
    assert post(product, envelope(), sign=False).status_code == 401


def test_a_body_over_a_megabyte_is_refused(product: Product) -> None:
    assert post(product, b'{"events":["' + b"x" * 1_100_000 + b'"]}').status_code == 413


def test_malformed_json_is_refused(product: Product) -> None:
    assert post(product, b'{"events": [').status_code == 400


def test_an_unknown_kind_of_event_is_accepted(product: Product) -> None:
    event = {
        "type": "somethingNew", "mode": "active", "timestamp": 1,
        "webhookEventId": "01JUNKNOWNEVENT00000000000",
        "deliveryContext": {"isRedelivery": False}, "source": {"type": "user", "userId": "U" + "1" * 32},
    }  # fmt: skip
    assert post(product, envelope(event)).status_code == 200


def test_an_event_that_comes_twice_is_answered_once(product: Product) -> None:
    person = product.line.person("clerk-7")
    event = product.line.text(person, "你好")
    product.line.wait_for_reply(person)
    before = len(product.line.history(person))
    again = {**event, "deliveryContext": {"isRedelivery": True}}
    assert post(product, envelope(again, again)).status_code == 200
    time.sleep(1.5)
    assert len(product.line.history(person)) == before


def test_one_persons_lines_are_answered_in_order(product: Product) -> None:
    person = product.line.person("clerk-8")
    lines = ["你好", "你可以做什麼", "真人客服", "謝謝", "掰掰", "你好"]
    expected = [texts(product.say("clerk-9", line)) for line in lines]
    before = len(product.line.history(person))
    for line in lines:
        product.line.text(person, line)
    deadline = time.monotonic() + 15
    while len(product.line.history(person)) - before < len(lines) and time.monotonic() < deadline:
        time.sleep(0.1)
    heard = [texts([message]) for message in product.line.history(person)[before:]]
    assert [text.splitlines()[0] for text in heard][: len(lines)] == [
        text.splitlines()[0] for text in expected
    ]


def await_ready(product: Product, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not product.stack.ready()["ready"]:
        assert time.monotonic() < deadline, product.stack.ready()
        time.sleep(0.3)


@contextmanager
def without(product: Product, process: str) -> Iterator[None]:
    product.stack.supervise("stop", process)
    try:
        yield
    finally:
        product.stack.supervise("start", process)
        await_ready(product)


@pytest.mark.parametrize("process", ["rasa", "actions"])
def test_without_the_engine_there_is_an_apology_and_then_recovery(product: Product, process: str) -> None:
    product.say("clerk-10", "你好")
    product.bind("clerk-10", "in_grace")
    with without(product, process):
        began = time.monotonic()
        sorry = product.say("clerk-10", "我還欠多少健保費")
        assert time.monotonic() - began < 3.5
        retry = button(sorry, "retry")
        ready = product.stack.ready()
        assert not ready["ready"]
        assert ready["parts"][process]["ok"] is False
    answer = product.tap("clerk-10", retry)
    assert "健保費" in texts(answer)
    assert [data for data in buttons(answer) if "i=estimate_late_fee" in data or "i=query" in data]


def test_without_redis_line_comes_again_and_the_message_is_answered(product: Product) -> None:
    person = product.line.person("clerk-11")
    product.say("clerk-11", "你好")
    product.line.options(redelivery=True)
    with without(product, "redis"):
        assert post(product, envelope({
            "type": "message", "mode": "active", "timestamp": 1,
            "webhookEventId": "01JREDISAWAY00000000000000",
            "deliveryContext": {"isRedelivery": False}, "source": {"type": "user", "userId": person},
            "replyToken": "0" * 32, "message": {"type": "text", "id": "1", "text": "你好", "quoteToken": "q"},
        })).status_code == 503  # fmt: skip
        product.line.text(person, "真人客服")
        time.sleep(1)
    assert "0800-030-598" in texts(product.line.wait_for_reply(person, timeout=30))
