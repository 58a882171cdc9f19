"""Retention in the whole product: files of notices, keys of Redis, the worker's metric, the command."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import redis
from prometheus_client import REGISTRY

from bot.workers.retention import sweep
from nhi_core.adapters.files import DirectoryStore
from nhi_core.adapters.redis import RedisKeyKeeper
from nhi_core.bootstrap import Core, build
from nhi_core.cli.findings import retention as finding
from nhi_core.domain.notices import Attachment, Audience, Category, Notice, NoticeState, Way
from nhi_core.domain.retention import Rule
from nhi_core.services.retention import Outcome
from nhi_core.services.retention_files import NoticeFileKeeper
from nhi_core.settings import Settings
from tests.integration.bot.conftest import Bench, replaced
from tests.integration.db.records import new_id
from tests.integration.operations.test_metrics import _QUIET
from tests.integration.test_cli import Run, run

__all__ = ["run"]
NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)


@pytest.fixture
def core(run: Run) -> Iterator[Core]:
    """The product on a database of its own, with a Redis that the command knows."""
    run("db", "upgrade")
    built = build(Settings.load())
    yield built
    built.close()


class TestNoticeFiles:
    def keeper(self, core: Core, tmp_path: Path) -> tuple[NoticeFileKeeper, DirectoryStore]:
        store = DirectoryStore(tmp_path / "notices")
        return NoticeFileKeeper(core.uow, store), store

    def put(self, core: Core, *digests: str, **changes: object) -> str:
        files = tuple(Attachment(digest, "a.pdf", "pdf", 3) for digest in digests)
        made = Notice(
            id=new_id(), code=new_id()[:8], category=Category.REMINDER, title="t", body="b",
            way=Way.FETCH, audience=Audience(), owner="s", state=NoticeState.DRAFT, revision=1,
            created_at=NOW, valid_from=NOW.date(), valid_until=None, send_at=None, attachments=files,
        )  # fmt: skip
        notice = dataclasses.replace(made, **changes)  # type: ignore[arg-type]
        with core.uow() as uow:
            uow.notices.add(notice)
            uow.commit()
        return notice.id

    def test_files_of_old_notices_go_unless_another_notice_has_them(self, core: Core, tmp_path: Path) -> None:
        keeper, store = self.keeper(core, tmp_path)
        shared, own = store.put(b"shared"), store.put(b"own")
        old = self.put(core, shared, own, state=NoticeState.ENDED, closed_at=NOW - timedelta(days=1))
        self.put(core, shared, state=NoticeState.SENT, sent_at=NOW)
        assert keeper.count(NOW) == 2
        assert keeper.remove(NOW, 10) == 2
        assert keeper.remove(NOW, 10) == 0
        assert (store.get(own), store.get(shared)) == (None, b"shared")
        with core.uow() as uow:
            found = uow.notices.get(old)
        assert found is not None
        assert found.attachments == ()

    def test_a_file_of_no_notice_goes_once_it_is_old(self, core: Core, tmp_path: Path) -> None:
        keeper, store = self.keeper(core, tmp_path)
        named, orphan = store.put(b"named"), store.put(b"orphan")
        self.put(core, named)
        assert keeper.count(NOW) == 0
        for path in (tmp_path / "notices").rglob("*"):
            if path.is_file():
                os.utime(path, (0, 0))
        assert keeper.count(NOW) == 1
        assert keeper.remove(NOW, 10) == 1
        assert (store.get(orphan), store.get(named)) == (None, b"named")


class TestRedis:
    @pytest.fixture
    def client(self, redis_url: str) -> Iterator[redis.Redis]:
        with redis.Redis.from_url(redis_url) as client:
            yield client

    def test_a_key_without_an_end_is_given_one_and_mail_is_not(self, client: redis.Redis) -> None:
        client.set("nhi:vault:left", "sealed")
        client.set("rasa:tracker:left", "events")
        client.set("nhi:vault:ends", "sealed", ex=60)
        client.rpush("{mail}:box:somebody", "mail")
        client.zadd("{mail}:pending", {"somebody": 1})
        keeper = RedisKeyKeeper(client)
        assert keeper.count(NOW) == 2
        assert keeper.remove(NOW, 10) == 2
        assert keeper.count(NOW) == 0
        assert 0 < client.ttl("rasa:tracker:left") <= 24 * 3600
        assert client.ttl("nhi:vault:ends") <= 60
        assert client.ttl("{mail}:box:somebody") == client.ttl("{mail}:pending") == -1

    def test_many_pages_are_walked(self, client: redis.Redis) -> None:
        client.mset({f"nhi:vault:{number}": "sealed" for number in range(2500)})
        keeper = RedisKeyKeeper(client)
        removed = 0
        while some := keeper.remove(NOW, 10):
            removed += some
        assert removed == 2500


def test_the_command_looks_and_then_removes(core: Core, run: Run) -> None:
    with core.uow() as uow:
        uow.inbound.close("e1", kind="text", outcome="answered", reason=None)
        uow.commit()
    shown = run("retention", "--dry-run").output
    assert "past their time, nothing removed" in shown
    assert core.workload().retention_age is None
    done = run("retention")
    assert done.exit_code == 0, done.output
    assert "inbound" in done.output
    assert " removed" in done.output
    age = core.workload().retention_age
    assert age is not None
    assert age < timedelta(minutes=5)


def test_the_worker_counts_by_rule(bench: Bench) -> None:
    rule = Rule("codes", date(1995, 3, 1), "codes", "why", days=1)

    class Swept:
        def sweep(self) -> tuple[Outcome, ...]:
            return (Outcome(rule, 3), Outcome(rule, 0, failed="store_unavailable"))

    before = REGISTRY.get_sample_value("nhi_bot_retention_total", {"rule": "codes"}) or 0
    office = dataclasses.replace(
        bench.office,
        desk=dataclasses.replace(bench.office.desk, core=replaced(bench.core, retention=Swept())),
    )
    assert sweep(office) == 3
    assert REGISTRY.get_sample_value("nhi_bot_retention_total", {"rule": "codes"}) == before + 3


@pytest.mark.parametrize(
    ("age", "ok", "words"),
    [
        (timedelta(hours=5), True, "within the last 5 hours"),
        (timedelta(days=3), False, "within the last 72 hours"),
        (None, True, "not every rule was done yet"),
    ],
)
def test_the_check_up_says_when(age: timedelta | None, ok: bool, words: str) -> None:
    found = finding(replaced(_QUIET, retention_age=age))
    assert found.ok is ok
    assert words in found.words
    assert found.remedy or ok
