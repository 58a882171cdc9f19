"""The core put together from settings, on a real database and a real Redis: one person's whole path."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from nhi_core.adapters.premiums.sandbox import seed
from nhi_core.bootstrap import Core, build
from nhi_core.domain.accounts import AccountKind
from nhi_core.domain.errors import CodeRefused, NotBound, TurnClosed
from nhi_core.settings import Settings
from tests.factories import canary
from tests.fakes.ids import FakeIds

DATABASES = ["migrated_sqlite_url", pytest.param("migrated_postgres_url", marks=pytest.mark.postgres)]


@pytest.fixture(params=DATABASES)
def core(request: pytest.FixtureRequest, redis_url: str) -> Iterator[Core]:
    url = request.getfixturevalue(request.param)
    settings = Settings.load(
        env_file=None, NHI_DATABASE_URL=url, NHI_REDIS_URL=redis_url, NHI_TODAY=date(2026, 9, 10)
    )
    core = build(settings)
    seed(core.uow, core.clock.today(), core.calendar)
    yield core
    core.close()


def test_from_a_code_to_the_arrears_and_back(core: Core) -> None:
    account = core.conversations.open("line", canary.LINE_USER_ID)
    with pytest.raises(NotBound):
        core.arrears.summary(account.account_id)
    with core.uow() as uow:
        person = uow.people.by_story("one_month_late")
    assert person is not None
    issued = core.bindings.issue_code(person.id)
    proposal = core.bindings.propose(account.account_id, issued.display.lower())
    assert proposal.masked_name == "黃O婷"
    assert core.bindings.confirm(account.account_id).bound
    with pytest.raises(CodeRefused):
        core.bindings.propose(account.account_id, issued.code)
    view = core.arrears.summary(account.account_id)
    assert view.status == "overdue"
    assert view.total > 0
    after = core.conversations.open("line", canary.LINE_USER_ID)
    assert after.account_id == account.account_id
    assert after.kind is AccountKind.BOUND
    assert after.conversation != account.conversation

    turn = core.turns.begin(account.account_id, language="zh-TW")
    ticket = core.tickets.seal(view, turn=turn)
    assert core.tickets.redeem(ticket, turn=turn)["total"] == view.total
    with pytest.raises(TurnClosed):
        core.tickets.redeem(ticket, turn=turn)
    core.turns.end(turn)
    assert not core.bindings.unbind(account.account_id).bound


def test_health_tells_which_part_is_not_well(core: Core, tmp_path: object) -> None:
    assert {name: part.ok for name, part in core.health.check().items()} == {"database": True, "redis": True}
    lame = build(
        Settings.load(
            env_file=None,
            NHI_DATABASE_URL=core.settings.database_url.get_secret_value(),
            NHI_REDIS_URL=f"unix://{tmp_path}/nobody.sock",
        )
    )
    status = lame.health.check()
    assert status["database"].ok
    assert not status["redis"].ok
    lame.close()


def test_parts_can_be_replaced(redis_url: str, migrated_sqlite_url: str) -> None:
    settings = Settings.load(env_file=None, NHI_DATABASE_URL=migrated_sqlite_url, NHI_REDIS_URL=redis_url)
    ids = FakeIds()
    core = build(settings, ids=ids)
    assert core.ids is ids
    core.close()


def test_the_core_shows_no_secret(redis_url: str, migrated_sqlite_url: str) -> None:
    settings = Settings.load(env_file=None, NHI_DATABASE_URL=migrated_sqlite_url, NHI_REDIS_URL=redis_url)
    core = build(settings)
    assert core.keys.seal.active.secret.hex() not in repr(core)
    assert settings.line_channel_secret.get_secret_value() not in repr(core)
    core.close()
