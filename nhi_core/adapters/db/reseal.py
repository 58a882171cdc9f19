"""Brings stored seals and fingerprints under the active keys, row by row, while everything runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Column, Connection, Engine, Row, Table, func, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

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
_Outcome = Literal["resealed", "broken", "twice"]


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
    seen = 0
    done: Counter[_Outcome] = Counter()
    last = ""
    while True:
        with translated():
            with engine.connect().execution_options(**READ_ONLY) as connection:
                query = select(table).where(table.c.id > last).order_by(table.c.id).limit(_BATCH)
                rows = connection.execute(query).all()
            try:
                # A short transaction a batch: nobody waits long, and a stop loses nothing.
                done += _reseal_rows(engine, sealer, table, rows)
            except OperationalError:
                # Who writes takes rows in another order, and each waits for the other (a deadlock): of this
                # batch each row has a transaction of its own, which holds nothing that somebody waits for.
                for row in rows:
                    done += _reseal_rows(engine, sealer, table, [row])
        seen += len(rows)
        if len(rows) < _BATCH:
            return ResealReport(table.name, seen, done["resealed"], done["broken"], done["twice"])
        last = rows[-1].id


def _reseal_rows(
    engine: Engine, sealer: ColumnSealer, table: Table, rows: Sequence[Row[tuple[object, ...]]]
) -> Counter[_Outcome]:
    done: Counter[_Outcome] = Counter()
    with engine.begin() as connection:
        for row in rows:
            try:
                with connection.begin_nested():
                    if _reseal_row(connection, sealer, table, row):
                        done["resealed"] += 1
            except SealBroken:
                done["broken"] += 1
            except IntegrityError:
                done["twice"] += 1
    return done


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
