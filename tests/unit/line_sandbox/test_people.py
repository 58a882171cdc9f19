"""What people do becomes the event LINE would send; reply tokens only where LINE gives them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from line_sandbox.ids import stable_id
from line_sandbox.signing import sign
from line_sandbox.testing import OFFICE_GROUP
from tests.unit.line_sandbox.conftest import Line

CHEN = stable_id("U", "chen")
CLERK = stable_id("U", "clerk-1")


def png(width: int = 40, height: int = 30) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#0a0").save(out, "PNG")
    return out.getvalue()


def upload(line: Line, *files: tuple[bytes, str, str], user: str = CHEN, pending: int = 0) -> list[Any]:
    data = {"as": user, "pending": pending, "files": [(io.BytesIO(d), n, t) for d, n, t in files]}
    answer = line.client.post("/_sandbox/files", data=data)
    assert answer.status_code == 200, answer.text
    events: list[Any] = answer.get_json()["events"]
    return events


def test_the_official_signature_vector() -> None:
    body = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
    assert sign("8c570fa6dd201bb328f1c1eac23a96d8", body) == "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="


def test_a_text_has_all_that_line_tells(line: Line) -> None:
    event = line.act(kind="text", **{"as": CHEN}, text="您好")
    assert event["source"] == {"type": "user", "userId": CHEN}
    assert event["mode"] == "active"
    assert event["deliveryContext"] == {"isRedelivery": False}
    assert len(event["webhookEventId"]) == 26
    assert {"id", "type", "text", "quoteToken", "markAsReadToken"} == set(event["message"])


@pytest.mark.parametrize(
    ("act", "token"),
    [
        ({"kind": "text", "as": CHEN, "text": "x"}, True),
        ({"kind": "postback", "as": CHEN, "data": "x"}, True),
        ({"kind": "follow", "as": CHEN}, True),
        ({"kind": "block", "as": CHEN}, False),
        ({"kind": "join", "chat": OFFICE_GROUP}, True),
        ({"kind": "leave", "chat": OFFICE_GROUP}, False),
        ({"kind": "memberJoined", "chat": OFFICE_GROUP, "users": [CHEN]}, True),
        ({"kind": "memberLeft", "chat": OFFICE_GROUP, "users": [CLERK]}, False),
        ({"kind": "raw", "as": CHEN, "event": {"type": "somethingNew", "x": 1}}, True),
    ],
)
def test_reply_tokens_stand_where_line_gives_them(line: Line, act: dict[str, Any], token: bool) -> None:
    assert ("replyToken" in line.act(**act)) is token


def test_group_life_names_no_user(line: Line) -> None:
    event = line.act(kind="memberJoined", chat=OFFICE_GROUP, users=[CHEN])
    assert event["source"] == {"type": "group", "groupId": OFFICE_GROUP}
    assert event["joined"] == {"members": [{"type": "user", "userId": CHEN}]}


def test_a_standby_bot_gets_no_reply_token(line: Line) -> None:
    line.client.post("/_sandbox/options", json={"standby": True})
    event = line.act(kind="text", **{"as": CHEN}, text="x")
    assert event["mode"] == "standby"
    assert "replyToken" not in event


@pytest.mark.parametrize("named", [True, False])
def test_a_group_postback_may_come_without_its_user(line: Line, named: bool) -> None:
    line.client.post("/_sandbox/options", json={"postbackUserId": named})
    event = line.act(kind="postback", **{"as": CLERK}, chat=OFFICE_GROUP, data="ack")
    assert ("userId" in event["source"]) is named


def test_a_mention_of_the_bot_is_itself_and_counts_utf16(line: Line) -> None:
    text = "🙂@健保櫃檯小幫手 @東谷公所 李建宏 請看"
    event = line.act(kind="text", **{"as": CLERK}, chat=OFFICE_GROUP, text=text)
    bot, clerk = event["message"]["mention"]["mentionees"]
    assert (bot["index"], bot["length"], bot["isSelf"]) == (2, 8, True)
    assert (clerk["index"], clerk["isSelf"]) == (11, False)


def test_display_text_is_seen_but_is_no_message_event(line: Line) -> None:
    event = line.act(kind="postback", **{"as": CHEN}, data="x", displayText="查欠費")
    assert event["type"] == "postback"
    assert event["postback"] == {"data": "x"}
    assert [m.body["text"] for m in line.platform.world.chat(CHEN)] == ["查欠費"]


def test_unsend_takes_the_content_away(line: Line) -> None:
    [event] = upload(line, (png(), "a.png", "image/png"))
    message_id = event["message"]["id"]
    assert line.call("GET", f"message/{message_id}/content").data == png()
    unsend = line.act(kind="unsend", **{"as": CHEN}, messageId=message_id)
    assert unsend["unsend"] == {"messageId": message_id}
    assert line.call("GET", f"message/{message_id}/content").status_code == 410


def test_nobody_unsends_for_others(line: Line) -> None:
    event = line.act(kind="text", **{"as": CLERK}, chat=OFFICE_GROUP, text="x")
    act = {"kind": "unsend", "as": stable_id("U", "clerk-2"), "chat": OFFICE_GROUP}
    answer = line.client.post("/_sandbox/act", json={"acts": [{**act, "messageId": event["message"]["id"]}]})
    assert answer.status_code == 409


def test_edits_exist_in_groups_only_and_bring_new_tokens(line: Line) -> None:
    old = line.act(kind="text", **{"as": CLERK}, chat=OFFICE_GROUP, text="舊")
    new = line.act(kind="edit", **{"as": CLERK}, chat=OFFICE_GROUP, messageId=old["message"]["id"], text="新")
    assert new["type"] == "messageEdited"
    assert new["message"]["id"] == old["message"]["id"]
    assert new["message"]["text"] == "新"
    assert new["message"]["quoteToken"] != old["message"]["quoteToken"]
    assert new["replyToken"] != old["replyToken"]
    alone = line.act(kind="text", **{"as": CHEN}, text="x")
    act = {"kind": "edit", "as": CHEN, "messageId": alone["message"]["id"], "text": "y"}
    assert line.client.post("/_sandbox/act", json={"acts": [act]}).status_code == 409


def test_several_pictures_are_one_set_and_as_many_events(line: Line) -> None:
    events = upload(line, (png(), "a.png", "image/png"), (png(), "b.png", "image/png"))
    sets = [e["message"]["imageSet"] for e in events]
    assert len({s["id"] for s in sets}) == 1
    assert [(s["index"], s["total"]) for s in sets] == [(1, 2), (2, 2)]
    assert len({e["replyToken"] for e in events}) == 2


def test_a_large_video_is_not_ready_at_once(line: Line) -> None:
    [event] = upload(line, (b"film", "a.mp4", "video/mp4"), pending=1)
    path = f"message/{event['message']['id']}/content"
    assert [line.call("GET", path).status_code for _ in range(2)] == [202, 200]


def test_previews_are_small_pictures(line: Line) -> None:
    [event] = upload(line, (png(1000, 800), "a.png", "image/png"))
    answer = line.call("GET", f"message/{event['message']['id']}/content/preview")
    with Image.open(io.BytesIO(answer.data)) as small:
        assert max(small.size) == 240


def test_blocking_and_coming_back(line: Line) -> None:
    assert line.act(kind="block", **{"as": CHEN})["type"] == "unfollow"
    refused = line.client.post("/_sandbox/act", json={"acts": [{"kind": "text", "as": CHEN, "text": "x"}]})
    assert refused.status_code == 409
    assert line.act(kind="follow", **{"as": CHEN})["follow"] == {"isUnblocked": True}


def test_read_marks_need_the_tokens_of_this_bot(line: Line) -> None:
    event = line.act(kind="text", **{"as": CHEN}, text="x")
    token = event["message"]["markAsReadToken"]
    assert line.call("POST", "chat/markAsRead", {"markAsReadToken": token}).status_code == 200
    assert line.call("POST", "chat/markAsRead", {"markAsReadToken": "x"}).status_code == 400
    assert line.platform.read_until[CHEN] >= event["timestamp"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"chatId": CHEN, "loadingSeconds": 4}, "Must be between 5 and 60"),
        ({"chatId": CHEN, "loadingSeconds": 61}, "Must be between 5 and 60"),
        ({"chatId": CHEN, "loadingSeconds": 7}, "must be a multiple of five"),
    ],
)
def test_loading_seconds(line: Line, body: dict[str, Any], words: str) -> None:
    answer = line.call("POST", "chat/loading/start", body)
    assert answer.status_code == 400
    assert answer.get_json()["details"][0]["message"] == words


def test_loading_dots_are_for_one_person_alone(line: Line) -> None:
    assert line.call("POST", "chat/loading/start", {"chatId": CHEN}).status_code == 202
    refused = line.call("POST", "chat/loading/start", {"chatId": OFFICE_GROUP})
    assert refused.get_json()["message"].startswith("Only user id is acceptable")


def test_groups_tell_their_size_and_members_but_no_lists(line: Line) -> None:
    assert line.call("GET", f"group/{OFFICE_GROUP}/members/count").get_json() == {"count": 12}
    assert line.call("GET", f"group/{OFFICE_GROUP}/member/{CLERK}").get_json()["displayName"]
    assert line.call("GET", f"group/{OFFICE_GROUP}/member/{CHEN}").status_code == 404
    for path in (f"group/{OFFICE_GROUP}/members/ids", "followers/ids"):
        answer = line.call("GET", path)
        assert answer.status_code == 403
        assert answer.get_json()["message"] == "Access to this API is not available for your account"


def test_a_bot_that_left_the_group_hears_and_sends_nothing_there(line: Line) -> None:
    assert line.call("POST", f"group/{OFFICE_GROUP}/leave").status_code == 200
    assert line.call("GET", f"group/{OFFICE_GROUP}/summary").status_code == 404
    assert line.push(OFFICE_GROUP, {"type": "text", "text": "x"}).status_code == 400


def test_account_link_tokens_work_once_and_ten_minutes(line: Line) -> None:
    token = line.call("POST", f"user/{CHEN}/linkToken").get_json()["linkToken"]
    url = f"/dialog/bot/accountLink?linkToken={token}&nonce=0123456789abcdef"
    assert "Linked" in line.client.get(url).text
    assert "expired" in line.client.get(url).text
    late = line.call("POST", f"user/{CHEN}/linkToken").get_json()["linkToken"]
    line.platform.clock.advance(601)
    assert "expired" in line.client.get(url.replace(token, late)).text
    line.platform.dispatcher.settle(5)
    events = [e["events"][0] for e in line.platform.journal.entries() if e["kind"] == "webhook"]
    assert [(e["type"], e["link"]["result"]) for e in events] == [("accountLink", "ok")]


def test_a_link_that_fails_names_nobody_and_cannot_be_answered(line: Line) -> None:
    token = line.call("POST", f"user/{CHEN}/linkToken").get_json()["linkToken"]
    assert "failed" in line.client.get(f"/dialog/bot/accountLink?linkToken={token}&nonce=short").text
    line.platform.dispatcher.settle(5)
    [event] = [e["events"][0] for e in line.platform.journal.entries() if e["kind"] == "webhook"]
    assert event["link"]["result"] == "failed"
    assert not {"source", "replyToken"} & event.keys()
