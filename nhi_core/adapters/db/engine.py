"""Engines for SQLite (embedded, the default) and PostgreSQL (grown up)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from nhi_core import measures
from nhi_core.domain.errors import StoreUnavailable

__all__ = ["READ_ONLY", "Engine", "make_engine", "ping", "translated"]

READ_ONLY = {"nhi_read_only": True}
_BUSY_SECONDS = 5.0
_CONNECT_SECONDS = 2
_STATEMENT_MS = 5_000
_LOCK_MS = 3_000


def make_engine(url: str, *, for_migrations: bool = False) -> Engine:
    """Return an engine. Make it in the process that uses it: connections do not survive a fork.

    `for_migrations` lifts the time limits and SQLite's foreign keys (tables are rebuilt by copy).
    Raises StoreUnavailable when a SQLite file cannot be made.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _counted(_sqlite(parsed, foreign_keys=not for_migrations))
    return _counted(_postgresql(parsed.set(drivername="postgresql+psycopg"), limits=not for_migrations))


@contextmanager
def translated() -> Iterator[None]:
    """Raise StoreUnavailable for every database error: for verbs of the operator, not for units of work."""
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreUnavailable("the database does not answer as it should") from error


def ping(engine: Engine) -> None:
    """Ask the database for one row; raises StoreUnavailable."""
    with translated(), engine.connect().execution_options(**READ_ONLY) as connection:
        connection.execute(text("SELECT 1"))


def _counted(engine: Engine) -> Engine:
    @event.listens_for(engine, "checkout")
    def _out(
        _connection: DBAPIConnection, _entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        measures.POOL_IN_USE.inc()

    @event.listens_for(engine, "checkin")
    def _in(_connection: DBAPIConnection | None, _entry: ConnectionPoolEntry) -> None:
        measures.POOL_IN_USE.dec()

    return engine


def _sqlite(url: URL, *, foreign_keys: bool) -> Engine:
    if url.database and url.database != ":memory:":
        path = Path(url.database)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Sealed or not, the file is nobody else's business.
            path.touch(mode=0o600)
        except OSError as error:
            raise StoreUnavailable("the database file cannot be made") from error
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        if not isinstance(connection, sqlite3.Connection):
            raise TypeError("not a SQLite connection")
        # We say BEGIN ourselves; the driver would start transactions late and without a write lock.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA foreign_keys = {int(foreign_keys)}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once ("locked") when another one wrote in
        # between: no waiting helps. Taking the write lock at the start queues transactions instead.
        read_only = connection.get_execution_options().get("nhi_read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: URL, *, limits: bool) -> Engine:
    options = ["-c timezone=UTC"]
    if limits:
        options += [
            f"-c statement_timeout={_STATEMENT_MS}",
            f"-c lock_timeout={_LOCK_MS}",
            f"-c idle_in_transaction_session_timeout={3 * _STATEMENT_MS}",
        ]
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_use_lifo=True,
        pool_timeout=_CONNECT_SECONDS,
        pool_recycle=1800,
        connect_args={"connect_timeout": _CONNECT_SECONDS, "options": " ".join(options)},
    )
