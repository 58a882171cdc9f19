"""`nhi-counter privacy`: what the person at the counter is handed, and what the office is told."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from nhi_core.bootstrap import build
from nhi_core.settings import Settings
from tests.integration.test_cli import Run, run
from tests.unit.core.test_privacy_package import opened

__all__ = ["run"]

ASKED = ("--proof", "national_id", "--case", "115-0042")


def number_of(story: str) -> str:
    core = build(Settings.load(env_file=None))
    with core.uow() as uow:
        person = uow.people.by_story(story)
    core.close()
    assert person is not None
    return person.number


def test_an_export_opens_with_the_password_that_is_shown_once(run: Run, tmp_path: Path) -> None:
    run("db", "upgrade")
    run("seed")
    number = number_of("paid_up")
    made = run("privacy", "export", "data.zip", *ASKED, typed=f"{number}\n")
    assert made.exit_code == 0, made.output
    (password,) = re.findall(r": ([2-9A-Z]{4}(?:-[2-9A-Z]{4}){4})$", made.output, re.MULTILINE)
    target = tmp_path / "data.zip"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert number in opened(target.read_bytes(), password)["data.json"].decode()
    assert number not in made.output
    assert run("privacy", "export", "data.zip", *ASKED, typed=f"{number}\n").exit_code == 1
    assert run("privacy", "export", "more.zip", "--case", "1", typed=f"{number}\n").exit_code == 2


def test_an_erasure_says_what_went_what_stays_and_why(run: Run, tmp_path: Path) -> None:
    run("db", "upgrade")
    run("seed")
    run("bind-code", "paid_up")
    number = number_of("paid_up")
    assert run("privacy", "erase", *ASKED, typed=f"{number}\nn\n").exit_code == 1
    assert run("privacy", "status").output == "0 under way.\n"
    done = run("privacy", "erase", "--yes", *ASKED, typed=f"{number}\n")
    assert done.exit_code == 0, done.output
    assert re.search(r"^deleted +one_time_codes +1$", done.output, re.MULTILINE)
    assert "PDPA §11 III" in done.output
    assert number not in done.output
    listed = run("privacy", "status", "--ids").output
    (tmp_path / "erased.txt").write_text(listed)
    assert len(listed.split()) == 1
    again = run("privacy", "repeat", "erased.txt", "--case", "restore").output
    assert again.startswith("0 of 1 erased again")
