"""Offices, clerks and groups in the console: who may what, codes shown once, names masked."""

from __future__ import annotations

import csv
import io
import re

import pytest

from nhi_core.adapters.offices import seed_offices
from nhi_core.domain.accounts import CodePurpose
from nhi_core.domain.offices import ClerkState, GroupState
from tests.integration.console.conftest import Desk

CODE = re.compile(r"<code>([2-9A-Z]{4}-[2-9A-Z]{4})</code>")
PAGES = ["/console/offices", "/console/clerks", "/console/groups"]


@pytest.fixture(autouse=True)
def _seeded(desk: Desk) -> None:
    seed_offices(desk.core.uow, desk.core.ids, desk.clock.today())


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("role", "status"),
    [("editor", 200), ("supervisor", 200), ("auditor", 200), ("admin", 200), ("reviewer", 403)],
)
def test_who_may_look(desk: Desk, path: str, role: str, status: int) -> None:
    assert desk.as_(role).get(path).status_code == status


@pytest.mark.parametrize("language", ["zh-TW", "en"])
@pytest.mark.parametrize(
    "path",
    [*PAGES, "/console/offices/KH-FENGSHAN", "/console/clerks/staff-1", "/console/groups/kao-ping-group"],
)
def test_every_page_has_its_words(desk: Desk, path: str, language: str) -> None:
    answer = desk.as_("admin").get(f"{path}?lang={language}")
    assert answer.status_code == 200
    assert "<h1>" in answer.text


@pytest.mark.parametrize("path", ["/console/offices/KH-NO", "/console/clerks/nobody", "/console/groups/none"])
def test_what_is_not_there_is_not_found(desk: Desk, path: str) -> None:
    assert desk.as_("admin").get(path).status_code == 404


def test_offices_are_filtered_and_exported(desk: Desk) -> None:
    editor = desk.as_("editor")
    assert "共 77 筆" in editor.get("/console/offices").text
    assert "共 13 筆" in editor.get("/console/offices?size_group=1").text
    found = editor.get("/console/offices?office=ph-mag").text
    assert "澎湖縣馬公市公所" in found
    assert "高雄市鳳山區公所" not in found
    assert "沒有符合的資料" in editor.get("/console/offices?staffed=none").text
    rows = list(csv.reader(io.StringIO(editor.get("/console/offices?as=csv").data.decode("utf-8-sig"))))
    assert len(rows) == 78


def test_an_invitation_is_shown_once_works_and_can_be_cancelled(desk: Desk) -> None:
    editor = desk.as_("editor")
    shown = editor.post("/console/offices/KH-FENGSHAN/invite").text
    code = CODE.search(shown)
    assert code
    assert code[1] not in editor.get("/console/offices/KH-FENGSHAN").text
    account = desk.core.conversations.open("line", "U" + "1" * 32).account_id
    assert desk.core.bindings.propose(account, code[1]).office == "高雄市鳳山區公所"
    editor.post("/console/offices/KH-FENGSHAN/invite")
    (left,) = desk.core.offices.open_codes(CodePurpose.CLERK, "KH-FENGSHAN")
    path = f"/console/offices/KH-FENGSHAN/codes/{left.id}/cancel"
    assert editor.post(path).status_code == 303
    assert "代碼已取消" in editor.get("/console/offices/KH-FENGSHAN").text
    editor.post(path)
    assert "已用過或失效" in editor.get("/console/offices/KH-FENGSHAN").text


def test_the_supervisor_groups_and_closes_an_office(desk: Desk) -> None:
    supervisor = desk.as_("supervisor")
    supervisor.post("/console/offices/PH-MAGONG/group", {"size_group": "2"})
    supervisor.post("/console/offices/PH-MAGONG/close")
    office = desk.core.offices.get("PH-MAGONG")
    assert (office.size_group, office.active) == (2, False)
    assert "發一組邀請代碼</button>" not in desk.as_("editor").get("/console/offices/PH-MAGONG").text
    supervisor.post("/console/offices/PH-MAGONG/reopen")
    assert desk.core.offices.get("PH-MAGONG").active
    assert supervisor.post("/console/offices/PH-MAGONG/group", {"size_group": "9"}).status_code == 409


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("editor", "/console/offices/PH-MAGONG/close"),
        ("auditor", "/console/offices/PH-MAGONG/invite"),
        ("auditor", "/console/clerks/staff-1/end"),
        ("editor", "/console/editors/invite"),
        ("supervisor", "/console/groups/codes"),
    ],
)
def test_what_is_not_ones_own_is_refused(desk: Desk, role: str, path: str) -> None:
    assert desk.as_(role).post(path).status_code == 403


def test_names_are_masked_on_every_page_and_in_files(desk: Desk) -> None:
    editor = desk.as_("editor")
    with desk.core.uow() as uow:
        clerk = uow.clerks.get("staff-1")
    assert clerk is not None
    pages = ["/console/clerks?per=100", "/console/clerks/staff-1", f"/console/offices/{clerk.office_code}"]
    texts = [editor.get(path).text for path in pages]
    texts.append(editor.get("/console/clerks?as=csv").data.decode("utf-8-sig"))
    for text in texts:
        assert clerk.name not in text
        assert f"{clerk.name[0]}O{clerk.name[-1]}" in text


def test_a_whole_name_is_shown_for_a_reason_that_is_kept(desk: Desk) -> None:
    editor, auditor = desk.as_("editor"), desk.as_("auditor")
    clerk = next(one for one in desk.core.clerks.rows() if one.masked_name)
    path = f"/console/clerks/{clerk.id}"
    with desk.core.uow() as uow:
        whole = uow.clerks.get(clerk.id).name
    assert whole not in editor.get(path).text
    assert "請填寫理由" in editor.post(f"{path}/unmask", {"why": " a "}, page=path).text
    shown = editor.post(f"{path}/unmask", {"why": "電話聯絡調動事宜"}, page=path)
    assert whole in shown.text
    assert "已留下查看紀錄" in shown.text
    assert whole not in editor.get(path).text
    assert auditor.post(f"{path}/unmask", {"why": "想看看是誰"}).status_code == 403
    trail = auditor.get("/console/trail?event=clerk_unmasked").text
    assert "電話聯絡調動事宜" in trail
    assert whole not in trail


def test_clerks_are_filtered(desk: Desk) -> None:
    editor = desk.as_("editor")
    assert "共 103 筆" in editor.get("/console/clerks").text
    assert "共 1 筆" in editor.get("/console/clerks?clerk_role=editor").text
    assert "共 2 筆" in editor.get("/console/clerks?office=KH-FENGSHAN").text
    assert "沒有符合的資料" in editor.get("/console/clerks?clerk_state=ended").text


def test_a_clerk_is_moved_with_the_history_and_ended(desk: Desk) -> None:
    editor = desk.as_("editor")
    form = {"office": "PT-KANDING", "on": desk.clock.today().isoformat()}
    assert editor.post("/console/clerks/staff-1/transfer", form).status_code == 303
    page = editor.get("/console/clerks/staff-1").text
    assert "屏東縣崁頂鄉公所" in page
    assert "高雄市新興區公所" in page, "where the clerk was before"
    assert editor.post("/console/clerks/staff-1/transfer", form).status_code == 400
    bad = {"office": "PT-KANDING", "on": "gestern"}
    assert editor.post("/console/clerks/staff-2/transfer", bad).status_code == 400
    assert editor.post("/console/clerks/staff-1/end").status_code == 303
    assert desk.core.clerks.find("staff-1").state is ClerkState.ENDED
    assert editor.post("/console/clerks/staff-1/end").status_code == 409


def test_an_editor_is_invited_by_the_supervisor(desk: Desk) -> None:
    supervisor = desk.as_("supervisor")
    code = CODE.search(supervisor.post("/console/editors/invite").text)
    assert code
    (left,) = desk.core.offices.open_codes(CodePurpose.EDITOR)
    supervisor.post(f"/console/editors/codes/{left.id}/cancel")
    assert desk.core.offices.open_codes(CodePurpose.EDITOR) == ()


def test_a_group_code_is_made_and_a_group_let_go(desk: Desk) -> None:
    editor = desk.as_("editor")
    shown = editor.get("/console/groups").text
    assert "103" in shown
    assert "100%" in shown
    assert CODE.search(editor.post("/console/groups/codes").text)
    (left,) = desk.core.offices.open_codes(CodePurpose.GROUP)
    editor.post(f"/console/groups/codes/{left.id}/cancel")
    assert desk.core.offices.open_codes(CodePurpose.GROUP) == ()
    assert editor.post("/console/groups/kao-ping-group/untie").status_code == 303
    assert desk.core.chat_groups.rows()[0].group.state is GroupState.WAITING
    assert editor.post("/console/groups/kao-ping-group/untie").status_code == 409


def test_lines_own_ids_are_nowhere(desk: Desk) -> None:
    group = desk.core.chat_groups.rows()[0].group
    admin = desk.as_("admin")
    for path in [*PAGES, f"/console/groups/{group.id}", "/console/clerks/staff-1"]:
        text = admin.get(path).text
        assert group.channel_group not in text
        assert not re.search(r"\bU[0-9a-f]{32}\b", text)


def test_every_act_names_who_did_it(desk: Desk) -> None:
    desk.as_("editor").post("/console/offices/KH-FENGSHAN/invite")
    with desk.core.uow() as uow:
        rows = uow.audit._connection.exec_driver_sql(  # type: ignore[attr-defined]
            "SELECT staff FROM audit_events WHERE event = 'code_issued'"
        ).all()
    assert rows == [("sandbox-editor",)]


def test_a_list_of_offices_is_taken_in_or_refused_whole(desk: Desk) -> None:
    admin = desk.as_("admin")

    def hand_in(text: str) -> str:
        form = {"file": (io.BytesIO(text.encode()), "offices.csv")}
        answer = admin.post("/console/offices", form, page="/console/offices")
        assert answer.location == "/console/offices"
        return admin.get("/console/offices?per=100").text

    head = "code,name,county,size_group\n"
    before = len(desk.core.offices.all())
    page = hand_in(f"{head}KH-TEST,高雄市測試區公所,高雄市,4\nKH-BAD,,高雄市,9\n")
    assert "名單沒有匯入" in page
    assert "line 3" in page
    assert len(desk.core.offices.all()) == before
    page = hand_in(f"{head}KH-TEST,高雄市測試區公所,高雄市,4\n")
    assert "新增 1" in page
    assert desk.core.offices.get("KH-TEST").size_group == 4
    assert "未變 1" in hand_in(f"{head}KH-TEST,高雄市測試區公所,高雄市,4\n")
    assert desk.as_("editor").post("/console/offices", {}).status_code == 403
