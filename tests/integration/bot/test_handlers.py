"""Each kind of event has an answer or a recorded reason, one to one and in groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot.handlers.follow import spoken
from bot.rasa import RasaDown
from nhi_core.domain.errors import CacheUnavailable
from tests.factories import events
from tests.factories.events import GROUP, OTHER, USER, event, message, text
from tests.integration.bot.conftest import Bench
from tests.integration.bot.test_turn import words_of

Raw = Mapping[str, Any]
US = {"mention": {"mentionees": [{"index": 0, "length": 4, "type": "user", "isSelf": True}]}}
SOMEBODY = {"mention": {"mentionees": [{"index": 0, "length": 4, "type": "user", "userId": OTHER}]}}


def edited(words: str, group: str | None = None, **fields: Any) -> dict[str, Any]:
    body = {"type": "text", "id": "9", "text": words, "quoteToken": "q", **fields}
    return event("messageEdited", group=group, message=body)


ONE_TO_ONE: Mapping[str, tuple[dict[str, Any], str | None]] = {
    "text": (text("你好"), "greet"),
    "text of spaces": (text("　 \n"), "help"),
    "sticker": (message("sticker", packageId="1", stickerId="2"), "sticker_received"),
    "image": (message("image", contentProvider={"type": "line"}), "media_received"),
    "first of a set": (message("image", imageSet={"id": "a", "index": 1, "total": 2}), "media_received"),
    "second of a set": (message("image", imageSet={"id": "a", "index": 2, "total": 2}), None),
    "video": (message("video", duration=1), "media_received"),
    "audio": (message("audio", duration=1), "media_received"),
    "file": (message("file", fileName="a.pdf", fileSize=1), "media_received"),
    "location": (message("location", latitude=25.0, longitude=121.5), "location_received"),
    "message of a new type": (message("hologram"), "unknown_event"),
    "follow": (event("follow", follow={"isUnblocked": True}), "welcome"),
    "unfollow": (event("unfollow", replyToken=None), None),
    "unsend": (event("unsend", replyToken=None, unsend={"messageId": "1"}), None),
    "edited": (edited("你好"), "edited_ack"),
    "menu switched": (events.tap("x", newRichMenuAliasId="en", status="SUCCESS"), None),
    "account linked": (event("accountLink", link={"result": "ok", "nonce": "n"}), "link_failed"),
    "account link failed": (event("accountLink", user=None, source=None, replyToken=None), None),
    "beacon": (event("beacon", beacon={"hwid": "a", "type": "enter"}), None),
    "things": (event("things", things={"deviceId": "t", "type": "link"}), None),
    "film watched": (event("videoPlayComplete", videoPlayComplete={"trackingId": "t"}), None),
    "new kind": (event("somethingNew"), "unknown_event"),
    "new kind without a token": (event("somethingNew", replyToken=None), None),
    "new kind from nobody": (event("somethingNew", user=None, source=None), "unknown_event"),
    "standby": (text("你好") | {"mode": "standby"}, None),
}
IN_GROUPS: Mapping[str, tuple[dict[str, Any], str | None]] = {
    "chatter": (text("中午吃什麼", group=GROUP), None),
    "chatter about us": (text("健保費好貴", group=GROUP), None),
    "mention of us": (text("@健保 我欠多少", group=GROUP, **US), "group_help"),
    "mention of another": (text("@小明 早", group=GROUP, **SOMEBODY), None),
    "command": (text("小幫手 你會什麼", group=GROUP), "group_help"),
    "command in full width": (text("／ｈｅｌｐ", group=GROUP), "group_help"),
    "nearly a command": (text("/helpful", group=GROUP), None),
    "sticker": (message("sticker", group=GROUP), None),
    "image": (message("image", group=GROUP), None),
    "tap": (events.tap("v=1&s=menu&i=query_arrears", group=GROUP), "group_help"),
    "tap by nobody we know": (events.tap("x", user=None, group=GROUP), "group_help"),
    "join": (event("join", user=None, group=GROUP), "group_hello"),
    "leave": (event("leave", user=None, group=GROUP, replyToken=None), None),
    "member joined": (event("memberJoined", user=None, group=GROUP, joined={"members": []}), None),
    "member left": (event("memberLeft", user=None, group=GROUP, replyToken=None), None),
    "unsend": (event("unsend", group=GROUP, replyToken=None, unsend={"messageId": "1"}), None),
    "edited chatter": (edited("早", group=GROUP), None),
    "edited mention": (edited("@健保", group=GROUP, **US), "edited_ack"),
    "new kind": (event("somethingNew", group=GROUP), None),
}


@pytest.mark.parametrize(("raw", "template"), ONE_TO_ONE.values(), ids=ONE_TO_ONE.keys())
def test_one_to_one(bench: Bench, raw: dict[str, Any], template: str | None) -> None:
    bench.work(raw)
    assert bench.said() == ([] if template is None else [words_of(template)])
    assert bench.ending(raw) == ("ignored" if template is None else "answered")
    assert bench.line.pushes == []
    assert bench.mailbox.pending() == 0


@pytest.mark.parametrize(("raw", "template"), IN_GROUPS.values(), ids=IN_GROUPS.keys())
def test_in_groups_only_when_spoken_to_and_never_anything_personal(
    bench: Bench, raw: dict[str, Any], template: str | None
) -> None:
    bench.work(raw)
    assert bench.said() == ([] if template is None else [words_of(template)])
    assert bench.ending(raw) == ("ignored" if template is None else "answered")
    assert bench.rasa.asked == []
    assert bench.line.loadings == []


def test_a_late_answer_in_a_group_is_not_pushed(bench: Bench) -> None:
    raw = text("小幫手", group=GROUP)
    bench.post(raw)
    bench.clock.advance(minutes=3)
    bench.sweep()
    assert (bench.line.replies, bench.line.pushes) == ([], [])
    assert bench.ending(raw) == "unanswered"


def test_a_block_is_noted_and_taken_back_by_a_new_follow(bench: Bench) -> None:
    bench.work(event("unfollow", replyToken=None))
    assert bench.core.conversations.open("line", USER).blocked
    bench.work(event("follow"))
    assert not bench.core.conversations.open("line", USER).blocked


def test_a_parked_message_that_its_sender_takes_back_is_forgotten(bench: Bench) -> None:
    bench.rasa.failure = RasaDown("gone")
    raw = text("我的秘密")
    bench.work(raw)
    unsend = event("unsend", replyToken=None, unsend={"messageId": raw["message"]["id"]})
    bench.work(unsend)
    assert not bench.core.redis.keys("nhi:vault:parked:*")
    assert bench.ending(raw) == "ignored"
    assert bench.ending(unsend) == "ignored"


def test_somebody_elses_unsend_forgets_nothing(bench: Bench) -> None:
    bench.rasa.failure = RasaDown("gone")
    raw = text("我的秘密")
    bench.work(raw)
    unsend = event("unsend", user=OTHER, replyToken=None, unsend={"messageId": raw["message"]["id"]})
    bench.work(unsend)
    assert len(bench.core.redis.keys("nhi:vault:parked:*")) == 1


def test_with_redis_failing_in_a_turn_there_is_still_an_apology(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise CacheUnavailable("gone")

    monkeypatch.setattr(bench.core.vault, "put", gone)
    raw = text("你好")
    bench.work(raw)
    assert bench.said() == [words_of("apology")]
    assert bench.ending(raw) == "apologised"


@pytest.mark.parametrize(
    ("told", "language"),
    [
        ("zh-TW", "zh-TW"), ("zh-Hant", "zh-TW"), ("zh_CN", "zh-TW"), ("en-GB", "en"), ("id", "id"),
        ("vi-VN", "vi"), ("th", "th"), ("ja", "en"), ("", None), (None, None), (5, None),
    ],
)  # fmt: skip
def test_the_first_language_is_the_nearest_we_speak(told: object, language: str | None) -> None:
    assert spoken(told) == language
