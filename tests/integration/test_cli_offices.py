"""`nhi-counter offices`, `clerks`, `groups`: what an operator does about offices and the people in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nhi_core.adapters.offices.sample import PATH
from tests.integration.test_cli import Run, run

__all__ = ["run"]
CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")


@pytest.fixture
def seeded(run: Run) -> Run:
    """A sandbox with offices and clerks."""
    run("db", "upgrade")
    assert "Offices: 77 new, 103 made-up clerks new." in run("seed").output
    return run


def test_a_list_is_taken_in_and_shown(run: Run) -> None:
    run("db", "upgrade")
    assert "77 new, 0 changed" in run("offices", "import", str(PATH)).output
    assert "0 new, 0 changed, 77 as they were" in run("offices", "import", str(PATH)).output
    shown = run("offices", "list", "--group", "1").output
    assert "KH-FENGSHAN" in shown
    assert "PT-KANDING" not in shown
    assert "77 offices, 0 clerks" in run("offices", "list").output


@pytest.mark.parametrize("content", [b"code;name\n", "code,name\n名".encode("big5"), b"x" * 1_000_001])
def test_what_is_no_list_is_refused(run: Run, tmp_path: Path, content: bytes) -> None:
    run("db", "upgrade")
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    assert run("offices", "import", str(path)).exit_code == 1
    assert "0 offices" in run("offices", "list").output


def test_an_office_is_looked_at_grouped_closed_and_reopened(seeded: Run) -> None:
    issued = seeded("clerk-code", "PH-MAGONG").output
    assert CODE.search(issued)
    shown = seeded("offices", "show", "PH-MAGONG").output
    assert "澎湖縣馬公市公所" in shown
    assert "size group 3" in shown
    assert "open invitation until" in shown
    assert not CODE.search(shown)
    assert re.search(r"[一-鿿]O[一-鿿]", shown)
    assert "size group 2" in seeded("offices", "group", "PH-MAGONG", "2").output
    seeded("offices", "close", "PH-MAGONG")
    assert seeded("clerk-code", "PH-MAGONG").exit_code == 1
    seeded("offices", "reopen", "PH-MAGONG")
    assert seeded("clerk-code", "-q", "PH-MAGONG").exit_code == 0
    assert seeded("offices", "show", "KH-NOWHERE").exit_code == 1


def test_a_clerk_is_moved_and_ended(seeded: Run) -> None:
    assert "103 in all" in seeded("clerks", "list").output
    moved = seeded("clerks", "transfer", "staff-1", "PT-KANDING", "--on", "2026-09-01").output
    assert moved == "Moved to PT-KANDING from 2026-09-01.\n"
    assert "staff-1 " in seeded("offices", "show", "PT-KANDING").output
    assert seeded("clerks", "transfer", "staff-1", "PT-KANDING").exit_code == 1
    assert seeded("clerks", "end", "staff-1").exit_code == 0
    assert seeded("clerks", "end", "staff-1").exit_code == 1
    assert "102 in all" in seeded("clerks", "list").output


def test_groups_are_listed_and_untied(seeded: Run) -> None:
    assert "103 people, 103 seen, 103 registered" in seeded("groups", "list").output
    assert seeded("groups", "untie", "kao-ping-group").exit_code == 0
    assert "waiting" in seeded("groups", "list").output
    assert seeded("groups", "untie", "kao-ping-group").exit_code == 1


def test_codes_for_editors_and_groups(seeded: Run) -> None:
    assert CODE.fullmatch(seeded("editor-code", "-q").output.strip())
    shown = seeded("group-code").output
    assert re.search(r"an editor writes it in the group: [2-9A-Z]{4}-[2-9A-Z]{4}$", shown, re.MULTILINE)
