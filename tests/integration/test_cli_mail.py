"""`nhi-counter mail`: what waits, why, and another try; nothing of a letter is shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from nhi_core.bootstrap import build
from nhi_core.domain.mail import Mail, MailKind, MailState
from nhi_core.settings import Settings
from tests.integration.test_cli import Run, run

__all__ = ["run"]
AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)


def put(*states: MailState) -> None:
    core = build(Settings.load())
    with core.uow() as uow:
        for state in states:
            code = "421" if state is MailState.GIVEN_UP else None
            assert uow.mails.add(
                Mail(state.value, f"key-{state}", MailKind.ESLIP, "slip", state, 9, AT, None, AT, AT, code)
            )
        uow.commit()
    core.close()


def test_what_waits_and_why(run: Run) -> None:
    run("db", "upgrade")
    assert "eslip_code       none" in run("mail", "status").output
    put(*MailState)
    said = run("mail", "status").output
    assert "eslip            1 waiting, 1 sending, 1 sent" in said
    assert "given_up  eslip  given_up (421)  2026-09-20 10:00" in said
    assert "may have gone out" in said
    assert "dropped  eslip" not in said, "nothing is to be done about it"
    found = json.loads(run("mail", "status", "--json").output)
    assert found["offered"] is True
    assert sorted(found["stuck"]) == ["given_up", "refused", "unclear"]


@pytest.mark.net
def test_the_doctor_counts_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RASA_URL", "ACTIONS_URL", "NHI_PUBLIC_URL", "LINE_API_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    run("db", "upgrade")
    put(*MailState)
    said = run("doctor").output
    assert "✓ outbox       1 letters wait, 3 need a person's word" in said
    assert "✓ mail         letters are files in" in said
    monkeypatch.setenv("NHI_SMTP_URL", "smtp://127.0.0.1:9")
    monkeypatch.setenv("NHI_MAIL_FROM", "counter@office.example")
    assert "✗ mail         does not take letters (no_server)" in run("doctor").output


def test_another_try(run: Run) -> None:
    run("db", "upgrade")
    put(MailState.GIVEN_UP, MailState.UNCLEAR, MailState.SENT)
    assert run("mail", "retry").exit_code == 2
    assert "1 to be tried again" in run("mail", "retry", "--given-up").output
    assert "1 to be tried again" in run("mail", "retry", "unclear").output
    assert json.loads(run("mail", "status", "--json").output)["stuck"] == []
    for refused in ("sent", "nowhere"):
        assert run("mail", "retry", refused).exception is not None
