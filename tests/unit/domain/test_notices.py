"""Notices: the table of their life, what may not go out, and what a line says about having been read."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest

from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.notice_acks import codes_in, names_a_code, says_it_was_read
from nhi_core.domain.notice_sending import fits
from nhi_core.domain.notices import (
    AUDIT_EVENTS,
    CLOSED,
    MOVES,
    Audience,
    Category,
    Notice,
    NoticeEvent,
    NoticeProblem,
    NoticeState,
    Way,
    categories_in,
    check,
    event_to_leave_draft,
    next_state,
)

TODAY = date(2026, 9, 10)
NOTICE = Notice(
    id="n1",
    code="K7M2",
    category=Category.REMINDER,
    title="開單前請核對",
    body="請於 8 日前完成。",
    way=Way.FETCH,
    audience=Audience(),
    owner="staff-1",
    state=NoticeState.DRAFT,
    revision=1,
    created_at=datetime(2026, 9, 10, tzinfo=UTC),
    valid_from=TODAY,
)


def test_every_edge_has_its_audit_event_and_closed_states_have_no_way_out() -> None:
    assert {event for _, event in MOVES} == set(AUDIT_EVENTS) == set(NoticeEvent)
    assert not {state for state, _ in MOVES} & CLOSED


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (NoticeState.SENT, NoticeEvent.RECALL),
        (NoticeState.WITHDRAWN, NoticeEvent.RESUME),
        (NoticeState.DRAFT, NoticeEvent.BEGIN),
    ],
)
def test_what_has_gone_out_cannot_be_taken_for_a_draft(state: NoticeState, event: NoticeEvent) -> None:
    with pytest.raises(IllegalMove):
        next_state(state, event)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"title": " "}, "no_title"),
        ({"body": ""}, "no_body"),
        ({"title": "長" * 61}, "title_long"),
        ({"valid_until": TODAY - timedelta(days=1)}, "ends_before_it_begins"),
        ({"needs_ack": True}, "ack_without_deadline"),
        ({"audience": Audience(citizens=True)}, "citizens_need_personal"),
    ],
)
def test_a_notice_that_cannot_go_out_says_why(changes: dict[str, object], problem: str) -> None:
    check(NOTICE, TODAY)
    with pytest.raises(NoticeProblem) as found:
        check(dataclasses.replace(NOTICE, **changes), TODAY)  # type: ignore[arg-type]
    assert found.value.problem == problem


def test_what_citizens_are_sent_needs_a_second_pair_of_eyes() -> None:
    assert event_to_leave_draft(NOTICE) is NoticeEvent.SCHEDULE
    theirs = dataclasses.replace(NOTICE, audience=Audience(citizens=True), way=Way.PERSONAL)
    assert event_to_leave_draft(theirs) is NoticeEvent.PROPOSE


def test_a_notice_holds_from_its_first_to_its_last_day_once_it_went_out() -> None:
    sent = dataclasses.replace(NOTICE, state=NoticeState.SENT, valid_until=TODAY + timedelta(days=1))
    assert [sent.valid_on(TODAY + timedelta(days=n)) for n in (-1, 0, 1, 2)] == [False, True, True, False]
    assert not NOTICE.valid_on(TODAY)
    assert not dataclasses.replace(sent, state=NoticeState.WITHDRAWN).valid_on(TODAY)


@pytest.mark.parametrize(
    ("messages", "left", "urgent", "found"),
    [
        (102, None, False, (False, False)),
        (102, 102, False, (False, False)),
        (103, 102, False, (True, False)),
        (103, 102, True, (False, True)),
        (123, 102, True, (True, False)),
    ],
)
def test_only_what_is_urgent_may_use_the_reserve(
    messages: int, left: int | None, urgent: bool, found: tuple[bool, bool]
) -> None:
    assert fits(messages, left, 20, urgent=urgent) == found


@pytest.mark.parametrize(
    "line",
    ["收到 #K7M2", "收到＃k7m2", "#K7M2 收到，謝謝", "ok k7m2", "已閱 Ｋ７Ｍ２", "鳳山區公所收到#K7M2"],
)
def test_a_code_is_read_in_any_dress(line: str) -> None:
    assert "K7M2" in codes_in(line)


def test_a_letter_that_no_code_has_is_read_for_what_it_looks_like() -> None:
    assert {"Q7M2", "D7M2"} <= set(codes_in("收到 #O7M2"))


@pytest.mark.parametrize("line", ["ok that", "OK then", "收到了", "我還欠多少", "received, thanks"])
def test_an_ordinary_line_names_no_code(line: str) -> None:
    assert not names_a_code(line)


@pytest.mark.parametrize(
    ("line", "read"),
    [("收到", True), ("謝謝小編", True), ("這個要附戶口名簿嗎？", False), ("我們公所的作法不太一樣", False)],
)
def test_a_quoted_reply_that_asks_or_argues_is_no_acknowledgement(line: str, read: bool) -> None:
    assert says_it_was_read(line) is read


def test_categories_are_found_by_their_words() -> None:
    assert categories_in("小幫手 公告 業務叮嚀") == (Category.REMINDER,)
    assert categories_in("公告 海報和評比") == (Category.PROMOTION_IMAGE, Category.EVALUATION)
    assert categories_in("公告") == ()
