"""The webhook: who may call it, what it stores, and what it answers when something is wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from kombu.exceptions import OperationalError

from bot import webhook
from bot.app import MAX_BODY, finish_app
from bot.events import Event
from bot.webhook import signature_of
from nhi_core.domain.errors import CacheUnavailable
from tests.factories import canary, events
from tests.fakes.clock import FakeClock
from tests.fakes.fingerprints import FakeFingerprints

SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
OFFICIAL_BODY = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
OFFICIAL_SIGNATURE = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="


@dataclass
class FakeMailbox:
    """Keeps what is appended; an event id is taken once."""

    mails: list[tuple[str, Event]] = field(default_factory=list)
    away: bool = False

    def append(self, mails: list[tuple[str, Event]], now: datetime) -> list[str]:
        if self.away:
            raise CacheUnavailable("gone")
        known = {event.id for _, event in self.mails}
        self.mails += [(box, event) for box, event in mails if event.id not in known]
        return list(dict.fromkeys(box for box, _ in mails))


@dataclass
class Bench:
    """A web process with the webhook alone."""

    mailbox: FakeMailbox
    queued: list[str]
    client: FlaskClient
    queue_error: Exception | None = None

    def post(self, body: bytes | dict[str, Any], signature: str | None = None, **headers: str) -> int:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        signed = {"x-line-signature": signature or signature_of(SECRET.encode(), data)} | headers
        return self.client.post("/line/webhook", data=data, headers=signed).status_code


@pytest.fixture
def bench() -> Bench:
    app = Flask("bot")
    found = Bench(FakeMailbox(), [], app.test_client())

    def enqueue(mailbox_id: str) -> None:
        if found.queue_error is not None:
            raise found.queue_error
        found.queued.append(mailbox_id)

    app.register_blueprint(
        webhook.blueprint(
            channel_secret=SECRET, mailbox=found.mailbox, fingerprints=FakeFingerprints(),  # type: ignore[arg-type]
            clock=FakeClock(), enqueue=enqueue,
        )
    )  # fmt: skip
    finish_app(app)
    return found


def delivery(*raws: object) -> dict[str, Any]:
    return {"destination": "U" + "0" * 32, "events": list(raws)}


def test_lines_own_signature_example() -> None:
    assert signature_of(SECRET.encode(), OFFICIAL_BODY) == OFFICIAL_SIGNATURE


def test_a_connection_check_without_events_is_fine(bench: Bench) -> None:
    assert bench.post(OFFICIAL_BODY, OFFICIAL_SIGNATURE) == 200
    assert bench.queued == []


@pytest.mark.parametrize(
    "signature", ["wrong", OFFICIAL_SIGNATURE[:-2] + "t=", " ", "ü", OFFICIAL_SIGNATURE.lower()]
)
def test_a_wrong_signature_is_refused_and_nothing_is_queued(bench: Bench, signature: str) -> None:
    assert bench.post(delivery(events.text("hi")), signature) == 401
    assert (bench.mailbox.mails, bench.queued) == ([], [])


def test_a_missing_signature_is_refused_before_anything_is_read(bench: Bench) -> None:
    assert bench.client.post("/line/webhook", data=b"{").status_code == 401


def test_a_signature_is_good_for_its_own_bytes_only(bench: Bench) -> None:
    assert bench.post(OFFICIAL_BODY + b" ", OFFICIAL_SIGNATURE) == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"events"',
        b"{}",
        b'{"events":{}}',
        b'{"events":null}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_signed_but_not_lines_form_is_400(bench: Bench, body: bytes) -> None:
    assert bench.post(body) == 400
    assert bench.queued == []


def test_a_body_over_a_megabyte_is_413(bench: Bench) -> None:
    assert bench.post(b'{"events":[' + b" " * MAX_BODY + b"]}") == 413


def test_the_method_is_post(bench: Bench) -> None:
    assert bench.client.get("/line/webhook").status_code == 405


def test_redis_away_is_503_so_that_line_delivers_again(bench: Bench) -> None:
    bench.mailbox.away = True
    assert bench.post(delivery(events.text("hi"))) == 503


@pytest.mark.parametrize("error", [OperationalError("gone"), OSError("gone")])
def test_a_queue_that_is_away_is_503_and_the_mail_is_kept(bench: Bench, error: Exception) -> None:
    bench.queue_error = error
    raw = events.text("hi")
    assert bench.post(delivery(raw)) == 503
    bench.queue_error = None
    assert bench.post(delivery(raw)) == 200
    assert len(bench.mailbox.mails) == 1
    assert len(bench.queued) == 1


def test_several_peoples_events_go_to_their_own_mailboxes_in_order(bench: Bench) -> None:
    raws = [events.text("1"), events.text("2", user=events.OTHER), events.text("3")]
    assert bench.post(delivery(*raws)) == 200
    boxes = [box for box, _ in bench.mailbox.mails]
    assert boxes[0] == boxes[2] != boxes[1]
    assert [event.id for _, event in bench.mailbox.mails] == [raw["webhookEventId"] for raw in raws]
    assert len(bench.queued) == 2


def test_a_group_has_one_mailbox_whoever_writes(bench: Bench) -> None:
    bench.post(
        delivery(
            events.text("1", group=events.GROUP), events.text("2", user=events.OTHER, group=events.GROUP)
        )
    )
    assert len({box for box, _ in bench.mailbox.mails}) == 1


def test_no_line_id_is_queued(bench: Bench) -> None:
    bench.post(delivery(events.text("hi", user=canary.LINE_USER_ID)))
    assert canary.LINE_USER_ID not in bench.queued[0]


@pytest.mark.parametrize(
    "raw",
    [
        {"type": "somethingNew", "webhookEventId": "01JNEW"},
        {"type": "accountLink", "link": {"result": "failed"}},
        {"type": 5, "source": "nobody", "message": [], "webhookEventId": {"a": 1}},
        {"type": "message", "message": {"type": "hologram"}, "source": {"type": "user", "userId": "U1"}},
        {},
    ],
)
def test_events_we_do_not_know_are_taken_and_kept(bench: Bench, raw: dict[str, Any]) -> None:
    assert bench.post(delivery(raw)) == 200
    assert len(bench.mailbox.mails) == 1


def test_an_event_that_is_no_object_is_passed_over(bench: Bench) -> None:
    assert bench.post(delivery("x", None, 3, events.text("hi"))) == 200
    assert len(bench.mailbox.mails) == 1


def test_an_event_without_an_id_has_the_same_one_each_time(bench: Bench) -> None:
    raw = {"type": "accountLink", "link": {"result": "failed"}}
    bench.post(delivery(raw))
    bench.post(delivery(raw))
    assert len(bench.mailbox.mails) == 1


def test_refusals_are_json_with_safe_headers_and_say_nothing_of_the_request(bench: Bench) -> None:
    answer = bench.client.post("/line/webhook?x=secret", data=b"{}")
    assert answer.get_json() == {"error": "unauthorized"}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert bench.client.get("/nowhere").get_json() == {"error": "not_found"}
