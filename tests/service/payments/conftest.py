"""Each test runs over the store in memory and over SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from nhi_core.adapters.db import ColumnSealer, SqlUnitOfWorkFactory, make_engine
from nhi_core.security import KeyedFingerprints, Sealer, sandbox_rings
from tests.fakes.clock import FakeClock
from tests.fakes.store import MemoryStore
from tests.fakes.till import Till

MakeTill = Callable[..., Till]


@pytest.fixture(params=["memory", "sqlite"])
def make_till(request: pytest.FixtureRequest) -> Iterator[MakeTill]:
    """Return a function that sets up a till over an empty store; call it once a test."""
    engines = []

    def make(**choices: object) -> Till:
        clock = FakeClock()
        if request.param == "memory":
            return Till(MemoryStore(clock), clock, **choices)  # type: ignore[arg-type]
        rings = sandbox_rings()
        engine = make_engine(request.getfixturevalue("migrated_sqlite_url"))
        engines.append(engine)
        sealer = ColumnSealer(Sealer(rings.seal), KeyedFingerprints(rings.fingerprint))
        return Till(SqlUnitOfWorkFactory(engine, sealer, clock), clock, **choices)  # type: ignore[arg-type]

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
def till(make_till: MakeTill) -> Till:
    return make_till()
