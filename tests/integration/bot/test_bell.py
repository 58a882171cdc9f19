"""The short way to the queue: workers get what Celery itself would have sent, together with the mail."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import redis
from celery import Celery

from bot.events import Event
from bot.mailbox import Bell, Mailbox
from bot.workers.queue import QUEUE, QUEUE_PREFIX, bell_with, configured, enqueue_with
from nhi_core.security import Sealer, sandbox_rings
from nhi_core.settings import Settings
from tests.factories import events

LIST = QUEUE_PREFIX + QUEUE
NOW = datetime(2026, 9, 10, 2, tzinfo=UTC)


@pytest.fixture
def celery(redis_url: str) -> Celery:
    return configured(Settings.load(env_file=None, NHI_REDIS_URL=redis_url))


@pytest.fixture
def bell(celery: Celery) -> Bell:
    return bell_with(celery)


def queued(client: redis.Redis) -> list[dict[str, Any]]:
    return [json.loads(one) for one in client.lrange(LIST, 0, -1)]  # type: ignore[union-attr]


def body_of(message: dict[str, Any]) -> list[Any]:
    body: list[Any] = json.loads(base64.b64decode(message["body"]))
    return body


def masked(message: dict[str, Any]) -> dict[str, Any]:
    """Without what is new for each message."""
    ids = {"id", "root_id", "correlation_id", "delivery_tag"}
    return {
        name: masked(value) if isinstance(value, dict) else "…" if name in ids else value
        for name, value in message.items()
    }


def test_the_message_is_the_one_that_celery_sends(client: redis.Redis, celery: Celery, bell: Bell) -> None:
    enqueue_with(celery)("a1b2c3")
    key, message = bell("a1b2c3")
    assert key == LIST
    client.lpush(key, message)
    ours, theirs = queued(client)
    assert masked(ours) == masked(theirs)
    assert body_of(ours) == body_of(theirs)
    assert body_of(ours)[0] == ["a1b2c3"]


def test_every_message_is_a_task_of_its_own(bell: Bell) -> None:
    first, second = (json.loads(bell("a1")[1]) for _ in range(2))
    for message in (first, second):
        assert (
            message["headers"]["id"]
            == message["headers"]["root_id"]
            == message["properties"]["correlation_id"]
        )
    assert first["headers"]["id"] != second["headers"]["id"]
    assert first["properties"]["delivery_tag"] != second["properties"]["delivery_tag"]


def test_mail_and_task_arrive_together_one_task_a_box(client: redis.Redis, bell: Bell) -> None:
    mailbox = Mailbox(client, Sealer(sandbox_rings().seal), bell)
    one, two, other = (Event.of(events.text(text), NOW) for text in ("一", "二", "三"))
    assert mailbox.append([("a", one), ("b", other), ("a", two)], NOW) == ["a", "b"]
    assert sorted(body_of(message)[0][0] for message in queued(client)) == ["a", "b"]
    assert (mailbox.length("a"), mailbox.length("b")) == (2, 1)


def test_a_redelivery_rings_again(client: redis.Redis, bell: Bell) -> None:
    mailbox = Mailbox(client, Sealer(sandbox_rings().seal), bell)
    event = Event.of(events.text("一"), NOW)
    mailbox.append([("a", event)], NOW)
    client.delete(LIST)
    mailbox.append([("a", event)], NOW)
    assert len(queued(client)) == 1
    assert mailbox.length("a") == 1
