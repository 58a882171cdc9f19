"""Notices in the console: from the draft to the board, by the pages alone."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from nhi_core.adapters.offices import seed_offices
from nhi_core.domain.notice_acks import AckWay
from nhi_core.domain.notices import Notice, NoticeState
from nhi_core.ports_notices import NoticeFilter
from tests.integration.console.conftest import Browser, Desk

NEW = "/console/notices/new"


@pytest.fixture(autouse=True)
def _seeded(desk: Desk) -> None:
    seed_offices(desk.core.uow, desk.core.ids, desk.clock.today())


def fields(desk: Desk, **more: Any) -> dict[str, Any]:
    today = desk.clock.today()
    return {
        "category": "reminder",
        "title": "12 月開單前請核對眷屬異動",
        "body": "請於 8 日前完成鍵檔。\n謝謝大家。",
        "way": "fetch",
        "whom": "clerks",
        "valid_from": today.isoformat(),
        "valid_until": (today + timedelta(days=9)).isoformat(),
        "send_at": "",
        "needs_ack": "1",
        "ack_deadline": (today + timedelta(days=4)).isoformat(),
        **more,
    }


def draft(desk: Desk, browser: Browser, **more: Any) -> Notice:
    answer = browser.post(NEW, fields(desk, **more), page=NEW)
    assert answer.status_code == 303, answer.text
    return newest(desk)


def newest(desk: Desk) -> Notice:
    return desk.core.notices.found(NoticeFilter(), limit=1).rows[0]


def send(desk: Desk, notice: Notice) -> None:
    """What the worker does with a notice that is only fetched."""
    desk.core.notice_sending.begin(lambda *_: [{"type": "text", "text": "-"}])
    desk.core.notice_sending.finish()
    assert desk.core.notices.get(notice.id).notice.state is NoticeState.SENT


def test_a_draft_shows_its_card_and_the_cost_of_every_way_and_sends_nothing(desk: Desk) -> None:
    editor = desk.as_("editor")
    notice = draft(desk, editor)
    shown = editor.get(f"/console/notices/{notice.id}").text
    assert f"收到 #{notice.code}" in shown, "the card itself"
    assert "請於 8 日前完成鍵檔。\n謝謝大家。" in shown
    assert "我看過了" in shown
    costs = shown[shown.index("要用多少則訊息") :]
    assert costs.index("免費") < costs.index("一對一傳送") < costs.index("傳到群組"), "the free way first"
    # 102 clerks and the editor, one message each either way.
    assert costs.count('<td class="number">103</td><td class="number">103</td>') == 2
    assert newest(desk).state is NoticeState.DRAFT
    assert desk.core.sends.budget().used == 0


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(desk: Desk) -> None:
    editor = desk.as_("editor")
    answer = editor.post(NEW, fields(desk, title="長" * 61), page=NEW)
    assert answer.status_code == 400
    assert "標題太長了" in answer.text
    assert "請於 8 日前完成鍵檔" in answer.text
    assert editor.post(NEW, fields(desk, valid_from="soon"), page=NEW).status_code == 400
    assert editor.post(NEW, fields(desk, way="by-horse"), page=NEW).status_code == 400
    notice = draft(desk, editor, ack_deadline="")
    refused = editor.post(f"/console/notices/{notice.id}/submit")
    assert "要請夥伴回覆，就要有回覆期限" in refused.text
    assert newest(desk).state is NoticeState.DRAFT


def test_a_draft_is_changed_but_not_over_somebody_elses_change(desk: Desk) -> None:
    editor = desk.as_("editor")
    notice = draft(desk, editor)
    path = f"/console/notices/{notice.id}/edit"
    assert notice.title in editor.get(path).text
    wanted = fields(desk, title="改過的標題", offices=["KH-FENGSHAN"], was="1")
    assert editor.post(path, wanted, page=path).status_code == 303
    assert (newest(desk).title, newest(desk).audience.offices) == ("改過的標題", {"KH-FENGSHAN"})
    assert editor.post(path, fields(desk, title="後到的", was="1"), page=path).status_code == 409
    assert newest(desk).title == "改過的標題"
    assert "鳳山區公所" in editor.get(f"/console/notices/{notice.id}").text


def test_a_notice_goes_out_is_counted_on_the_board_and_is_replaced(desk: Desk) -> None:
    editor = desk.as_("editor")
    notice = draft(desk, editor)
    assert editor.post(f"/console/notices/{notice.id}/submit").status_code == 303
    send(desk, notice)
    board = f"/console/notices/{notice.id}/board"
    assert "102 人中 0 人已回覆（0 %）" in editor.get(board).text
    with desk.core.uow() as uow:
        everybody = uow.clerks.active()
    clerks = [one for one in everybody if one.office_code == "KH-FENGSHAN"]
    for clerk in clerks:
        desk.core.notice_acks.by_id(clerk.account_id, notice.id, AckWay.LINK)
    shown = editor.get(board).text
    assert f"102 人中 {len(clerks)} 人已回覆" in shown
    assert (
        f'<li class="all"><span>高雄市鳳山區公所</span><strong>{len(clerks)}／{len(clerks)}</strong>' in shown
    )
    rows = list(csv.reader(io.StringIO(editor.get(f"{board}?as=csv").data.decode("utf-8-sig"))))
    assert len(rows) == 1 + 102 - len(clerks)
    assert not any(row[0] == "高雄市鳳山區公所" for row in rows)
    names = {one.name for one in everybody}
    assert not names & {row[1] for row in rows}, "names are masked in files too"
    replaced = editor.post(f"/console/notices/{notice.id}/replace")
    assert replaced.status_code == 303
    fresh = next(
        one for one in desk.core.notices.found(NoticeFilter(), limit=5).rows if one.supersedes == notice.id
    )
    assert fresh.state is NoticeState.DRAFT
    assert fresh.id in replaced.location


def test_a_notice_is_recalled_discarded_stopped_and_withdrawn(desk: Desk) -> None:
    editor, supervisor = desk.as_("editor"), desk.as_("supervisor")
    notice = draft(desk, editor)
    path = f"/console/notices/{notice.id}"
    editor.post(f"{path}/submit")
    editor.post(f"{path}/recall")
    assert newest(desk).state is NoticeState.DRAFT
    editor.post(f"{path}/submit")
    desk.core.notice_sending.begin(lambda *_: [])
    supervisor.post(f"{path}/stop")
    assert newest(desk).state is NoticeState.STOPPED
    assert "同仁按了停住" in editor.get(path).text
    assert "則公告停住了" in editor.get("/console/").text, "the start page says so"
    editor.post(f"{path}/resume")
    desk.core.notice_sending.finish()
    supervisor.post(f"{path}/withdraw")
    assert newest(desk).state is NoticeState.WITHDRAWN
    editor.post(f"{path}/stop")
    assert "這個動作現在不能做" in editor.get(path).text


def test_what_citizens_get_needs_another_person_and_never_duns(desk: Desk) -> None:
    editor = desk.as_("editor")
    wanted = {"whom": "citizens", "way": "personal", "needs_ack": "", "ack_deadline": ""}
    asked = {key: value for key, value in fields(desk, **wanted).items() if key != "needs_ack"}
    editor.post(NEW, {**asked, "body": "您有欠費未繳，請盡快補繳。"}, page=NEW)
    dunning = newest(desk)
    assert "不用 LINE 催繳" in editor.post(f"/console/notices/{dunning.id}/submit").text
    editor.post(f"/console/notices/{dunning.id}/discard")
    desk.clock.advance(minutes=1)
    editor.post(NEW, {**asked, "title": "櫃檯搬家", "body": "9 月起服務櫃檯搬到二樓。"}, page=NEW)
    notice = newest(desk)
    editor.post(f"/console/notices/{notice.id}/submit")
    assert newest(desk).state is NoticeState.PROPOSED
    (approval,) = desk.core.approvals.waiting()
    supervisor = desk.as_("supervisor")
    waiting = supervisor.get("/console/approvals").text
    assert "發給民眾的公告" in waiting
    assert f"/console/notices/{notice.id}" in waiting
    supervisor.post(f"/console/approvals/{approval.id}/approve", page="/console/approvals")
    desk.core.notices.approved()
    assert newest(desk).state is NoticeState.SCHEDULED
    assert newest(desk).approved_by == "sandbox-supervisor"


def test_files_are_checked_kept_and_taken_off(desk: Desk) -> None:
    editor = desk.as_("editor")
    notice = draft(desk, editor)
    path = f"/console/notices/{notice.id}"
    pdf = b"%PDF-1.7\n" + b"0" * (2 * 1024 * 1024) + b"\n%%EOF"

    token = re.search(r'name="csrf_token" value="([^"]+)"', editor.get(path).text)
    assert token

    def attach(name: str, data: bytes) -> int:
        form = {"csrf_token": token[1], "file": FileStorage(io.BytesIO(data), name)}
        boundary, body = encode_multipart(form)
        kind = f'multipart/form-data; boundary="{boundary}"'
        return editor.client.post(f"{path}/files", data=body, content_type=kind).status_code

    assert attach("evil.pdf", b"<script>alert(1)</script>") == 400
    assert attach("檢核表.pdf", pdf) == 303, "larger than any other form may be"
    (kept,) = newest(desk).attachments
    assert kept.name == "檢核表.pdf"
    assert "檢核表.pdf" in editor.get(path).text
    assert editor.post(f"{path}/files/{kept.digest}/remove", page=path).status_code == 303
    assert newest(desk).attachments == ()


@pytest.mark.parametrize(
    ("role", "looks", "writes"),
    [
        ("editor", 200, 303),
        ("supervisor", 200, 403),
        ("auditor", 200, 403),
        ("admin", 200, 403),
        ("reviewer", 403, 403),
    ],
)
def test_who_may_look_and_who_may_write(desk: Desk, role: str, looks: int, writes: int) -> None:
    browser = desk.as_(role)
    assert browser.get("/console/notices").status_code == looks
    assert browser.post(NEW, fields(desk)).status_code == writes


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_every_page_has_its_words(desk: Desk, language: str) -> None:
    editor = desk.as_("editor")
    notice = draft(desk, editor)
    editor.post(f"/console/notices/{notice.id}/submit")
    send(desk, notice)
    draft(desk, editor, needs_ack="1", category="urgent")
    for path in ("", "/new", f"/{notice.id}", f"/{notice.id}/board", "?category=urgent&notice_state=draft"):
        answer = editor.get(f"/console/notices{path}{'&' if '?' in path else '?'}lang={language}")
        assert answer.status_code == 200
        assert "<h1>" in answer.text
