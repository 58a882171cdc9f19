"""The whole database as one file, and back: SQLite's online backup, PostgreSQL's pg_dump.

What is sealed in the rows stays sealed; the keys are no part of it. Counts are taken from the same moment as
the dump, so that a restored database can be held against them.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, make_url, select, text

from nhi_core.adapters.db.engine import READ_ONLY, make_engine, translated
from nhi_core.adapters.db.sealing import ColumnSealer, sealed_columns
from nhi_core.adapters.db.tables import metadata
from nhi_core.domain.errors import CounterError, StoreUnavailable

_SAMPLE = 50  # rows of a table whose seals are tried after a restore


class NotRestored(CounterError):
    """The restore was refused or did not give what was saved. The text says which."""

    code = "not_restored"


def dump(url: str, target: Path) -> dict[str, int]:
    """Write the database to `target`; return the rows of each table. Raises StoreUnavailable."""
    engine = make_engine(url, for_migrations=True)
    try:
        if engine.dialect.name == "sqlite":
            _copy_sqlite(make_url(url).database or "", target)
            copy = make_engine(f"sqlite:///{target}")
            try:
                return count_rows(copy)
            finally:
                copy.dispose()
        return _dump_postgresql(engine, url, target)
    finally:
        engine.dispose()


def restore(url: str, source: Path) -> None:
    """Fill an empty database from a dump. Raises NotRestored when it is not empty, StoreUnavailable."""
    engine = make_engine(url, for_migrations=True)
    try:
        with translated():
            if inspect(engine).get_table_names():
                raise NotRestored("the database is not empty: restore into a new one")
    finally:
        engine.dispose()
    if engine.dialect.name == "sqlite":
        _copy_sqlite(str(source), Path(make_url(url).database or ""))
        return
    _run("pg_restore", url, "--no-owner", "--exit-on-error", "--single-transaction", str(source))


def count_rows(engine: Engine) -> dict[str, int]:
    """Return the rows of every table that the database holds; raises StoreUnavailable."""
    with translated(), engine.connect().execution_options(**READ_ONLY) as connection:
        return _counted(connection)


def check(engine: Engine, expected: Mapping[str, int], sealer: ColumnSealer) -> int:
    """Hold a restored database against the counts, open some of each table's seals; return how many.

    Raises NotRestored, security.SealBroken (it was sealed with other keys than these), StoreUnavailable.
    """
    found = count_rows(engine)
    wrong = sorted(table for table in {*expected, *found} if expected.get(table) != found.get(table))
    if wrong:
        raise NotRestored(f"other numbers of rows than were saved: {', '.join(wrong)}")
    opened = 0
    with translated(), engine.connect().execution_options(**READ_ONLY) as connection:
        for table in metadata.sorted_tables:
            columns = sealed_columns(table)
            if not columns or table.name not in found:
                continue
            for row in connection.execute(select(table.c.id, *columns).limit(_SAMPLE)).all():
                for column in columns:
                    stored = row._mapping[column]
                    if stored is not None:
                        sealer.open(column, stored, row=row.id)
                        opened += 1
    return opened


def _counted(connection: Connection) -> dict[str, int]:
    there = set(inspect(connection).get_table_names())
    return {
        table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
        for table in metadata.sorted_tables
        if table.name in there
    }


def _copy_sqlite(source: str, target: Path) -> None:
    target.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(source)) as from_, closing(sqlite3.connect(target)) as into:
            from_.backup(into)
    except sqlite3.Error as error:
        raise StoreUnavailable("the database file cannot be copied") from error


def _dump_postgresql(engine: Engine, url: str, target: Path) -> dict[str, int]:
    target.touch(mode=0o600)
    steady = engine.execution_options(isolation_level="REPEATABLE READ")
    with translated(), steady.connect() as connection:
        snapshot = str(connection.execute(text("SELECT pg_export_snapshot()")).scalar_one())
        _run("pg_dump", url, "--format=custom", f"--snapshot={snapshot}", "--no-owner", f"--file={target}")
        return _counted(connection)


def _run(program: str, url: str, *words: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise StoreUnavailable(f"{program} is not installed (package postgresql-client)")
    parsed = make_url(url).set(drivername="postgresql")
    # The password goes by the environment: a command line can be read by everybody on the machine.
    environment = {**os.environ, "PGPASSWORD": parsed.password or ""}
    address = parsed.set(password=None).render_as_string(hide_password=False)
    done = subprocess.run(  # noqa: S603 - a fixed program, our own words
        [found, "--dbname", address, *words], env=environment, capture_output=True, check=False
    )
    if done.returncode:
        raise StoreUnavailable(f"{program} ended with {done.returncode}")
