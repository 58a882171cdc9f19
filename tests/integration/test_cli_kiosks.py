"""`nhi-counter kiosk` and `nhi-counter bindings`: enrol, list, revoke, untie, unlock."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from nhi_core.bootstrap import build
from nhi_core.security.device_keys import new_device_key
from nhi_core.settings import Settings
from nhi_core.wire.kiosk import KioskKey
from tests.integration.test_cli import Run, run

__all__ = ["run"]


def test_a_kiosk_is_enrolled_listed_and_revoked(run: Run, tmp_path: Path) -> None:
    run("db", "upgrade")
    assert "No kiosk" in run("kiosk", "list").output
    file = tmp_path / "kiosk.json"
    shown = run("kiosk", "enrol", "Lobby 1", "--office", "houli", "--out", str(file)).output
    assert "PRIVATE KEY" not in shown
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = KioskKey.model_validate_json(file.read_text())
    assert load_pem_private_key(key.private_key.encode(), None)
    assert key.server == "http://127.0.0.1:8000"
    assert f"{key.kiosk_id}  Lobby 1  houli  never seen" in run("kiosk", "list").output
    assert run("kiosk", "enrol", "Lobby 2", "--out", str(file)).exit_code == 1, "never overwritten"
    assert "Lobby 2" not in run("kiosk", "list").output
    assert "Revoked" in run("kiosk", "revoke", key.kiosk_id).output
    assert "revoked" in run("kiosk", "list").output
    assert run("kiosk", "revoke", key.kiosk_id).exception is not None


def test_a_key_that_was_made_on_the_kiosk_never_leaves_it(run: Run, tmp_path: Path) -> None:
    run("db", "upgrade")
    (tmp_path / "lobby.pub").write_text(new_device_key()[1])
    assert "kiosk id" in run("kiosk", "enrol", "Lobby", "--public-key", str(tmp_path / "lobby.pub")).output
    (tmp_path / "not.pub").write_text(new_device_key()[0])
    refused = run("kiosk", "enrol", "Lobby", "--public-key", str(tmp_path / "not.pub"))
    assert refused.exception is not None
    assert run("kiosk", "enrol", "Lobby").exit_code == 2


def test_the_staff_unties_and_unlocks(run: Run) -> None:
    run("db", "upgrade")
    run("seed")
    cards = json.loads(run("people", "--json").output)
    number = next(card["id_number"] for card in cards if card["story"] == "paid_up")
    core = build(Settings.load())
    account = core.conversations.open("line", "U" + "1" * 32).account_id
    with core.uow() as uow:
        person = uow.people.by_story("paid_up")
    assert person is not None
    core.bindings.propose(account, core.bindings.issue_code(person.id).code)
    core.bindings.confirm(account)
    done = run("bindings", "unbind", typed=number)
    assert "Unbound" in done.output
    assert number not in done.output
    assert not core.bindings.status(account).bound
    assert run("bindings", "unbind", typed=number).exception is not None
    assert "Nothing was locked" in run("bindings", "unlock", typed=number).output
    assert "Nothing was locked" in run("bindings", "unlock", "--kiosk", "k").output
    core.close()
