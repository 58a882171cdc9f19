"""A division with two offices and an editor over a real database, and LINE as the sandbox plays it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.workers import runtime
from bot.workers.runtime import Office as Worker
from line_sandbox.testing import OFFICE_GROUP, Sandbox
from nhi_core import sandbox as secrets
from nhi_core.bootstrap import Core, build
from nhi_core.domain.notices import Audience, Category, Notice, Way
from nhi_core.domain.offices import ChatGroup, Clerk, ClerkRole, ClerkState, GroupState, Office
from nhi_core.domain.staff import Credentials, StaffMember, StaffRole
from nhi_core.settings import Settings
from tests.fakes.clock import FakeClock
from tests.fakes.rasa import FakeRasa
from tests.integration.db.records import an_account

DATABASES = ["migrated_sqlite_url", pytest.param("migrated_postgres_url", marks=pytest.mark.postgres)]
TODAY = date(2026, 9, 10)
FENGSHAN = Office("KH-FENGSHAN", "高雄市鳳山區公所", "高雄市", 1)
MAGONG = Office("PH-MAGONG", "澎湖縣馬公市公所", "澎湖縣", 3)


@dataclass
class Division:
    """What a test works with: `accounts` by the sandbox's user id, `clerks` by account."""

    core: Core
    line: Sandbox
    clock: FakeClock
    start: Callable[[], Worker]
    accounts: dict[str, str] = field(default_factory=dict)

    def enrol(self, user: str, office: str | None = FENGSHAN.code, role: ClerkRole = ClerkRole.CLERK) -> str:
        """Make somebody of the sandbox a clerk; return the account's id."""
        account = str(self.core.conversations.open("line", user).account_id)
        with self.core.uow() as uow:
            for one in (FENGSHAN, MAGONG):
                uow.offices.put(one)
            now = self.clock.now()
            uow.clerks.add(Clerk(f"c-{account}", account, office, "林淑芬", role, ClerkState.ACTIVE, now))
            uow.commit()
        self.accounts[user] = account
        return account

    def enrol_many(self, users: list[str]) -> None:
        """Make many people clerks of one office, in one transaction."""
        now = self.clock.now()
        with self.core.uow() as uow:
            uow.offices.put(FENGSHAN)
            for user in users:
                account = uow.accounts.add(an_account(channel_user=user))
                clerk = Clerk(
                    f"c-{account.id}",
                    account.id,
                    FENGSHAN.code,
                    "林淑芬",
                    ClerkRole.CLERK,
                    ClerkState.ACTIVE,
                    now,
                )
                uow.clerks.add(clerk)
            uow.commit()

    def tie(self) -> str:
        """Tie the sandbox's office group; return our id of it."""
        with self.core.uow() as uow:
            group = uow.chat_groups.add(
                ChatGroup(
                    "group-1",
                    "line",
                    OFFICE_GROUP,
                    GroupState.TIED,
                    self.clock.now(),
                    division="KP",
                    headcount=12,
                )
            )
            uow.commit()
        return str(group.id)

    def notice(self, **more: Any) -> Notice:
        """Draft a notice and let it go."""
        wanted: dict[str, Any] = {
            "category": Category.REMINDER,
            "title": "12 月開單前請核對眷屬異動",
            "body": "請於 12 月 8 日前完成鍵檔。",
            "owner": "staff-1",
            "way": Way.PERSONAL,
            "audience": Audience(),
            "ack_deadline": TODAY + timedelta(days=5),
            **more,
        }
        plain = (wanted.pop("category"), wanted.pop("title"), wanted.pop("body"))
        made = self.core.notices.draft(*plain, **wanted)
        submitted: Notice = self.core.notices.submit(made.id, by="staff-1")
        return submitted

    def cards(self, user: str) -> int:
        """How many messages of ours LINE gave to somebody."""
        return self.line.counts().get(user, 0)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(TODAY)


@pytest.fixture
def line() -> Iterator[Sandbox]:
    with Sandbox.started(access_token=secrets.LINE_CHANNEL_ACCESS_TOKEN, quota=None) as sandbox:
        yield sandbox


@pytest.fixture(params=DATABASES)
def division(
    request: pytest.FixtureRequest, redis_url: str, clock: FakeClock, line: Sandbox, tmp_path: Path
) -> Iterator[Division]:
    """Everything in place: nobody enrolled, nothing sent."""
    url = request.getfixturevalue(request.param)
    workers: list[Worker] = []

    def settings(**more: Any) -> Settings:
        return Settings.load(
            env_file=None,
            NHI_DATABASE_URL=url,
            NHI_REDIS_URL=redis_url,
            NHI_VAR_DIR=tmp_path,
            LINE_API_URL=line.url,
            LINE_DATA_API_URL=line.url,
            LINE_CHANNEL_ACCESS_TOKEN=secrets.LINE_CHANNEL_ACCESS_TOKEN,
            **more,
        )

    def start(**more: Any) -> Worker:
        chosen = settings(**more)
        worker = runtime.build(chosen, build(chosen, clock=clock), rasa=FakeRasa())  # type: ignore[arg-type]
        workers.append(worker)
        return worker

    first = start()
    with first.desk.core.uow() as uow:
        for number in (1, 2):
            member = StaffMember(
                f"staff-{number}", f"staff{number}", "編輯", frozenset(StaffRole), True, clock.now()
            )
            uow.staff.add(member, Credentials("-", None, False, None))
        uow.commit()
    yield Division(first.desk.core, line, clock, start)
    for worker in workers:
        worker.desk.background.shutdown(wait=True)
        worker.desk.core.close()
