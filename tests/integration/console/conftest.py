"""The console over a real (SQLite) database: a browser for each role, without passwords in the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.app import create_app
from nhi_core.bootstrap import Core, build
from nhi_core.services.staff_sandbox import seed_staff
from nhi_core.settings import Settings
from tests.fakes.clock import FakeClock
from tests.fakes.limiter import FakeLimiter
from tests.fakes.passwords import FastPasswords
from tests.fakes.vault import FakeVault

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Browser:
    """One browser; `post` takes the form token from the page where the form stands."""

    client: FlaskClient

    def get(self, path: str, **options: object) -> TestResponse:
        return self.client.get(path, **options)

    def post(
        self, path: str, data: dict[str, object] | None = None, *, page: str = "/console/account"
    ) -> TestResponse:
        found = _TOKEN.search(self.client.get(page).text)
        assert found, f"{page} has no form"
        return self.client.post(path, data={"csrf_token": found[1], **(data or {})})


@dataclass
class Desk:
    """The console, its business and its clock."""

    app: Flask
    core: Core
    clock: FakeClock

    def browser(self) -> Browser:
        """A browser that nobody has signed in with."""
        return Browser(self.app.test_client())

    def as_(self, username: str) -> Browser:
        """A browser that one of the made-up staff (named for the role) has signed in with."""
        member = self.core.staff.named(username)
        browser = self.browser()
        token = self.core.sign_in.enter(member, how="test", agent="test").token
        browser.client.set_cookie("nhi_console", token, domain="localhost")
        return browser


@contextmanager
def desk_of(url: str, files: Path) -> Iterator[Desk]:
    """A console over a migrated database, with the made-up staff."""
    clock = FakeClock()
    settings = Settings.load(env_file=None, NHI_DATABASE_URL=url, NHI_FILES_DIR=files)
    core = build(settings, clock=clock, limiter=FakeLimiter(clock), vault=FakeVault(clock))
    seed_staff(core.uow, clock, FastPasswords())
    app = create_app(settings, core, enqueue=lambda *_: None, tell=lambda *_: None)
    app.testing = False
    yield Desk(app, core, clock)
    core.close()


@pytest.fixture
def desk(migrated_sqlite_url: str, tmp_path: Path) -> Iterator[Desk]:
    with desk_of(migrated_sqlite_url, tmp_path / "files") as found:
        yield found
