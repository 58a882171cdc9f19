"""Two workers on a real database and a real Redis, and one of them dies: one push."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest

from bot.workers import runtime
from bot.workers.reminders import plan, send
from bot.workers.runtime import Office
from nhi_core.adapters.premiums.sandbox import seed
from nhi_core.bootstrap import Core, build
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.reminders import ReminderKind, ReminderState
from nhi_core.settings import Settings
from tests.factories import canary
from tests.fakes.clock import FakeClock
from tests.fakes.line import KILLED_AFTER, FakeLine, Killed
from tests.fakes.rasa import FakeRasa
from tests.integration.db.test_transactions import together

pytestmark = pytest.mark.net
DATABASES = ["migrated_sqlite_url", pytest.param("migrated_postgres_url", marks=pytest.mark.postgres)]
TODAY = date(2026, 9, 10)
STORIES = ("posting_late", "plan_running", "in_grace")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(TODAY)


@pytest.fixture
def line() -> FakeLine:
    return FakeLine()


@pytest.fixture(params=DATABASES)
def worker(
    request: pytest.FixtureRequest, redis_url: str, clock: FakeClock, line: FakeLine
) -> Iterator[Callable[[], Office]]:
    """Start another worker: its own core on the same database, the same LINE."""
    url = request.getfixturevalue(request.param)
    cores: list[Core] = []
    offices: list[Office] = []

    def start() -> Office:
        settings = Settings.load(env_file=None, NHI_DATABASE_URL=url, NHI_REDIS_URL=redis_url)
        core = build(settings, clock=clock)
        office = runtime.build(settings, core, line=line, rasa=FakeRasa())  # type: ignore[arg-type]
        cores.append(core)
        offices.append(office)
        return office

    yield start
    for office in offices:
        office.desk.background.shutdown(wait=True)
    for core in cores:
        core.close()


def subscribe(office: Office) -> None:
    """Bind three made-up persons; each asks for everything, a week before."""
    core: Any = office.desk.core
    seed(core.uow, TODAY, core.calendar)
    for number, story in enumerate(STORIES):
        with core.uow() as uow:
            person = uow.people.by_story(story)
        account = core.conversations.open("line", f"U{number:032d}").account_id
        core.bindings.propose(account, core.bindings.issue_code(person.id).code)
        core.bindings.confirm(account)
        for kind in ReminderKind:
            core.reminders.switch(account, kind, on=True)
        core.reminders.choose_days(account, 7)


def sent(office: Office) -> int:
    counts = office.desk.core.reminder_rounds.status().counts
    return sum(count for (_, state, _), count in counts.items() if state is ReminderState.SENT)


def test_two_workers_send_each_reminder_once(
    worker: Callable[[], Office], clock: FakeClock, line: FakeLine
) -> None:
    offices = [worker(), worker()]
    subscribe(offices[0])
    clock.set(datetime(2026, 9, 11, 9, tzinfo=TAIPEI))
    together(2, lambda number: plan(offices[number]))
    assert offices[0].desk.core.reminder_rounds.waiting() >= 2
    pushed = together(2, lambda number: send(offices[number]))
    assert sum(pushed) == len(line.pushes) == line.push_calls == sent(offices[0])
    receivers = [to for to, _ in line.pushes]
    assert len(receivers) == len(set(receivers)) >= 2
    assert offices[1].desk.core.sends.budget().used == len(line.pushes)
    assert canary.LINE_USER_ID not in receivers


def test_what_a_dead_worker_claimed_another_one_ends(
    worker: Callable[[], Office], clock: FakeClock, line: FakeLine
) -> None:
    dead, alive = worker(), worker()
    subscribe(dead)
    clock.set(datetime(2026, 9, 11, 9, tzinfo=TAIPEI))
    plan(dead)
    line.script = [KILLED_AFTER]
    with pytest.raises(Killed):
        send(dead)
    send(alive)
    before = len(line.pushes)
    clock.advance(minutes=3)
    assert send(alive) == 1
    # It had arrived: LINE knows the retry key.
    assert len(line.pushes) == before == sent(alive)
    assert send(alive) == 0
