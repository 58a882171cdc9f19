from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from nhi_core.adapters.db import ColumnSealer, SqlUnitOfWorkFactory
from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.files import DirectoryStore, PillowCleaner
from nhi_core.domain.errors import CacheUnavailable
from nhi_core.services.card_sessions import CardSessionService
from nhi_core.services.privacy import PrivacyDesk
from nhi_core.services.promotion_photos import PromotionPhotos
from tests.fakes.clock import FakeClock
from tests.fakes.fingerprints import FakeFingerprints
from tests.fakes.ids import FakeIds
from tests.integration.db.conftest import clock, empty_url, engine, sealer, uow, url
from tests.integration.privacy.everything import fill, key

__all__ = ["clock", "empty_url", "engine", "sealer", "uow", "url"]

NUMBER, OTHER = "A123456789", "B223456782"


class FakeForgetter:
    """Remembers what it was asked to forget; away for so many calls."""

    def __init__(self) -> None:
        self.away = 0
        self.marks: list[str] = []

    def forget(self, marks: object) -> int:
        if self.away:
            self.away -= 1
            raise CacheUnavailable("away")
        self.marks += marks  # type: ignore[operator]
        return 0


@dataclass
class Office:
    """Two persons with a row in every table, and the desk."""

    engine: Engine
    uow: SqlUnitOfWorkFactory
    files: DirectoryStore
    forgetter: FakeForgetter
    desk: PrivacyDesk

    def rows(self, table: str) -> list[dict[str, object]]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(select(metadata.tables[table])).mappings()]

    def of(self, table: str, who: str) -> list[dict[str, object]]:
        """Return the rows that `fill` made for this person and that are still recognisable as theirs."""
        return [row for row in self.rows(table) if any(f"-{who}-" in str(value) for value in row.values())]

    def events(self) -> list[str]:
        return [str(row["event"]) for row in self.rows("audit_events")]


@pytest.fixture
def office(
    engine: Engine, sealer: ColumnSealer, uow: SqlUnitOfWorkFactory, clock: FakeClock, tmp_path: Path
) -> Office:
    fill(engine, sealer, "one", {"persons.number": NUMBER, "accounts.channel_user": "U" + "1" * 32})
    fill(engine, sealer, "another", {"persons.number": OTHER, "accounts.channel_user": "U" + "2" * 32})
    ids, files, forgetter = FakeIds(), DirectoryStore(tmp_path / "files"), FakeForgetter()
    desk = PrivacyDesk(
        uow,
        clock,
        ids,
        sessions=CardSessionService(uow, clock, ids, FakeFingerprints(), line_id="@x"),
        photos=PromotionPhotos(uow, clock, files, PillowCleaner()),
        forgetter=forgetter,
    )
    return Office(engine, uow, files, forgetter, desk)


@pytest.fixture
def change(engine: Engine) -> Callable[..., None]:
    """Write into the row that `fill` made in a table."""

    def write(table: str, who: str, **values: object) -> None:
        what = metadata.tables[table]
        with engine.begin() as connection:
            connection.execute(what.update().where(what.c.id == key(table, who)).values(**values))

    return write
