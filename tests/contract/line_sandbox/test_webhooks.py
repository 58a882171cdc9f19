"""Webhooks as LINE delivers them, read with LINE's own SDK."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from linebot.v3 import SignatureValidator, WebhookParser
from linebot.v3.models import UnknownEvent
from linebot.v3.webhooks import models

from line_sandbox.config import SANDBOX_SECRET, SANDBOX_TOKEN
from line_sandbox.testing import OFFICE_GROUP, Sandbox
from tests.contract.line_sandbox.receiver import Receiver, receiving

pytestmark = pytest.mark.net
CHEN = Sandbox.person("chen")
CLERK = Sandbox.person("clerk-1")


@pytest.fixture
def bot() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@pytest.fixture
def line(bot: Receiver) -> Iterator[Sandbox]:
    with Sandbox.started(webhook_url=bot.url, redelivery_delays=(0.05, 0.05), webhook_timeout=0.4) as sandbox:
        yield sandbox


def reply(line: Sandbox, token: str) -> int:
    return requests.post(
        f"{line.url}/v2/bot/message/reply",
        json={"replyToken": token, "messages": [{"type": "text", "text": "好"}]},
        headers={"Authorization": f"Bearer {SANDBOX_TOKEN}"},
        timeout=5,
    ).status_code


ACTS: list[tuple[dict[str, Any], type]] = [
    ({"kind": "text", "as": CHEN, "text": "您好"}, models.MessageEvent),
    ({"kind": "sticker", "as": CHEN}, models.MessageEvent),
    ({"kind": "location", "as": CHEN, "latitude": 25.0, "longitude": 121.5}, models.MessageEvent),
    ({"kind": "postback", "as": CHEN, "data": "x", "params": {"date": "2026-01-01"}}, models.PostbackEvent),
    ({"kind": "block", "as": CHEN}, models.UnfollowEvent),
    ({"kind": "follow", "as": CHEN}, models.FollowEvent),
    ({"kind": "leave", "chat": OFFICE_GROUP}, models.LeaveEvent),
    ({"kind": "join", "chat": OFFICE_GROUP}, models.JoinEvent),
    ({"kind": "memberJoined", "chat": OFFICE_GROUP, "users": [CHEN]}, models.MemberJoinedEvent),
    ({"kind": "memberLeft", "chat": OFFICE_GROUP, "users": [CHEN]}, models.MemberLeftEvent),
    ({"kind": "raw", "as": CHEN, "event": {"type": "somethingNew"}}, UnknownEvent),
]


def test_the_sdk_reads_and_trusts_every_event(bot: Receiver, line: Sandbox) -> None:
    line.act(*(act for act, _ in ACTS), together=True)
    bot.wait(1)
    signature, body = bot.requests[0]
    assert SignatureValidator(SANDBOX_SECRET).validate(body.decode(), signature)
    events = WebhookParser(SANDBOX_SECRET).parse(body.decode(), signature)
    assert [type(event) for event in events] == [kind for _, kind in ACTS]


def test_the_sdk_reads_edits_and_unsends(bot: Receiver, line: Sandbox) -> None:
    sent = line.text(CLERK, "@健保櫃檯小幫手 您好", chat=OFFICE_GROUP)
    mine = {"as": CLERK, "chat": OFFICE_GROUP, "messageId": sent["message"]["id"]}
    line.act({"kind": "edit", **mine, "text": "新"}, {"kind": "unsend", **mine})
    bot.wait(3)
    parser = WebhookParser(SANDBOX_SECRET)
    events = [parser.parse(body.decode(), signature)[0] for signature, body in bot.requests]
    assert [event.type for event in events] == ["message", "messageEdited", "unsend"]
    assert events[0].message.mention.mentionees[0].is_self is True
    assert events[0].source.group_id == OFFICE_GROUP


def test_the_destination_is_the_bot(bot: Receiver, line: Sandbox) -> None:
    line.text(CHEN, "x")
    assert bot.wait(1)[0]["destination"] == line.state()["bot"]["userId"]


def test_one_person_is_heard_in_order(bot: Receiver, line: Sandbox) -> None:
    for number in range(10):
        line.text(CHEN, str(number))
    told = [body["events"][0]["message"]["text"] for body in bot.wait(10)]
    assert told == [str(number) for number in range(10)]


def test_a_failed_delivery_is_not_repeated_by_default(bot: Receiver, line: Sandbox) -> None:
    bot.statuses = [500]
    line.text(CHEN, "x")
    assert line.settle()
    [entry] = line.journal("webhook")
    assert (entry["reason"], entry["status"]) == ("ERROR_STATUS_CODE", 500)
    assert len(bot.requests) == 1


def test_redelivery_repeats_the_same_event_until_it_is_taken(bot: Receiver, line: Sandbox) -> None:
    line.options(redelivery=True)
    bot.statuses = [500, 503]
    line.text(CHEN, "x")
    first, second, third = (body["events"][0] for body in bot.wait(3))
    assert [e["deliveryContext"]["isRedelivery"] for e in (first, second, third)] == [False, True, True]
    for again in (second, third):
        assert {**again, "deliveryContext": None} == {**first, "deliveryContext": None}
    assert line.settle()
    assert reply(line, third["replyToken"]) == 200


def test_redelivery_ends_after_a_few_tries(bot: Receiver, line: Sandbox) -> None:
    line.options(redelivery=True)
    bot.statuses = [500] * 9
    line.text(CHEN, "x")
    bot.wait(3)
    assert line.settle()
    assert [e["attempt"] for e in line.journal("webhook")] == [1, 2, 3]


def test_a_redelivered_token_lives_anew_but_not_for_ever(bot: Receiver, line: Sandbox) -> None:
    line.options(redelivery=True, delays=[0.2])
    bot.statuses = [500]
    event = line.text(CHEN, "x")
    assert line.settle()
    line.advance(61)
    bot.wait(2)
    assert line.settle()
    assert reply(line, event["replyToken"]) == 200
    bot.statuses = [500]
    late = line.text(CHEN, "y")
    bot.wait(3)
    line.advance(21 * 60)
    bot.wait(4)
    assert line.settle()
    assert reply(line, late["replyToken"]) == 400


def test_a_slow_bot_is_a_timeout(bot: Receiver, line: Sandbox) -> None:
    bot.delay = 0.8
    line.text(CHEN, "x")
    assert line.settle()
    assert line.journal("webhook")[0]["reason"] == "REQUEST_TIMEOUT"


def test_a_bot_that_is_down_loses_nothing_in_the_sandbox(line: Sandbox) -> None:
    line.options(webhookUrl="http://127.0.0.1:9/")
    line.text(CHEN, "x")
    assert line.settle()
    assert line.journal("webhook")[0]["reason"] == "COULD_NOT_CONNECT"
    assert [m["body"]["text"] for m in line.chat(CHEN)] == ["x"]


def test_the_default_limit_is_two_seconds() -> None:
    from line_sandbox.config import SandboxConfig

    assert SandboxConfig().webhook_timeout == 2.0
