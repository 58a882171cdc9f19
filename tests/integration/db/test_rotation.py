"""All steps of a rotation while several processes write, each restarted in its own time."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from nhi_core.adapters.db import ColumnSealer, SqlUnitOfWorkFactory, reseal, stale_values
from nhi_core.adapters.db.key_use import HARMLESS, REMEDIES, hashes_under
from nhi_core.adapters.db.tables import metadata
from nhi_core.domain.errors import CounterError, StoreUnavailable
from nhi_core.security import (
    KeyedFingerprints,
    Sealer,
    create_key_file,
    load_key_file,
    older_keys,
    retire_key_file,
    rotate_key_file,
)
from tests.factories import canary
from tests.fakes.clock import FakeClock
from tests.integration.db.records import NOW, a_code, a_person, an_account, new_id

WRITERS = 3


def sealer_of(path: Path) -> ColumnSealer:
    rings = load_key_file(path)
    return ColumnSealer(Sealer(rings.seal), KeyedFingerprints(rings.fingerprint))


class Process:
    """Writes and reads all the time with the keys that stood in the file when it was last restarted."""

    def __init__(self, engine: Engine, clock: FakeClock, path: Path, shared: str) -> None:
        self._engine, self._clock, self._path, self._shared = engine, clock, path, shared
        self.users: list[str] = []
        self.problems: list[str] = []
        self.rounds = 0
        self._stop = threading.Event()
        self._restarted = threading.Event()
        self.restart()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def restart(self) -> None:
        self._uow = SqlUnitOfWorkFactory(self._engine, sealer_of(self._path), self._clock)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._stop.set()
        self._thread.join(20)

    def _run(self) -> None:
        while not self._stop.wait(0.002):
            try:
                self._work()
                self.rounds += 1
            except StoreUnavailable:
                continue  # SQLite has one writer at a time: whoever waited too long tries again
            except CounterError as error:
                self.problems.append(error.code)

    def _work(self) -> None:
        user = "U" + new_id().replace("-", "")
        with self._uow() as work:
            work.accounts.add(an_account(channel_user=user))
            work.commit()
        self.users.append(user)
        with self._uow() as work:
            # One of the first, one of the last: written under whichever key.
            for known in (self.users[0], self.users[-1]):
                if work.accounts.by_channel_user("line", known) is None:
                    self.problems.append("an account was not found")
            person = work.people.by_number(canary.NATIONAL_ID)
            assert person is not None
            work.people.save(dataclasses.replace(person, name=f"name {self.rounds}"))
            if work.accounts.add(an_account(channel_user=canary.LINE_USER_ID)).id != self._shared:
                self.problems.append("a second account of one LINE user")
            work.commit()


@contextmanager
def at_work(processes: list[Process]) -> Iterator[None]:
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.end()


def some_rounds(processes: list[Process], more: int = 3) -> None:
    """Wait until each has worked a little longer."""
    goals = [process.rounds + more for process in processes]
    waited = threading.Event()
    for _ in range(3000):
        if all(one.rounds >= goal or one.problems for one, goal in zip(processes, goals, strict=True)):
            return
        waited.wait(0.01)
    pytest.fail("the writers stand still")


def restart_all(processes: list[Process]) -> None:
    for process in processes:
        process.restart()
        some_rounds(processes, 1)  # the others go on with the keys they have


def test_keys_are_rotated_while_everybody_writes(engine: Engine, clock: FakeClock, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    create_key_file(path)
    shared = an_account()
    with SqlUnitOfWorkFactory(engine, sealer_of(path), clock)() as work:
        work.people.add(a_person())
        work.accounts.add(shared)
        work.commit()
    processes = [Process(engine, clock, path, shared.id) for _ in range(WRITERS)]
    with at_work(processes):
        some_rounds(processes)
        for step in (True, False):
            for purpose in ("seal", "fingerprint"):
                rotate_key_file(path, purpose, prepare=step)
            restart_all(processes)
        reports = [report for report in reseal(engine, sealer_of(path)) if report.seen]
        assert sum(report.resealed for report in reports) > 0
        assert {(report.broken, report.twice) for report in reports} == {(0, 0)}
        assert set(stale_values(engine, sealer_of(path)).values()) == {0}
        kept = {retire_key_file(path, purpose) for purpose in ("seal", "fingerprint")}
        restart_all(processes)
        some_rounds(processes)
    assert [problem for process in processes for problem in process.problems] == []
    assert all(process.rounds > 5 for process in processes)
    rings = load_key_file(path)
    assert (len(rings.seal.keys), len(rings.fingerprint.keys)) == (1, 1)
    assert all(one is not None and one.stat().st_mode & 0o777 == 0o600 for one in kept)
    with SqlUnitOfWorkFactory(engine, sealer_of(path), clock)() as work:
        for process in processes:
            for user in process.users:
                assert work.accounts.by_channel_user("line", user) is not None
        assert work.people.by_number(canary.NATIONAL_ID) is not None


def test_a_value_that_stands_twice_is_counted_and_left(
    engine: Engine, clock: FakeClock, tmp_path: Path
) -> None:
    path = tmp_path / "keys.json"
    create_key_file(path)
    old, new = sealer_of(path), None
    with SqlUnitOfWorkFactory(engine, old, clock)() as work:
        work.accounts.add(an_account())
        work.commit()
    with engine.begin() as connection:
        # What two processes make of it in the one moment in which neither sees the other's row.
        rotate_key_file(path, "fingerprint")
        new = sealer_of(path)
        accounts = metadata.tables["accounts"]
        row = dict(connection.execute(accounts.select()).mappings().one())
        row |= {"id": new_id(), "conversation": new_id()}
        row["channel_user"] = new.seal(accounts.c.channel_user, canary.LINE_USER_ID, row=row["id"])
        row["channel_user_fp"] = new.fingerprint(
            accounts.c.channel_user_fp, canary.LINE_USER_ID, channel="line"
        )
        connection.execute(accounts.insert().values(**row))
    report = next(report for report in reseal(engine, new) if report.table == "accounts")
    assert (report.seen, report.resealed, report.twice) == (2, 0, 1)


def test_hashes_that_would_stop_working_are_counted(engine: Engine, clock: FakeClock, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    create_key_file(path)
    prints = sealer_of(path).fingerprints
    with SqlUnitOfWorkFactory(engine, sealer_of(path), clock)() as work:
        work.codes.add(a_code(code_hash=prints.make("bind-code", "1"), expires_at=NOW + timedelta(days=3)))
        work.codes.add(a_code(code_hash=prints.make("bind-code", "2"), expires_at=NOW - timedelta(days=3)))
        work.commit()
    rings = rotate_key_file(path, "fingerprint")
    older = tuple(key.id for key in older_keys(rings, "fingerprint"))
    assert hashes_under(engine, older, NOW) == {"one_time_codes.code_hash": 1}
    assert hashes_under(engine, (rings.fingerprint.active.id,), NOW) == {}
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM one_time_codes")).scalar_one() == 2


def test_every_hash_that_is_kept_is_known_to_the_retiring() -> None:
    hashes = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_hash")
    }
    assert hashes == set(REMEDIES) | set(HARMLESS)


def test_who_takes_rows_in_another_order_holds_nothing_up(
    engine: Engine, clock: FakeClock, tmp_path: Path
) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite locks the whole file: nobody waits for a row")
    path = tmp_path / "keys.json"
    create_key_file(path)
    with SqlUnitOfWorkFactory(engine, sealer_of(path), clock)() as work:
        for number in range(2):
            work.accounts.add(an_account(channel_user=f"U{number:032}"))
        work.commit()
    rotate_key_file(path, "seal")
    accounts = metadata.tables["accounts"]
    holds = threading.Event()
    with engine.connect() as connection:
        first, last = connection.execute(accounts.select().order_by(accounts.c.id)).scalars().all()

    def write() -> None:
        with engine.begin() as connection:
            for one in (last, first):  # the reseal goes the other way round
                connection.execute(accounts.update().where(accounts.c.id == one).values(language="en"))
                holds.set()
                threading.Event().wait(0.5)

    writer = threading.Thread(target=write)
    writer.start()
    assert holds.wait(10)
    report = next(report for report in reseal(engine, sealer_of(path)) if report.table == "accounts")
    writer.join(20)
    assert (report.seen, report.resealed) == (2, 2)
    with engine.connect() as connection:
        assert {row.language for row in connection.execute(accounts.select())} == {"en"}
