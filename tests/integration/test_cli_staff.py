"""`nhi-counter staff`: the first admin, roles, closing, resetting."""

from __future__ import annotations

import re

from nhi_core.bootstrap import build
from nhi_core.cli.doctor import _staff
from nhi_core.domain.staff import StaffRole
from nhi_core.services.staff import COMMAND_LINE
from nhi_core.services.staff_sandbox import seed_staff
from nhi_core.settings import Settings
from tests.fakes.passwords import FastPasswords
from tests.integration.test_cli import Run, run

__all__ = ["run"]


def test_an_admin_is_added_and_looked_after(run: Run) -> None:
    run("db", "upgrade")
    added = run("staff", "add", "mei.wang", "--name", "王美", "--role", "admin").output
    assert re.search(r"first password: [2-9A-Z]{16} ", added)
    assert re.search(r"mei\.wang +admin", run("staff", "list").output)
    assert run("staff", "roles", "mei.wang", "editor").exception is not None  # the last admin stays one
    run("staff", "add", "lee.second", "--name", "李", "--role", "admin")
    assert run("staff", "roles", "mei.wang", "editor", "reviewer").exit_code == 0
    run("staff", "disable", "mei.wang")
    assert re.search(r"mei\.wang +editor, reviewer +\(shut out\)", run("staff", "list").output)
    run("staff", "enable", "mei.wang")
    assert run("staff", "reset-totp", "mei.wang").exit_code == 0
    assert "first password" in run("staff", "reset-password", "mei.wang").output
    assert run("staff", "tie-login", "mei.wang", "8f14e45f").exit_code == 0
    assert run("staff", "disable", "nobody").exception is not None


def test_the_sandbox_tells_the_code_of_its_staff_alone(run: Run) -> None:
    assert re.fullmatch(r"\d{6}\n", run("staff", "code", "reviewer").output)
    assert run("staff", "code", "mei.wang").exit_code != 0


def test_the_check_up_counts_admins_and_finds_the_sandboxs_staff(migrated_sqlite_url: str) -> None:
    core = build(Settings.load(env_file=None, NHI_DATABASE_URL=migrated_sqlite_url))
    assert "staff add" in _staff(core.engine, production=True).remedy
    core.staff.add("mei.wang", "王美", [StaffRole.ADMIN], by=COMMAND_LINE)
    found = _staff(core.engine, production=True)
    assert (found.ok, found.words, found.remedy) == (True, "1 admins of the console", "")
    seed_staff(core.uow, core.clock, FastPasswords())
    assert not _staff(core.engine, production=True).ok
    assert _staff(core.engine, production=False).ok
    core.close()
