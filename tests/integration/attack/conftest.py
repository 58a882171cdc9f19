"""The web process over a real database and a real Redis, with the made-up staff."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from bot.app import create_app
from nhi_core.bootstrap import build
from nhi_core.services.staff_sandbox import seed_staff
from nhi_core.settings import Settings
from tests.fakes.clock import FakeClock
from tests.fakes.limiter import FakeLimiter
from tests.fakes.passwords import FastPasswords
from tests.integration.attack.house import House


@pytest.fixture
def house(migrated_sqlite_url: str, redis_url: str, tmp_path: Path) -> Iterator[House]:
    clock = FakeClock()
    settings = Settings.load(env_file=None, NHI_DATABASE_URL=migrated_sqlite_url, NHI_VAR_DIR=tmp_path)
    with redis.Redis.from_url(redis_url) as client:
        core = build(settings, clock=clock, limiter=FakeLimiter(clock), redis=client)
        seed_staff(core.uow, clock, FastPasswords())
        app = create_app(settings, core, enqueue=lambda *_: None, tell=lambda *_: None)
        yield House(app, core, clock)
        core.close()
