"""Transactions: all or nothing, errors in our own words, and what happens at the same time."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Engine, text

from nhi_core.adapters.db import (
    ColumnSealer,
    SqlUnitOfWorkFactory,
    make_engine,
    migrate,
    ping,
    reseal,
    stale_values,
)
from nhi_core.domain.accounts import AccountKind
from nhi_core.domain.errors import StoreUnavailable
from nhi_core.security import KeyedFingerprints, Sealer, create_key_file, rotate_key_file
from tests.factories import canary
from tests.fakes.clock import FakeClock
from tests.integration.db.records import NOW, a_binding, a_code, a_person, an_account

Uow = SqlUnitOfWorkFactory
T = TypeVar("T")


def together(times: int, work: Callable[[int], T]) -> list[T]:
    """Run `work` in so many threads that start at the same moment."""
    barrier = threading.Barrier(times)

    def run(number: int) -> T:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


class TestAllOrNothing:
    def test_leaving_without_commit_keeps_nothing(self, uow: Uow) -> None:
        account = an_account()
        with uow() as work:
            work.accounts.add(account)
        with uow() as work:
            assert work.accounts.get(account.id) is None

    def test_an_error_inside_keeps_nothing_and_passes_unchanged(self, uow: Uow) -> None:
        account = an_account()
        with pytest.raises(LookupError), uow() as work:
            work.accounts.add(account)
            raise LookupError
        with uow() as work:
            assert work.accounts.get(account.id) is None

    def test_what_was_committed_before_an_error_stands(self, uow: Uow) -> None:
        account = an_account()
        with pytest.raises(LookupError), uow() as work:
            work.accounts.add(account)
            work.commit()
            work.accounts.save(dataclasses.replace(account, language="en"))
            raise LookupError
        with uow() as work:
            assert work.accounts.get(account.id) == account

    def test_a_unit_of_work_that_is_not_open_says_so(self, uow: Uow) -> None:
        with pytest.raises(RuntimeError, match="not open"):
            uow().commit()


class TestAway:
    @pytest.mark.parametrize("url", ["sqlite:///{folder}", "postgresql://nhi@/none?host={folder}"])
    def test_a_database_that_is_not_there_is_store_unavailable_soon(
        self, sealer: ColumnSealer, tmp_path: Path, url: str
    ) -> None:
        # A folder is no database file, and nobody listens on a socket in it.
        engine = make_engine(url.format(folder=tmp_path))
        started = time.monotonic()
        with pytest.raises(StoreUnavailable), SqlUnitOfWorkFactory(engine, sealer, FakeClock())():
            pass
        with pytest.raises(StoreUnavailable):
            ping(engine)
        assert time.monotonic() - started < 4
        engine.dispose()

    def test_a_lock_that_is_not_given_up_becomes_store_unavailable(self, uow: Uow, engine: Engine) -> None:
        account = an_account()
        with uow() as work:
            work.accounts.add(account)
            work.commit()
        with engine.connect() as holder:
            holder.execute(text("UPDATE accounts SET language = 'en'"))
            with pytest.raises(StoreUnavailable), uow() as work:
                work.accounts.get(account.id)
            holder.rollback()
        with uow() as work:
            assert work.accounts.get(account.id) == account

    @pytest.mark.postgres
    def test_a_connection_killed_in_between_is_one_error_and_then_well_again(
        self, uow: Uow, engine: Engine
    ) -> None:
        if engine.dialect.name != "postgresql":
            return
        killer = make_engine(engine.url.render_as_string(hide_password=False), for_migrations=True)
        with pytest.raises(StoreUnavailable), uow() as work:
            work.accounts.get("nobody")
            with killer.connect() as other:
                other.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )
            work.accounts.get("nobody")
        killer.dispose()
        with uow() as work:
            assert work.accounts.get("nobody") is None

    def test_ping_answers(self, engine: Engine) -> None:
        ping(engine)


class TestAtTheSameTime:
    def test_of_two_threads_exactly_one_uses_the_code(self, uow: Uow) -> None:
        for _ in range(5):
            code = a_code(code_hash=f"sandbox.{time.monotonic_ns()}")
            with uow() as work:
                work.codes.add(code)
                work.commit()

            def use(_number: int, code_id: str = code.id) -> bool:
                with uow() as work:
                    won = work.codes.use(code_id, NOW)
                    work.commit()
                    return won

            assert sorted(together(2, use)) == [False, True]

    def test_eight_threads_opening_one_account_make_one_row(self, uow: Uow, engine: Engine) -> None:
        def open_account(_number: int) -> str:
            with uow() as work:
                account = work.accounts.add(an_account())
                work.commit()
                return account.id

        assert len(set(together(8, open_account))) == 1
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM accounts")).scalar() == 1

    def test_two_accounts_confirming_one_person_leave_one_bound(self, uow: Uow) -> None:
        person = a_person()
        owners = [an_account(), an_account(channel_user="U" + "2" * 32)]
        proposals = [a_binding(owner, person) for owner in owners]
        with uow() as work:
            work.people.add(person)
            for owner, proposal in zip(owners, proposals, strict=True):
                work.accounts.add(owner)
                work.bindings.add(proposal)
            work.commit()

        def confirm(number: int) -> bool:
            with uow() as work:
                bound = dataclasses.replace(proposals[number], state="bound", bound_at=NOW, expires_at=None)
                moved = work.bindings.move(bound, was="proposed")
                work.commit()
                return moved

        assert sorted(together(2, confirm)) == [False, True]
        with uow() as work:
            assert [binding.state for binding in work.bindings.live_of_person(person.id)].count("bound") == 1

    def test_a_change_of_an_account_is_not_undone_by_another_one(self, uow: Uow) -> None:
        account = an_account()
        with uow() as work:
            work.accounts.add(account)
            work.commit()

        def change(number: int) -> None:
            with uow() as work:
                read = work.accounts.get(account.id)
                assert read is not None
                time.sleep(0.05)
                part = {"language": "vi"} if number else {"kind": AccountKind.BOUND}
                work.accounts.save(dataclasses.replace(read, **part))
                work.commit()

        together(2, change)
        with uow() as work:
            after = work.accounts.get(account.id)
        assert after is not None
        assert (after.language, after.kind) == ("vi", AccountKind.BOUND)

    def test_one_send_key_is_claimed_by_one_of_many(self, uow: Uow) -> None:
        def claim(_number: int) -> bool:
            with uow() as work:
                won = work.sends.claim("k", kind="push", account_id=None, messages=1, recipients=1)
                work.commit()
                return won

        assert sum(together(6, claim)) == 1


class TestRotation:
    def test_reseal_brings_every_row_under_the_new_keys_and_people_are_found_throughout(
        self, engine: Engine, clock: FakeClock, tmp_path: Path
    ) -> None:
        path = tmp_path / "keys.json"

        def with_keys(rings) -> tuple[SqlUnitOfWorkFactory, ColumnSealer]:  # type: ignore[no-untyped-def]
            sealer = ColumnSealer(Sealer(rings.seal), KeyedFingerprints(rings.fingerprint))
            return SqlUnitOfWorkFactory(engine, sealer, clock), sealer

        person, account = a_person(), an_account()
        old_uow, _ = with_keys(create_key_file(path))
        with old_uow() as work:
            work.people.add(person)
            work.accounts.add(account)
            work.commit()
        rotate_key_file(path, "fingerprint")
        rings = rotate_key_file(path, "seal")
        uow, sealer = with_keys(rings)
        with uow() as work:
            assert work.people.by_number(person.number) == person
            assert work.accounts.add(an_account()) == account
        stale = stale_values(engine, sealer)
        filled = {column for column in stale if column.startswith(("persons.", "accounts."))}
        assert {column for column, count in stale.items() if count} == filled
        assert {stale[column] for column in filled} == {1}

        reports = {report.table: report for report in reseal(engine, sealer)}
        assert (reports["persons"].resealed, reports["accounts"].resealed) == (1, 1)
        assert set(stale_values(engine, sealer).values()) == {0}
        assert all(report.resealed == 0 for report in reseal(engine, sealer))

        only_new = dataclasses.replace(
            rings,
            seal=dataclasses.replace(rings.seal, keys=(rings.seal.active,)),
            fingerprint=dataclasses.replace(rings.fingerprint, keys=(rings.fingerprint.active,)),
        )
        uow, _ = with_keys(only_new)
        with uow() as work:
            assert work.people.by_number(person.number) == person
            assert work.accounts.by_channel_user("line", canary.LINE_USER_ID) == account

    def test_a_row_that_does_not_open_is_counted_and_the_rest_goes_on(
        self, engine: Engine, clock: FakeClock, tmp_path: Path
    ) -> None:
        path = tmp_path / "keys.json"
        create_key_file(path)
        first = rotate_key_file(path, "seal")
        sealer = ColumnSealer(Sealer(first.seal), KeyedFingerprints(first.fingerprint))
        with SqlUnitOfWorkFactory(engine, sealer, clock)() as work:
            work.people.add(a_person())
            work.people.add(a_person(number=canary.UI_NUMBER, story=None))
            work.commit()
        with engine.begin() as connection:
            connection.execute(text("UPDATE persons SET birth = name WHERE story IS NOT NULL"))
        rings = rotate_key_file(path, "seal")
        after = ColumnSealer(Sealer(rings.seal), KeyedFingerprints(rings.fingerprint))
        report = next(report for report in reseal(engine, after) if report.table == "persons")
        assert (report.seen, report.resealed, report.broken) == (2, 1, 1)


def test_the_database_file_is_private_and_in_wal_mode(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/deep/counter.db"
    migrate(url)
    assert (tmp_path / "deep" / "counter.db").stat().st_mode & 0o077 == 0
    engine = make_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    engine.dispose()
