"""Brings stored seals and fingerprints under the active keys, row by row, while everything runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Engine, Row, Table, func, select, update
from sqlalchemy.exc import IntegrityError

from nhi_core.adapters.db.engine import READ_ONLY, translated
from nhi_core.adapters.db.sealing import (
    ColumnSealer,
    fingerprint_columns,
    fingerprint_type,
    sealed_columns,
)
from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import Envelope
from nhi_core.security import SealBroken

_BATCH = 200


@dataclass(frozen=True, slots=True)
class ResealReport:
    """What a run did with one table. `broken` rows do not open: their key is gone, or they were changed.

    `twice`: the same value already has a row under the active key. Nothing is done about it: people look.
    """

    table: str
    seen: int
    resealed: int
    broken: int
    twice: int = 0


def reseal(engine: Engine, sealer: ColumnSealer) -> Iterator[ResealReport]:
    """Go through all tables; yields one report a table. May be stopped and started again at any time.

    Raises StoreUnavailable.
    """
    for table in _tables():
        yield _reseal_table(engine, sealer, table)


def stale_values(engine: Engine, sealer: ColumnSealer) -> dict[str, int]:
    """Return `table.column` → values not under the active key. All 0: older keys may go.

    Raises StoreUnavailable.
    """
    stale: dict[str, int] = {}
    seal_prefix = sealer.sealer.prefix
    print_prefix = sealer.fingerprints.prefix
    with translated(), engine.connect().execution_options(**READ_ONLY) as connection:
        for table in _tables():
            columns: list[tuple[Column[Envelope] | Column[str], str]] = [
                *((column, seal_prefix) for column in sealed_columns(table)),
                *((column, print_prefix) for column in fingerprint_columns(table)),
            ]
            for column, prefix in columns:
                text = func.substr(column, 1, len(prefix))
                query = select(func.count()).select_from(table).where(text != prefix)
                stale[f"{table.name}.{column.name}"] = int(connection.execute(query).scalar_one())
    return stale


def _tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if sealed_columns(table)]


def _reseal_table(engine: Engine, sealer: ColumnSealer, table: Table) -> ResealReport:
    seen = resealed = broken = twice = 0
    last = ""
    while True:
        # A short transaction a batch: nobody waits long, and a stop loses nothing.
        with translated(), engine.begin() as connection:
            query = select(table).where(table.c.id > last).order_by(table.c.id).limit(_BATCH)
            rows = connection.execute(query).all()
            for row in rows:
                try:
                    with connection.begin_nested():
                        resealed += _reseal_row(connection, sealer, table, row)
                except SealBroken:
                    broken += 1
                except IntegrityError:
                    twice += 1
        seen += len(rows)
        if len(rows) < _BATCH:
            return ResealReport(table.name, seen, resealed, broken, twice)
        last = rows[-1].id


def _reseal_row(
    connection: Connection, sealer: ColumnSealer, table: Table, row: Row[tuple[object, ...]]
) -> bool:
    stored = row._mapping
    new: dict[str, object] = {}
    for column in sealed_columns(table):
        if stored[column] is not None and not sealer.sealer.is_current(stored[column].text):
            value = sealer.open(column, stored[column], row=row.id)
            new[column.name] = sealer.seal(column, value, row=row.id)
    for print_column in fingerprint_columns(table):
        if not sealer.fingerprints.is_current(stored[print_column]):
            source = table.c[fingerprint_type(print_column).of]
            value = sealer.open(source, stored[source], row=row.id)
            named = {key: text for key, text in stored.items() if isinstance(text, str)}
            new[print_column.name] = sealer.fingerprint(print_column, value, **named)
    if not new:
        return False
    # Only if nobody changed the row meanwhile; who did used the active key anyway.
    unchanged = [table.c[name] == stored[name] for name in new]
    result = connection.execute(update(table).where(table.c.id == row.id, *unchanged).values(**new))
    return result.rowcount == 1
