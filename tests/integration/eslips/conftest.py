"""The web application with e-slips over a store in memory; letters are files."""

from __future__ import annotations

import email
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot import app as bot_app
from bot.slips.letters import LetterWriter
from nhi_core import bootstrap
from nhi_core.bootstrap import Core
from nhi_core.settings import Settings
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from tests.fakes.limiter import FakeLimiter
from tests.fakes.store import MemoryStore
from tests.fakes.till import Till
from tests.fakes.vault import FakeVault

ADDRESS, PASSWORD = "siti@mail.example", "Sawah-Hijau-7"
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
_FORM = re.compile(r'<form method="post" action="([^"]+)">(.*?)</form>', re.DOTALL)


@dataclass
class Web:
    """A browser, and what stands behind the pages."""

    browser: FlaskClient
    core: Core
    till: Till
    clock: FakeClock
    folder: Path

    def link(self, language: str = "en", *, part: str = "") -> str:
        """Ask in the chat for the page; return its path."""
        eslips = self.core.eslips
        url = (eslips.slip if part else eslips.offer)("account", language).url
        parts = urlsplit(url)
        return f"{parts.path}?{parts.query}"

    def see(self, path: str) -> str:
        answer = self.browser.get(path, follow_redirects=True)
        return html.unescape(answer.get_data(as_text=True))

    def send(self, page: str, action: str, **values: str) -> TestResponse:
        """Fill in the form of a page that leads to `action`, and send it."""
        for target, body in _FORM.findall(page):
            if target.endswith(action) and values.get("holder", "") in body:
                return self.browser.post(target, data={**dict(_HIDDEN.findall(body)), **values})
        raise AssertionError(f"no form for {action}")

    def follow(self, answer: TestResponse) -> str:
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return self.see(answer.headers["Location"])

    def letters(self) -> list[EmailMessage]:
        """Let the worker send; return every letter so far, the newest last."""
        self.core.outbox.send_due(LetterWriter(self.core))
        files = sorted(self.folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [email.message_from_bytes(file.read_bytes(), policy=default) for file in files]  # type: ignore[misc]

    def code(self) -> str:
        body = self.letters()[-1].get_content()
        found = re.search(r"\b(\d{6})\b", body)
        assert found, body
        return found[1]

    def ask(self, page: str | None = None, **values: str) -> TestResponse:
        """Type an address and a password into the page."""
        typed = {"email": ADDRESS, "password": PASSWORD, "again": PASSWORD, **values}
        return self.send(page or self.see(self.link()), "/address", **typed)

    def subscribe(self) -> str:
        """Go the whole way; return the last page."""
        page = self.follow(self.ask())
        return self.follow(self.send(page, "/code", code=self.code()))


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    settings = Settings.load(env_file=None, NHI_VAR_DIR=str(tmp_path))
    clock = FakeClock()
    store = MemoryStore(clock)
    core = bootstrap.build(
        settings,
        clock=clock,
        ids=FakeIds(),
        uow=store,
        vault=FakeVault(clock),
        limiter=FakeLimiter(clock),
    )
    till = Till(store, clock)
    application = bot_app.create_app(settings, core, enqueue=lambda _mailbox: None)
    yield Web(application.test_client(), core, till, clock, tmp_path / "mail")
    core.close()
