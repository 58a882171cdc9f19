"""Promotion reports over a real database and a real directory, with a clerk of Fengshan and an editor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nhi_core.adapters.db import ColumnSealer, SqlUnitOfWorkFactory, make_engine
from nhi_core.adapters.files import DirectoryStore, PillowCleaner
from nhi_core.domain.offices import ChatGroup, Clerk, ClerkRole, ClerkState, GroupState, Office
from nhi_core.domain.promotion import Photo, PhotoState
from nhi_core.domain.roc import PremiumMonth
from nhi_core.security import KeyedFingerprints, Sealer, sandbox_rings
from nhi_core.services.group_activity import GroupActivityService
from nhi_core.services.promotion import PromotionService, Taken
from nhi_core.services.promotion_figures import PromotionFigures
from nhi_core.services.promotion_photos import PromotionPhotos
from nhi_core.services.promotion_views import ReportView
from tests.factories.pictures import picture
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from tests.integration.db.records import an_account

FENGSHAN = Office("KH-FENGSHAN", "高雄市鳳山區公所", "高雄市", 1)
MAGONG = Office("PH-MAGONG", "澎湖縣馬公市公所", "澎湖縣", 3)
SEPTEMBER = PremiumMonth(2026, 9)


@dataclass
class Rig:
    """The services, and the people they know: account ids."""

    clock: FakeClock
    uow: SqlUnitOfWorkFactory
    files: DirectoryStore
    root: Path
    clerk: str = ""
    colleague: str = ""
    editor: str = ""
    citizen: str = ""
    group: str = "group-1"
    ids: FakeIds = field(default_factory=FakeIds)

    def __post_init__(self) -> None:
        self.promotion = PromotionService(self.uow, self.clock, self.ids)
        self.photos = PromotionPhotos(self.uow, self.clock, self.files, PillowCleaner())
        self.figures = PromotionFigures(self.uow, self.photos)
        self.activity = GroupActivityService(self.uow, self.clock)

    def settle(self) -> None:
        """Put offices, clerks and the tied group into the database."""
        now = self.clock.now()
        with self.uow() as work:
            for one in (FENGSHAN, MAGONG):
                work.offices.put(one)
            accounts = [work.accounts.add(an_account(channel_user=f"U{n}" + "0" * 31)).id for n in range(4)]
            self.clerk, self.colleague, self.editor, self.citizen = accounts
            who = (
                (self.clerk, FENGSHAN.code, ClerkRole.CLERK),
                (self.colleague, FENGSHAN.code, ClerkRole.CLERK),
                (self.editor, None, ClerkRole.EDITOR),
            )
            for number, (account, office_code, role) in enumerate(who):
                work.clerks.add(
                    Clerk(f"c{number}", account, office_code, "王淑芬", role, ClerkState.ACTIVE, now)
                )
            work.chat_groups.add(
                ChatGroup(self.group, "line", "C" + "7" * 32, GroupState.TIED, now, division="KP")
            )
            work.commit()

    def send(self, message_id: str, *, set_id: str | None = None, **more: str) -> Taken:
        """Let the clerk send a photo."""
        taken = self.promotion.take(more.pop("account", self.clerk), message_id, set_id=set_id, **more)
        assert taken is not None
        return taken

    def fetch(self, taken: Taken, data: bytes) -> PhotoState:
        """Let a worker fetch the photo's content."""
        photo = self.photos.claim(taken.photo_id)
        assert photo is not None
        return self.photos.received(photo, data)

    def file(
        self, message_id: str, data: bytes, theme: str = "arrears", channel: str = "poster", **more: str
    ) -> ReportView:
        """Let the clerk report one photo from beginning to end."""
        taken = self.send(message_id, **more)
        self.fetch(taken, data)
        account = more.get("account", self.clerk)
        self.promotion.choose_theme(account, taken.report.id, theme)
        return self.promotion.choose_channel(account, taken.report.id, channel)

    def photo(self, taken: Taken) -> Photo:
        with self.uow() as work:
            found = work.promotions.photo(taken.photo_id)
        assert found is not None
        return found

    def kept_files(self) -> int:
        return sum(1 for path in self.root.rglob("*") if path.is_file())

    def total(self, month: PremiumMonth = SEPTEMBER) -> int:
        return self.figures.figures(month, month).total

    def trail(self, subject: str) -> list[str]:
        """Return the audit events of a subject."""
        from sqlalchemy import text

        with self.uow._engine.connect() as connection:
            query = text("SELECT event FROM audit_events WHERE subject = :subject ORDER BY id")
            return list(connection.execute(query, {"subject": subject}).scalars())


@pytest.fixture
def rig(migrated_sqlite_url: str, tmp_path: Path) -> Iterator[Rig]:
    """Everything in place, nothing reported."""
    rings, clock = sandbox_rings(), FakeClock()
    sealer = ColumnSealer(Sealer(rings.seal), KeyedFingerprints(rings.fingerprint))
    engine = make_engine(migrated_sqlite_url)
    root = tmp_path / "files"
    found = Rig(clock, SqlUnitOfWorkFactory(engine, sealer, clock), DirectoryStore(root), root)
    found.settle()
    yield found
    engine.dispose()


@pytest.fixture
def poster() -> bytes:
    """A photo."""
    return picture(place=True)


@pytest.fixture
def stall() -> bytes:
    """Another photo."""
    return picture(colour="maroon", place=True)
