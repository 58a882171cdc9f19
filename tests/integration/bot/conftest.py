"""The bot's worker over real Redis, with LINE, the dialogue engine and the database in memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import redis

from bot.events import Event
from bot.mailbox import Mailbox
from bot.webhook import mailbox_id_of
from bot.workers import runtime, sweeps
from bot.workers.conversation import drain
from bot.workers.runtime import Office
from nhi_core import bootstrap
from nhi_core.domain.errors import StoreUnavailable
from nhi_core.settings import Settings
from tests.factories.events import USER
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from tests.fakes.limiter import FakeLimiter
from tests.fakes.line import FakeLine
from tests.fakes.rasa import FakeRasa
from tests.fakes.store import MemoryStore


@dataclass
class Store:
    """A database that can be switched off."""

    memory: MemoryStore
    away: bool = False

    def __call__(self) -> Any:
        if self.away:
            raise StoreUnavailable("switched off")
        return self.memory()


@dataclass
class Bench:
    """One worker, and everything around it."""

    clock: FakeClock
    store: Store
    line: FakeLine
    rasa: FakeRasa
    core: bootstrap.Core
    office: Office
    menus: list[tuple[str, str, str]] = field(default_factory=list)
    menu_failures: list[Exception] = field(default_factory=list)

    def assign(self, _line: object, _core: object, user_id: str, kind: str, language: str) -> None:
        if self.menu_failures:
            raise self.menu_failures.pop(0)
        self.menus.append((user_id, kind, language))

    @property
    def mailbox(self) -> Mailbox:
        return self.office.mailbox

    def post(self, *raws: dict[str, Any]) -> list[str]:
        """Put events into their mailboxes, as the webhook does; return the mailboxes to drain."""
        now = self.clock.now()
        events = [Event.of(raw, now) for raw in raws]
        return self.mailbox.append([(mailbox_id_of(self.core.fingerprints, one), one) for one in events], now)

    def work(self, *raws: dict[str, Any]) -> None:
        """Post events and drain their mailboxes."""
        for mailbox_id in self.post(*raws):
            drain(self.office, mailbox_id)

    def sweep(self) -> None:
        """Do what the beat asks for."""
        sweeps.sweep_journal(self.office)
        sweeps.sweep_mail(self.office, lambda mailbox_id: drain(self.office, mailbox_id))
        sweeps.sweep_errands(self.office)
        sweeps.sweep_parked(self.office)

    def ending(self, raw: dict[str, Any]) -> str | None:
        """Return the recorded end of an event."""
        return self.store.memory.inbound.get(raw["webhookEventId"])

    def said(self) -> list[str]:
        """Return the words of all replies, message by message."""
        return [words(one) for _, messages in self.line.replies for one in messages]

    def session(self, user: str = USER) -> str:
        """Return the session that valid buttons carry now."""
        return self.core.conversations.open("line", user).session


def words(message: Any) -> str:
    """Return what a screen reader would say of a message."""
    return str(message.get("text") or message.get("altText"))


def button_data(bench: Bench, intent: str) -> str:
    """Return the data of a button in the last reply."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") == "postback" and f"i={intent}" in str(node["data"]).split("&"):
                found.append(node["data"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(bench.line.replies[-1][1])
    assert found, f"no button {intent}"
    return found[0]


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    """A Redis client."""
    with redis.Redis.from_url(redis_url) as found:
        yield found


@pytest.fixture
def bench(client: redis.Redis, tmp_path: Path) -> Iterator[Bench]:
    """A worker at its desk, nobody bound, all parts well."""
    clock = FakeClock()
    store = Store(MemoryStore(clock))
    settings = Settings.load(
        env_file=None,
        NHI_DATABASE_URL="sqlite://",
        NHI_PUSH_QUOTA=20,
        NHI_PUSH_RESERVE=5,
        NHI_FILES_DIR=tmp_path / "files",
    )
    core = bootstrap.build(
        settings, clock=clock, ids=FakeIds(), uow=store, limiter=FakeLimiter(clock), redis=client
    )
    line, rasa = FakeLine(), FakeRasa()
    found = Bench(clock, store, line, rasa, core, office=None)  # type: ignore[arg-type]
    found.office = runtime.build(settings, core, line=line, rasa=rasa, assign_menu=found.assign)  # type: ignore[arg-type]
    yield found
    found.office.desk.background.shutdown(wait=True)
    core.engine.dispose()


def replaced(core: bootstrap.Core, **parts: Any) -> bootstrap.Core:
    """Return the core with other parts."""
    return dataclasses.replace(core, **parts)
