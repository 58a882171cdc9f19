"""The web application with the whole payment way over a store in memory; callbacks come back in at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from bot import app as bot_app
from bot.pay import sandbox
from nhi_core import bootstrap
from nhi_core.bootstrap import Core
from nhi_core.settings import Settings
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from tests.fakes.limiter import FakeLimiter
from tests.fakes.store import MemoryStore
from tests.fakes.till import Till
from tests.fakes.vault import FakeVault


@dataclass
class Web:
    """A browser, and what stands behind the pages."""

    browser: FlaskClient
    core: Core
    till: Till
    clock: FakeClock

    def link(self, language: str = "zh-TW") -> str:
        """Ask in the chat for a link; return its path."""
        parts = urlsplit(self.core.payments.order("account", language=language).url)
        return f"{parts.path}?{parts.query}"

    def start(self, page: str, amount: int) -> str:
        """Press the gateway's button; return where the browser is sent."""
        path = page.partition("?")[0]
        answer = self.browser.post(f"{path}/start/sandbox", data={"amount": amount, "lang": "en"})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return urlsplit(answer.headers["Location"]).path

    def decide(self, gateway: str, what: str) -> str:
        """Press a button of the sandbox gateway; follow the browser back and return the page it ends on."""
        answer = self.browser.post(gateway, data={"do": what})
        assert answer.status_code == 303
        return self.follow(answer.headers["Location"])

    def follow(self, address: str) -> str:
        parts = urlsplit(address)
        answer = self.browser.get(f"{parts.path}?{parts.query}", follow_redirects=True)
        return answer.get_data(as_text=True)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    settings = Settings.load(env_file=None)
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

    def deliver(url: str, body: bytes, headers: dict[str, str]) -> None:
        application.test_client().post(urlsplit(url).path, data=body, headers=headers)

    monkeypatch.setattr(sandbox.blueprint, "__defaults__", (deliver,))
    application = bot_app.create_app(settings, core, enqueue=lambda _mailbox: None)
    yield Web(application.test_client(), core, till, clock)
    core.close()
