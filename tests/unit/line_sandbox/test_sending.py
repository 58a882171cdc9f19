"""Reply, push, multicast, quota, retry keys, limits: the bot's side without a network."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from line_sandbox import cast
from line_sandbox.ids import stable_id
from line_sandbox.testing import OFFICE_GROUP
from tests.unit.line_sandbox.conftest import Line
from tests.unit.line_sandbox.messages import TEXT

CHEN = stable_id("U", "chen")


def reply(line: Line, token: str, **headers: str) -> Any:
    return line.call("POST", "message/reply", {"replyToken": token, "messages": [TEXT]}, **headers)


@pytest.mark.parametrize("token", ["", "Bearer wrong", "sandbox-access-token"])
def test_without_the_right_token_nothing_is_told(line: Line, token: str) -> None:
    answer = line.client.get("/v2/bot/info", headers={"Authorization": token})
    assert answer.status_code == 401
    assert answer.get_json()["message"].startswith("Authentication failed")


def test_a_reply_token_works_once(line: Line) -> None:
    token = line.act(kind="text", **{"as": CHEN}, text="hi")["replyToken"]
    assert reply(line, token).status_code == 200
    again = reply(line, token)
    assert (again.status_code, again.get_json()) == (400, {"message": "Invalid reply token"})


@pytest.mark.parametrize(("seconds", "status"), [(55, 200), (61, 400)])
def test_a_reply_token_dies_after_a_minute(line: Line, seconds: int, status: int) -> None:
    token = line.act(kind="text", **{"as": CHEN}, text="hi")["replyToken"]
    line.platform.clock.advance(seconds)
    assert reply(line, token).status_code == status


def test_a_refused_reply_does_not_use_up_the_token(line: Line) -> None:
    token = line.act(kind="text", **{"as": CHEN}, text="hi")["replyToken"]
    bad = line.call(
        "POST", "message/reply", {"replyToken": token, "messages": [{"type": "text", "text": ""}]}
    )
    assert bad.status_code == 400
    assert reply(line, token).status_code == 200


def test_replies_take_no_retry_key(line: Line) -> None:
    token = line.act(kind="text", **{"as": CHEN}, text="hi")["replyToken"]
    assert reply(line, token, X_Line_Retry_Key=str(uuid.uuid4())).status_code == 400
    assert reply(line, token).status_code == 200


def test_replies_are_free(line: Line) -> None:
    token = line.act(kind="text", **{"as": CHEN}, text="hi")["replyToken"]
    reply(line, token)
    assert line.platform.ledger.used == 0


def test_a_repeated_push_is_accepted_once(line: Line) -> None:
    key = str(uuid.uuid4())
    first = line.push(CHEN, TEXT, X_Line_Retry_Key=key)
    second = line.push(CHEN, TEXT, X_Line_Retry_Key=key)
    assert (first.status_code, second.status_code) == (200, 409)
    assert second.headers["X-Line-Accepted-Request-Id"] == first.headers["X-Line-Request-Id"]
    assert second.get_json()["sentMessages"] == first.get_json()["sentMessages"]
    assert line.platform.world.received[CHEN] == 1


def test_a_retry_key_lives_a_day(line: Line) -> None:
    key = str(uuid.uuid4())
    line.push(CHEN, TEXT, X_Line_Retry_Key=key)
    line.platform.clock.advance(24 * 3600 + 1)
    assert line.push(CHEN, TEXT, X_Line_Retry_Key=key).status_code == 200


def test_a_retry_key_is_a_uuid(line: Line) -> None:
    assert line.push(CHEN, TEXT, X_Line_Retry_Key="once").status_code == 400


def test_a_failed_request_does_not_use_up_its_key(line: Line) -> None:
    key = str(uuid.uuid4())
    assert line.push(CHEN, {"type": "text", "text": ""}, X_Line_Retry_Key=key).status_code == 400
    assert line.push(CHEN, TEXT, X_Line_Retry_Key=key).status_code == 200


def test_a_group_costs_its_members(line: Line) -> None:
    assert line.push(OFFICE_GROUP, TEXT, TEXT).status_code == 200
    assert line.platform.ledger.used == 12


def test_the_month_ends_the_pushes_but_not_the_replies(line: Line) -> None:
    line.platform.ledger.used = 95
    answer = line.push(OFFICE_GROUP, TEXT)
    assert (answer.status_code, answer.get_json()) == (
        429,
        {"message": "You have reached your monthly limit."},
    )
    token = line.act(kind="text", **{"as": CHEN}, text="hi")["replyToken"]
    assert reply(line, token).status_code == 200
    assert line.call("GET", "message/quota/consumption").get_json() == {"totalUsage": 95}


def test_people_who_blocked_the_bot_cost_nothing_and_get_nothing(line: Line) -> None:
    line.act(kind="block", **{"as": CHEN})
    assert line.push(CHEN, TEXT).status_code == 200
    assert line.platform.ledger.used == 0
    assert CHEN not in line.platform.world.received
    assert line.call("GET", f"profile/{CHEN}").status_code == 404


@pytest.mark.parametrize("to", ["U" + "9" * 32, "C" + "9" * 32])
def test_strangers_of_another_provider_cannot_be_pushed(line: Line, to: str) -> None:
    assert line.push(to, TEXT).status_code == 400


def test_multicast_skips_the_unknown_and_counts_each_person_once(line: Line) -> None:
    body = {"to": [CHEN, CHEN, "U" + "9" * 32], "messages": [TEXT, TEXT]}
    answer = line.call("POST", "message/multicast", body)
    assert (answer.status_code, answer.get_json()) == (200, {})
    assert line.platform.ledger.used == 1
    assert line.platform.world.received == {CHEN: 2}


def test_broadcast_reaches_every_friend(line: Line) -> None:
    line.platform.ledger.quota = 200
    assert line.call("POST", "message/broadcast", {"messages": [TEXT]}).status_code == 200
    assert line.platform.ledger.used == len(line.platform.world.people)


def test_narrowcast_is_told_by_its_progress(line: Line) -> None:
    for person in cast.staff():
        line.platform.world.people[person.user_id].blocked = True  # too few are left for LINE to say whom
    answer = line.call("POST", "message/narrowcast", {"messages": [TEXT], "filter": {}})
    assert answer.status_code == 202
    request_id = answer.headers["X-Line-Request-Id"]
    progress = line.call("GET", f"message/progress/narrowcast?requestId={request_id}").get_json()
    assert (progress["phase"], progress["errorCode"]) == ("failed", 2)


def test_delivery_numbers_are_ready_on_the_next_day(line: Line) -> None:
    line.push(CHEN, TEXT)
    day = line.platform.clock.day()
    assert line.call("GET", f"message/delivery/push?date={day}").get_json() == {"status": "unready"}
    line.platform.clock.advance(24 * 3600)
    assert line.call("GET", f"message/delivery/push?date={day}").get_json() == {
        "status": "ready",
        "success": 1,
    }


def test_small_aggregation_units_stay_private(line: Line) -> None:
    body = {"to": CHEN, "messages": [TEXT], "customAggregationUnits": ["notice"]}
    assert line.call("POST", "message/push", body).status_code == 200
    day = line.platform.clock.day()
    answer = line.call(
        "GET", f"insight/message/event/aggregation?customAggregationUnit=notice&from={day}&to={day}"
    )
    assert answer.get_json()["overview"]["uniqueImpression"] is None


def test_each_endpoint_has_its_rate_limit(line: Line) -> None:
    statuses = [line.call("GET", "richmenu/list").status_code for _ in range(15)]
    assert statuses.count(200) >= 10
    assert 429 in statuses


def test_bodies_over_two_megabytes_are_refused(line: Line) -> None:
    assert line.push(CHEN, {"type": "text", "text": "x" * (2 * 1024 * 1024)}).status_code == 413


def test_broken_json_is_refused(line: Line) -> None:
    answer = line.client.post(
        "/v2/bot/message/push", data=b"{", headers={"Authorization": "Bearer sandbox-access-token"}
    )
    assert answer.status_code == 400


def test_quote_tokens_work_in_their_own_chat_only(line: Line) -> None:
    token = line.act(kind="text", **{"as": CHEN}, text="hi")["message"]["quoteToken"]
    assert line.push(CHEN, {**TEXT, "quoteToken": token}).status_code == 200
    assert line.push(stable_id("U", "emily"), {**TEXT, "quoteToken": token}).status_code == 400


def test_sent_messages_carry_ids_and_quote_tokens(line: Line) -> None:
    place = {"type": "location", "title": "x", "address": "y", "latitude": 25.0, "longitude": 121.5}
    text_sent, place_sent = line.push(CHEN, TEXT, place).get_json()["sentMessages"]
    assert text_sent["quoteToken"]
    assert set(place_sent) == {"id"}


@pytest.mark.parametrize("kind", ["reply", "push", "multicast", "narrowcast", "broadcast"])
def test_validate_checks_and_sends_nothing(line: Line, kind: str) -> None:
    good = line.call("POST", f"message/validate/{kind}", {"messages": [TEXT]})
    bad = line.call("POST", f"message/validate/{kind}", {"messages": [{"type": "text"}]})
    assert (good.status_code, good.get_json(), bad.status_code) == (200, {}, 400)
    assert line.platform.world.received == {}


def test_ordered_faults_happen_once(line: Line) -> None:
    line.client.post("/_sandbox/faults", json={"endpoint": "push", "kind": "status", "status": 500})
    line.client.post("/_sandbox/faults", json={"endpoint": "push", "kind": "status", "status": 429})
    assert [line.push(CHEN, TEXT).status_code for _ in range(3)] == [500, 429, 200]
    assert line.platform.world.received[CHEN] == 1


def test_a_lost_answer_was_accepted_all_the_same(line: Line) -> None:
    key = str(uuid.uuid4())
    line.client.post("/_sandbox/faults", json={"endpoint": "push", "kind": "lost_answer"})
    assert line.push(CHEN, TEXT, X_Line_Retry_Key=key).status_code == 500
    assert line.push(CHEN, TEXT, X_Line_Retry_Key=key).status_code == 409
    assert line.platform.world.received[CHEN] == 1


def test_ten_thousand_people_are_reached_quickly(line: Line) -> None:
    users = line.client.post("/_sandbox/people", json={"count": 10_000}).get_json()["userIds"]
    line.platform.ledger.quota = None
    for start in range(0, len(users), 500):
        body = {"to": users[start : start + 500], "messages": [TEXT]}
        assert line.call("POST", "message/multicast", body).status_code == 200
    assert set(line.platform.world.received.values()) == {1}
    assert len(line.platform.world.received) == 10_000
