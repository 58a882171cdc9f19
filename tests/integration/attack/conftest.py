"""The web process over a real database and a real Redis, with the made-up staff."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import redis

from bot.app import create_app
from nhi_core.bootstrap import build
from nhi_core.services.staff_sandbox import seed_staff
from nhi_core.settings import Settings
from tests.fakes.clock import FakeClock
from tests.fakes.passwords import FastPasswords
from tests.integration.attack.house import House


class Patient:
    """A limiter that never stops anybody."""

    def __init__(self, _clock: FakeClock) -> None:
        self.asked: list[str] = []

    def hit(self, name: str, *, limit: int, window: timedelta) -> bool:
        self.asked.append(name)
        return True


@contextmanager
def house_of(url: str, redis_url: str, folder: Path) -> Iterator[House]:
    """Everything in place over a migrated database and an empty Redis."""
    clock = FakeClock()
    settings = Settings.load(env_file=None, NHI_DATABASE_URL=url, NHI_VAR_DIR=folder)
    with redis.Redis.from_url(redis_url) as client:
        core = build(settings, clock=clock, limiter=Patient(clock), redis=client)
        seed_staff(core.uow, clock, FastPasswords())
        app = create_app(settings, core, enqueue=lambda *_: None, tell=lambda *_: None)
        yield House(app, core, clock)
        core.close()


@pytest.fixture
def house(migrated_sqlite_url: str, redis_url: str, tmp_path: Path) -> Iterator[House]:
    with house_of(migrated_sqlite_url, redis_url, tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def standing_house(
    _migrated_sqlite: Path, redis_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """One house for many tries. Limits are off: they have tests of their own."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(_migrated_sqlite, folder / "counter.db")
    with house_of(f"sqlite:///{folder}/counter.db", redis_server, folder) as found:
        yield found
