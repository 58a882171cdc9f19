"""Staff, the trail, sends, inbound, imports."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from nhi_core.domain.imports import ImportKind
from nhi_core.domain.staff import StaffRole
from nhi_core.wire import LANGUAGES
from tests.integration.console.conftest import Browser, Desk


def add(admin: Browser, username: str = "mei.wang", *roles: str) -> str:
    """Add somebody through the page; return the first password."""
    answer = admin.post("/console/staff/add", {"username": username, "name": "王美", "role": list(roles)})
    found = re.search(r"<code>([2-9A-Z]{16})</code>", answer.text)
    assert found, answer.text
    return found[1]


def test_somebody_is_added_and_gets_the_ticked_roles(desk: Desk) -> None:
    add(desk.as_("admin"), "mei.wang", "reviewer", "auditor")
    member = desk.core.staff.named("mei.wang")
    assert member.roles == {StaffRole.REVIEWER, StaffRole.AUDITOR}
    again = desk.as_("admin").post("/console/staff/add", {"username": "mei.wang", "name": "王", "role": []})
    assert (again.status_code, "已有人使用" in again.text) == (409, True)
    assert desk.as_("admin").post("/console/staff/add", {"username": "!", "name": "王"}).status_code == 400


def test_shutting_out_takes_effect_with_the_next_click(desk: Desk) -> None:
    admin, reviewer = desk.as_("admin"), desk.as_("reviewer")
    assert reviewer.get("/console/applications").status_code == 200
    admin.post("/console/staff/sandbox-reviewer/close")
    assert reviewer.get("/console/applications").location == "/console/sign-in"
    admin.post("/console/staff/sandbox-reviewer/open")
    assert desk.as_("reviewer").get("/console/applications").status_code == 200


def test_taking_a_role_takes_effect_with_the_next_click(desk: Desk) -> None:
    admin, reviewer = desk.as_("admin"), desk.as_("reviewer")
    admin.post("/console/staff/sandbox-reviewer/roles", {"role": ["editor"]})
    assert reviewer.get("/console/applications").status_code == 403


def test_nobody_shuts_out_himself(desk: Desk) -> None:
    admin = desk.as_("admin")
    admin.post("/console/staff/sandbox-admin/close")
    assert "不能停用自己" in admin.get("/console/staff/sandbox-admin").text
    assert desk.core.staff.named("admin").active


def test_the_trail_is_searched_by_event_staff_subject_and_day(desk: Desk) -> None:
    desk.as_("admin").post("/console/staff/sandbox-editor/roles", {"role": ["editor", "reviewer"]})
    desk.clock.advance(days=1)
    auditor = desk.as_("auditor")

    def rows(query: str) -> int:
        return auditor.get(f"/console/trail?{query}").text.count('<th scope="row"')

    assert rows("event=staff_roles_set") == 1
    assert rows("event=staff_roles_set&staff=sandbox-admin") == 1
    assert rows("event=staff_roles_set&staff=sandbox-editor") == 0
    assert rows("subject=staff:sandbox-editor") == 1
    today = desk.clock.today().isoformat()
    assert rows(f"event=staff_roles_set&since={today}") == 0
    assert rows(f"event=staff_roles_set&until={today}") == 1
    assert "設定角色" in auditor.get("/console/trail?event=staff_roles_set").text


def test_the_trail_goes_on_page_by_page_and_loses_nothing(desk: Desk) -> None:
    with desk.core.uow() as uow:
        for number in range(130):
            uow.audit.record("counted", subject=f"n{number:03}")
        uow.commit()
    auditor, seen, query = desk.as_("auditor"), [], "?event=counted&per=50"
    while query:
        page = auditor.get(f"/console/trail{query}").text
        seen += re.findall(r">(n\d{3})<", page)
        after = re.search(r'rel="next" href="([^"]+)"', page)
        query = after[1].replace("&amp;", "&") if after else ""
    assert seen == [f"n{number:03}" for number in reversed(range(130))]
    text = auditor.get("/console/trail?event=counted&as=csv").data.decode("utf-8-sig")
    assert len(text.splitlines()) == 131


def test_sends_are_shown_under_the_months_quota(desk: Desk) -> None:
    for number in range(60):
        desk.core.sends.claim_push(f"notice:{number}", account_id=None, messages=1, recipients=2)
    desk.core.sends.settle("notice:3", outcome="accepted")
    admin = desk.as_("admin")
    page = admin.get("/console/sends").text
    assert "<strong>120</strong>" in page
    assert 'rel="next"' in page
    assert admin.get("/console/sends?outcome=accepted").text.count('<th scope="row"') == 1
    assert admin.get("/console/sends?kind=reply").text.count('<th scope="row"') == 0


def test_events_of_the_same_moment_are_all_shown_once(desk: Desk) -> None:
    for number in range(120):
        desk.core.inbound.close(f"e{number:03}", kind="message", outcome="answered")
    admin, seen, query = desk.as_("admin"), [], "?per=50"
    while query:
        page = admin.get(f"/console/inbound{query}").text
        seen += re.findall(r">(e\d{3})<", page)
        after = re.search(r'rel="next" href="([^"]+)"', page)
        query = after[1].replace("&amp;", "&") if after else ""
    assert sorted(seen) == [f"e{number:03}" for number in range(120)]


def test_endings_are_filtered_by_the_kinds_that_events_really_have(desk: Desk) -> None:
    desk.core.inbound.close("e1", kind="message.text", outcome="answered")
    desk.core.inbound.close("e2", kind="postback", outcome="answered")
    page = desk.as_("admin").get("/console/inbound?kind=message.text").text
    assert ">e1<" in page
    assert ">e2<" not in page


def test_what_was_not_answered_waits_on_the_start_page(desk: Desk) -> None:
    desk.core.inbound.close("e1", kind="message", outcome="unanswered", reason="poison")
    assert "<strong>1</strong><span>則訊息這七天未能回覆" in desk.as_("admin").get("/console/").text
    assert "poison" in desk.as_("admin").get("/console/inbound?outcome=unanswered").text


def test_an_import_shows_its_progress_and_why_rows_were_refused(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "persons.csv"
    file.write_text("number,name,birth,category\nA123456789,王小明,1990-01-01,1\nX,李,1990-01-01,1\n")
    view = desk.core.imports.run(ImportKind.PERSONS, file)
    admin = desk.as_("admin")
    assert "保險對象" in admin.get("/console/imports").text
    page = admin.get(f"/console/imports/{view.import_id}").text
    assert "身分證號或統一證號格式或檢查碼錯誤" in page
    assert "王小明" not in page
    assert admin.get("/console/imports/unknown").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_has_all_its_words(desk: Desk, language: str) -> None:
    chief = desk.as_("chief")
    menu = re.findall(r'href="(/console/[a-z-]*)"', chief.get(f"/console/?lang={language}").text)
    assert len(set(menu)) > 8
    for path in set(menu):
        answer = chief.get(path)
        assert answer.status_code == 200, path
        assert f'<html lang="{language}">' in answer.text


def test_a_file_is_handed_in_and_its_end_is_shown(desk: Desk) -> None:
    admin = desk.as_("admin")

    def hand_in(kind: str, data: bytes) -> str:
        form = {"kind": kind, "file": (io.BytesIO(data), "x.csv")}
        answer = admin.post("/console/imports", form, page="/console/imports")
        assert answer.location == "/console/imports"
        return admin.get("/console/imports").text

    good = "number,name,birth,category\nA123456789,王小明,69/02/01,6\n".encode()
    page = hand_in("persons", good)
    assert "檔案已收到" in page
    assert "等待匯入" in page
    desk.core.uploads.work()
    page = admin.get("/console/imports").text
    assert "已入帳" in page
    assert "王小明" not in page
    hand_in("bills", b"what,is,this\n1,2,3\n")
    desk.core.uploads.work()
    page = admin.get("/console/imports").text
    assert "檔案無法讀取" in page
    assert "the heading is not known" in page
    for kind, data in (("persons", b""), ("registrations", good), ("", good)):
        assert "檔案無法收下" in hand_in(kind, data)
    assert len(desk.core.uploads.recent()) == 2


def test_who_only_looks_hands_nothing_in(desk: Desk) -> None:
    auditor = desk.as_("auditor")
    assert "匯入檔案" not in auditor.get("/console/imports").text
    assert auditor.post("/console/imports", {"kind": "persons"}).status_code == 403
