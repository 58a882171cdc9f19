"""Four eyes on the page: who proposed sees that another decides; what is decided names both."""

from __future__ import annotations

import pytest

from bot.console.blueprint import Console
from nhi_core.domain.approvals import ApprovalState
from nhi_core.domain.staff import StaffRole
from tests.integration.console.conftest import Desk


@pytest.fixture
def approval(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    """The chief has proposed something; its page is the start page."""
    console = desk.app.extensions["console"]
    assert isinstance(console, Console)
    console.approval("test_kind", lambda subject: f"/console/?matter={subject}", domain="console")
    monkeypatch.setattr("bot.console.approvals.kind_word", lambda one, domain: "測試事項")
    return desk.core.approvals.propose("test_kind", "m1", content="text", by="sandbox-chief").id


def state(desk: Desk, approval: str) -> ApprovalState:
    with desk.core.uow() as uow:
        found = uow.approvals.get(approval)
    assert found is not None
    return found.state


def test_another_supervisor_sees_it_waiting_looks_at_it_and_approves(desk: Desk, approval: str) -> None:
    supervisor = desk.as_("supervisor")
    assert "<strong>1</strong><span>件等您同意" in supervisor.get("/console/").text
    page = supervisor.get("/console/approvals").text
    assert 'href="/console/?matter=m1"' in page
    assert "測試事項" in page
    assert "李國棟" in page
    supervisor.post(f"/console/approvals/{approval}/approve")
    assert "已同意" in supervisor.get("/console/approvals").text
    assert state(desk, approval) is ApprovalState.APPROVED


def test_who_proposed_it_cannot_approve_it(desk: Desk, approval: str) -> None:
    chief = desk.as_("chief")
    assert "<strong>0</strong><span>件等您同意" in chief.get("/console/").text
    assert "需由另一位主管決定" in chief.get("/console/approvals").text
    chief.post(f"/console/approvals/{approval}/approve")
    assert "自己提出的不能自己同意" in chief.get("/console/approvals").text
    assert state(desk, approval) is ApprovalState.PROPOSED


def test_declined_twice_says_that_it_is_over(desk: Desk, approval: str) -> None:
    supervisor = desk.as_("supervisor")
    supervisor.post(f"/console/approvals/{approval}/decline")
    assert state(desk, approval) is ApprovalState.DECLINED
    supervisor.post(f"/console/approvals/{approval}/approve")
    assert "已經有人決定" in supervisor.get("/console/approvals").text


def test_without_the_role_nothing_is_decided(desk: Desk, approval: str) -> None:
    assert StaffRole.SUPERVISOR not in desk.core.staff.named("editor").roles
    assert desk.as_("editor").post(f"/console/approvals/{approval}/approve").status_code == 403
    assert state(desk, approval) is ApprovalState.PROPOSED
