"""`nhi-counter instalments`: a clerk finds, reads and decides."""

from __future__ import annotations

import json

from nhi_core.bootstrap import build
from nhi_core.domain.application import Reason
from nhi_core.services.instalments import Answers
from nhi_core.settings import Settings
from tests.integration.test_cli import Run, run

__all__ = ["run"]
PHONE = "0912345678"


def handed_in() -> str:
    core = build(Settings.load())
    with core.uow() as uow:
        person = uow.people.by_story("over_50000")
    assert person is not None
    account = core.conversations.open("line", "U" + "1" * 32).account_id
    core.bindings.propose(account, core.bindings.issue_code(person.id).code)
    core.bindings.confirm(account)
    core.instalments.begin(account, Answers(terms=24, reason=Reason.PAY_CUT, contact=PHONE))
    sent = core.instalments.confirm(account)
    core.close()
    assert sent is not None
    return sent.code


def test_a_clerk_finds_reads_and_decides(run: Run) -> None:
    run("db", "upgrade")
    run("seed")
    assert "Nothing waits" in run("instalments", "list", "--state", "approved").output
    code = handed_in()
    listed = run("instalments", "list").output
    assert code in listed
    assert PHONE not in listed
    shown = run("instalments", "show", code).output
    assert "at the counter" in shown
    assert f"contact:   {PHONE}" in shown
    sheet = json.loads(run("instalments", "sheet", code.lower()).output)
    assert sum(term["amount"] for term in sheet["schedule"]) == sheet["total"] == 62_277
    assert run("instalments", "refuse", code).exit_code == 2
    assert "24 terms" in run("instalments", "approve", code).output
    assert run("instalments", "return", code, "--note", "x").exception is not None
    assert run("instalments", "show", "AAA-AAA").exception is not None
    assert "ended" in run("instalments", "default", code).output
    assert code in run("instalments", "list", "--state", "defaulted").output
