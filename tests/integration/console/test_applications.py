"""Deciding applications: the queue, the pre-check's reasons, notes, masks, and who may."""

from __future__ import annotations

import json

import pytest

from nhi_core.adapters.premiums.sandbox import seed
from nhi_core.domain.application import ApplicationState, Reason
from nhi_core.services.instalments import Answers
from tests.integration.console.conftest import Desk

PHONE = "0912345678"


def hand_in(desk: Desk, story: str, *, terms: int = 12, user: str = "1") -> str:
    """Hand in an application of a made-up person; return its code as it is shown."""
    core = desk.core
    seed(core.uow, core.clock.today(), core.calendar)
    with core.uow() as uow:
        person = uow.people.by_story(story)
    assert person is not None
    account = core.conversations.open("line", "U" + user * 32).account_id
    core.bindings.propose(account, core.bindings.issue_code(person.id).code)
    core.bindings.confirm(account)
    desk.clock.advance(minutes=core.settings.payment_cooling_off)
    core.instalments.begin(account, Answers(terms=terms, reason=Reason.PAY_CUT, contact=PHONE))
    sent = core.instalments.confirm(account)
    assert sent is not None
    return sent.code


def trail(desk: Desk, event: str) -> list[tuple[str, dict[str, object]]]:
    with desk.core.uow() as uow:
        rows = uow.audit._connection.exec_driver_sql(  # type: ignore[attr-defined]
            f"SELECT staff, detail FROM audit_events WHERE event = '{event}' ORDER BY id"
        ).all()
    return [(staff, json.loads(detail)) for staff, detail in rows]


def state_of(desk: Desk, code: str) -> ApplicationState:
    return desk.core.instalment_desk.sheet(code).state


@pytest.fixture
def code(desk: Desk) -> str:
    return hand_in(desk, "twelve_months")


def test_the_queue_shows_what_waits_with_names_masked(desk: Desk, code: str) -> None:
    page = desk.as_("reviewer").get("/console/applications").text
    assert code in page
    assert "全部符合" in page
    assert PHONE not in page
    assert "共 1 筆" in page
    assert "沒有符合的" in desk.as_("reviewer").get("/console/applications?state=approved").text
    assert code in desk.as_("reviewer").get(f"/console/applications?state=&code={code[:3]}").text
    assert "等最久" in page


def test_the_start_page_counts_what_waits(desk: Desk, code: str) -> None:
    page = desk.as_("reviewer").get("/console/").text
    assert "<strong>1</strong><span>件分期申請待審核</span>" in page
    assert "分期申請待審核" not in desk.as_("editor").get("/console/").text


def test_approving_starts_the_plan_and_names_the_reviewer(desk: Desk, code: str) -> None:
    reviewer = desk.as_("reviewer")
    answer = reviewer.post(f"/console/applications/{code}/approve")
    assert (answer.status_code, answer.location) == (303, "/console/applications")
    assert "已核准" in reviewer.get("/console/applications").text
    assert state_of(desk, code) is ApplicationState.APPROVED
    assert [staff for staff, _detail in trail(desk, "instalment_approved")] == ["sandbox-reviewer"]


def test_approving_twice_says_that_it_was_decided(desk: Desk, code: str) -> None:
    first, second = desk.as_("reviewer"), desk.as_("chief")
    first.post(f"/console/applications/{code}/approve")
    answer = second.post(f"/console/applications/{code}/approve")
    assert (answer.status_code, "已有別人處理" in answer.text) == (409, True)


@pytest.mark.parametrize(
    ("verb", "state"), [("return", ApplicationState.RETURNED), ("refuse", ApplicationState.REFUSED)]
)
def test_returning_and_refusing_need_a_note(
    desk: Desk, code: str, verb: str, state: ApplicationState
) -> None:
    reviewer = desk.as_("reviewer")
    assert reviewer.post(f"/console/applications/{code}/{verb}", {"note": "  "}).status_code == 400
    assert state_of(desk, code) is ApplicationState.SUBMITTED
    reviewer.post(f"/console/applications/{code}/{verb}", {"note": "請留電話"})
    assert state_of(desk, code) is state


def test_what_changed_since_cannot_be_approved_and_says_why(desk: Desk, code: str) -> None:
    with desk.core.uow() as uow:
        person = uow.people.by_story("twelve_months")
        assert person is not None
        bills = uow.bills.of_payer(person.id)
        uow.bills.replace(person.id, bills=bills[1:], payments=(), plans=())
        uow.commit()
    reviewer = desk.as_("reviewer")
    assert "有要注意的" in reviewer.get("/console/applications").text
    sheet = reviewer.get(f"/console/applications/{code}").text
    assert "請退回讓民眾重新確認" in sheet
    assert "分期辦法第 3 條" in sheet
    answer = reviewer.post(f"/console/applications/{code}/approve")
    assert (answer.status_code, "不能核准" in answer.text) == (409, True)
    assert state_of(desk, code) is ApplicationState.SUBMITTED


def test_personal_data_are_masked_until_a_reason_is_given(desk: Desk, code: str) -> None:
    reviewer = desk.as_("reviewer")
    with desk.core.uow() as uow:
        person = uow.people.by_story("twelve_months")
    assert person is not None
    page = reviewer.get(f"/console/applications/{code}").text
    assert "0912***678" in page
    assert not any(secret in page for secret in (person.name, person.number, PHONE))
    assert reviewer.post(f"/console/applications/{code}/unmask", {"why": " "}).status_code == 400
    shown = reviewer.post(f"/console/applications/{code}/unmask", {"why": "電話聯絡申請人"}).text
    assert all(secret in shown for secret in (person.name, person.number, PHONE))
    assert person.name not in reviewer.get(f"/console/applications/{code}").text
    [(staff, detail)] = trail(desk, "person_unmasked")
    assert (staff, detail["why"]) == ("sandbox-reviewer", "電話聯絡申請人")


def test_a_supervisor_reads_masked_and_decides_nothing(desk: Desk, code: str) -> None:
    supervisor = desk.as_("supervisor")
    page = supervisor.get(f"/console/applications/{code}").text
    assert "查看完整個資" not in page
    assert supervisor.post(f"/console/applications/{code}/unmask", {"why": "因為想看"}).status_code == 403
    assert supervisor.post(f"/console/applications/{code}/approve").status_code == 403


def test_an_auditor_sees_no_application(desk: Desk, code: str) -> None:
    auditor = desk.as_("auditor")
    assert auditor.get("/console/applications").status_code == 403
    assert auditor.get(f"/console/applications/{code}").status_code == 403


def test_the_counters_sheet_has_the_terms_and_where_to_sign(desk: Desk) -> None:
    code = hand_in(desk, "over_50000", terms=24)
    page = desk.as_("reviewer").get(f"/console/applications/{code}/print").text
    assert "臨櫃（超過 12 期）" in page
    assert "申請人簽名" in page
    assert page.count('<th scope="row">') == 24


def test_an_unknown_code_is_not_found(desk: Desk) -> None:
    assert desk.as_("reviewer").get("/console/applications/AAA-AAA").status_code == 404


def test_the_list_becomes_a_file_with_masked_names(desk: Desk, code: str) -> None:
    text = desk.as_("reviewer").get("/console/applications?as=csv").data.decode("utf-8-sig")
    assert text.splitlines()[0].startswith("申請編號,狀態,預審,申請人")
    assert code in text
    assert PHONE not in text


def test_what_goes_to_the_applicant_is_in_the_applicant_s_language(desk: Desk, code: str) -> None:
    path = f"/console/applications/{code}"
    assert "聯絡不上" in desk.as_("reviewer").get(path).text
    account = desk.core.conversations.open("line", "U" + "1" * 32).account_id
    desk.core.conversations.choose_language(account, "en")
    page = desk.as_("reviewer").get(path).text
    assert "We could not reach you" in page
    assert "聯絡不上" not in page
