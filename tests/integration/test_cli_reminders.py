"""`nhi-counter reminders`: numbers for staff, and the sandbox's way to try one out."""

from __future__ import annotations

import pytest

from nhi_core.bootstrap import build
from nhi_core.domain.reminders import ReminderKind
from nhi_core.settings import Settings
from tests.integration.test_cli import Run, run

__all__ = ["run"]


@pytest.fixture
def subscribed(run: Run) -> Run:
    """One made-up person, whose payment is not posted, asked to be told."""
    run("db", "upgrade")
    run("seed")
    core = build(Settings.load())
    with core.uow() as uow:
        person = uow.people.by_story("posting_late")
    assert person is not None
    account = core.conversations.open("line", "U" + "1" * 32).account_id
    core.bindings.propose(account, core.bindings.issue_code(person.id).code)
    core.bindings.confirm(account)
    core.reminders.switch(account, ReminderKind.POSTING, on=True)
    core.close()
    return run


def test_status_is_counts_alone(subscribed: Run) -> None:
    shown = subscribed("reminders", "status").output
    assert "subscribed  posting            1" in shown
    assert "planned     posting            1" in shown
    assert "past their moment, not sent: 0" in shown
    assert "童" not in shown
    assert "U1" not in shown


def test_hurry_brings_forward_what_is_planned(subscribed: Run) -> None:
    assert "1 brought forward" in subscribed("reminders", "hurry").output
    assert "past their moment, not sent: 1" in subscribed("reminders", "status").output
