"""How a fault run counts: order, deaths on order, and what the page says of trials nobody played."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.faults.books import Verdict, disorder
from scripts.faults.case import Case
from scripts.faults.crash import Orders, environment
from scripts.faults.report import row
from scripts.faults.talk import Said
from scripts.stack.processes import ROOT

_CHILD = """
from nhi_core.services.turns import TurnService
service = TurnService(None, None)
for _ in range({times}):
    try:
        service.resolve("x")
    except AttributeError:
        pass
print("alive")
"""


def said(number: int, *, acked: int | None, answered: int | None, user: str = "U1") -> Said:
    """Return an event said at second `number`; moments in ms."""
    event = {"webhookEventId": f"E{number}", "timestamp": number * 1000, "replyToken": f"t{number}"}
    return Said(event, user, acked, {"r": answered} if answered is not None else {})


def test_answers_in_the_order_of_arrival_are_in_order() -> None:
    assert disorder([said(1, acked=1100, answered=1500), said(2, acked=2100, answered=2500)]) == 0


def test_an_answer_that_overtakes_an_earlier_one_is_counted() -> None:
    assert disorder([said(1, acked=1100, answered=9000), said(2, acked=2100, answered=2500)]) == 1


def test_what_line_had_not_handed_over_yet_may_be_overtaken() -> None:
    assert disorder([said(1, acked=5000, answered=9000), said(2, acked=2100, answered=2500)]) == 0


def test_different_people_do_not_wait_for_one_another() -> None:
    later = said(2, acked=2100, answered=2500, user="U2")
    assert disorder([said(1, acked=1100, answered=9000), later]) == 0


def test_a_trial_with_something_lost_or_wrong_is_not_passed() -> None:
    assert Verdict("fine").passed
    assert not Verdict("one gone", lost=1).passed
    assert not Verdict("odd", problems=("a row without an end",)).passed


def run(folder: Path, times: int) -> subprocess.CompletedProcess[str]:
    """Run a process of ours that comes by a step `times` times; it counts as the action server."""
    env = {**os.environ, **environment(folder, ROOT)}
    words = [sys.executable, "-c", _CHILD.format(times=times), "actions.server"]
    return subprocess.run(words, env=env, capture_output=True, text=True, check=False, cwd=ROOT)


def test_a_process_dies_at_the_step_it_was_ordered_to(tmp_path: Path) -> None:
    with Orders(tmp_path).given("actions", "TurnService.resolve", "before") as died:
        done = run(tmp_path, 1)
        assert died(1) is not None
    assert done.returncode == -signal.SIGKILL
    assert run(tmp_path, 1).stdout == "alive\n", "one order kills once"


def test_an_order_lets_as_many_pass_as_it_says(tmp_path: Path) -> None:
    with Orders(tmp_path).given("actions", "TurnService.resolve", "before", skip=2):
        assert run(tmp_path, 2).stdout == "alive\n"
        assert run(tmp_path, 1).returncode == -signal.SIGKILL


def test_another_role_passes_by(tmp_path: Path) -> None:
    with Orders(tmp_path).given("worker", "TurnService.resolve", "before"):
        assert run(tmp_path, 1).stdout == "alive\n"


@pytest.mark.parametrize(("passed", "word"), [(True, "passed"), (False, "**failed**")])
def test_the_page_tells_passed_failed_and_not_run(passed: bool, word: str) -> None:
    case = Case("c", "turn", "worker dies", "answered once", lambda _rig: Verdict(""))
    assert "| not run |" in row(case, None)
    kept = {
        "observed": "all ended", "recovered": 1.25, "longest": None, "lost": 0, "doubled": 0,
        "disordered": 0, "problems": [], "passed": passed,
    }  # fmt: skip
    line = row(case, kept)
    assert word in line
    assert "| 1.2 | – | 0 | 0 | 0 |" in line
