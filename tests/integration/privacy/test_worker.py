"""What the sweeper does about erasures: goes on with them, and takes the menu off in LINE."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from bot.line import Refused, Unreachable
from bot.workers.privacy import sweep_erasures
from bot.workers.runtime import Office as WorkerOffice
from nhi_core.domain.privacy import Proof
from nhi_core.security import KeyedFingerprints, sandbox_rings
from tests.fakes.line import FakeLine
from tests.integration.privacy.conftest import NUMBER, Office

USER = "U" + "1" * 32


@pytest.fixture
def line() -> FakeLine:
    return FakeLine()


@pytest.fixture
def worker(office: Office, line: FakeLine) -> WorkerOffice:
    core = SimpleNamespace(privacy=office.desk, fingerprints=KeyedFingerprints(sandbox_rings().fingerprint))
    return cast("WorkerOffice", SimpleNamespace(desk=SimpleNamespace(core=core, line=line)))


def test_the_menu_is_taken_off_and_with_it_goes_the_last_copy_of_the_id(
    office: Office, line: FakeLine, worker: WorkerOffice
) -> None:
    office.desk.erase(NUMBER, proof=Proof.NHI_CARD, case="115-1")
    assert sweep_erasures(worker) == 1
    assert line.unlinked == [USER]
    assert office.rows("erasure_accounts") == []
    mailbox = worker.desk.core.fingerprints.make("mailbox", f"user:{USER}")
    assert mailbox in office.forgetter.marks
    assert sweep_erasures(worker) == 0
    assert line.unlinked == [USER]


def test_line_away_puts_it_off_and_a_user_that_line_does_not_know_does_not(
    office: Office, line: FakeLine, worker: WorkerOffice
) -> None:
    office.desk.erase(NUMBER, proof=Proof.NHI_CARD, case="115-1")
    line.script = [Unreachable(maybe_sent=True), Refused(404, "not found")]
    assert sweep_erasures(worker) == 0
    assert len(office.rows("erasure_accounts")) == 1
    assert sweep_erasures(worker) == 1
    assert line.unlinked == []
    assert office.events().count("erasure_done") == 1


def test_a_request_that_nobody_went_on_with_is_done_from_its_row(
    office: Office, worker: WorkerOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office.desk, "clear", lambda _id: None)
    office.desk.erase(NUMBER, proof=Proof.NHI_CARD, case="115-1")
    monkeypatch.undo()
    assert sweep_erasures(worker) == 1
    assert office.of("bindings", "one") == []
