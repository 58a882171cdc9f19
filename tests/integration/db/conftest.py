"""Both databases, freshly migrated. PostgreSQL is skipped with a reason where there is no server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nhi_core.adapters.db import ColumnSealer, SqlUnitOfWorkFactory, make_engine
from nhi_core.security import KeyedFingerprints, Sealer, sandbox_rings
from tests.fakes.clock import FakeClock

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/counter.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated database of each kind, without rows."""
    url: str = request.getfixturevalue(
        "migrated_sqlite_url" if request.param == "sqlite" else "migrated_postgres_url"
    )
    return url


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def sealer() -> ColumnSealer:
    rings = sandbox_rings()
    return ColumnSealer(Sealer(rings.seal), KeyedFingerprints(rings.fingerprint))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def uow(engine: Engine, sealer: ColumnSealer, clock: FakeClock) -> SqlUnitOfWorkFactory:
    return SqlUnitOfWorkFactory(engine, sealer, clock)
