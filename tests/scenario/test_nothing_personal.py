"""After a conversation, no process has written down who it was with or what is owed."""

from __future__ import annotations

import json

import pytest
import redis
import requests

from tests.plugins.canary import needles_for, traces_in
from tests.plugins.product import Product, nodes

ID = "A123456789"
PHONE = "0912345678"
EMAIL = "somebody@example.test"

pytestmark = pytest.mark.stack


def test_no_process_writes_down_who_it_was_with(product: Product) -> None:
    person = product.line.person("clerk-2")
    product.bind("clerk-2", "fee_capped")
    card = product.say("clerk-2", "我還欠多少健保費")
    product.say("clerk-2", f"我的身分證是 {ID} 電話 {PHONE} 信箱 {EMAIL}")
    amounts = {
        int(part.replace(",", ""))
        for node in nodes(card)
        for part in str(node.get("text", "")).split()
        if part.replace(",", "").isdigit() and len(part.replace(",", "")) >= 4
    }
    names = {line.split()[-1] for line in product.stack.cli("people").splitlines() if "fee_capped" in line}
    assert names
    needles = needles_for([ID, PHONE, EMAIL, person], amounts)
    places = {
        "the logs": product.logs(),
        "redis": redis_text(product),
        "rasa's trackers": trackers(product),
    }
    assert {place: traces for place, text in places.items() if (traces := traces_in(text, needles))} == {}


def redis_text(product: Product) -> str:
    """Return every key and value in Redis, as text."""
    secret, port = product.stack.secrets(), product.stack.ports["redis"]
    parts = []
    for number in (0, 1):
        with redis.Redis(port=port, db=number, username="app", password=secret["redis_app"]) as store:
            for key in store.scan_iter("*", count=1000):
                parts.append(f"{key!r} {dump(store, key)}")
    assert parts
    return "\n".join(parts)


def dump(store: redis.Redis, key: bytes) -> str:
    match store.type(key):
        case b"string":
            return repr(store.get(key))
        case b"list":
            return repr(store.lrange(key, 0, -1))
        case b"hash":
            return repr(store.hgetall(key))
        case b"set":
            return repr(store.smembers(key))
        case b"zset":
            return repr(store.zrange(key, 0, -1))
        case other:
            return repr(other)


def trackers(product: Product) -> str:
    """Return what Rasa has kept of all conversations, asked through its own API and store."""
    secret, port = product.stack.secrets(), product.stack.ports
    with redis.Redis(port=port["redis"], db=1, username="app", password=secret["redis_app"]) as store:
        keys = list(store.scan_iter("rasa:*"))
        stored = [dump(store, key) for key in keys]
    assert stored, "Rasa keeps its trackers in Redis"
    answer = requests.get(
        f"http://127.0.0.1:{port['rasa']}/conversations/nobody/tracker",
        params={"token": secret["rasa_token"]},
        timeout=5,
    )
    return "\n".join(stored) + json.dumps(answer.json())


def test_rasa_cannot_read_what_is_not_its_own(product: Product) -> None:
    secret, port = product.stack.secrets(), product.stack.ports["redis"]
    with redis.Redis(port=port, db=0, username="rasa", password=secret["redis_rasa"]) as store:
        try:
            store.get("mailbox:whatever")
        except redis.exceptions.NoPermissionError:
            return
    raise AssertionError("Rasa's Redis user read a key that is not its own")
