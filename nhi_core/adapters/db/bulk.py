# ruff: noqa: S608 - the names put into statements are those of our own tables
"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Table, text

Value = str | int | None
Rows = Sequence[tuple[Value, ...]]
# Rows as they go over the wire: made where the rows are made, perhaps in another process.
Packed = bytes | Rows


def pack(rows: Rows, dialect: str) -> Packed:
    """Return the rows in the form in which `pour` takes them on this database.

    Values are text without line breaks and tabs, integers, or None; an empty text is not told from None.
    """
    if dialect != "postgresql":
        return rows
    lines = [
        "\t".join([value if value.__class__ is str else "" if value is None else str(value) for value in row])
        for row in rows
    ]
    lines.append("")
    packed = "\n".join(lines)
    tabs = sum(map(len, rows)) - len(rows)
    if packed.count("\t") != tabs or packed.count("\n") != len(rows) or "\r" in packed:
        raise ValueError("a value holds a tab or a line break")
    return packed.replace("\\", "\\\\").encode()


def pour(connection: Connection, table: Table, packed: Packed) -> None:
    """Insert packed rows; each has a value for every column of the table, in the table's order."""
    if not packed:
        return
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    if isinstance(packed, bytes):
        driver = connection.connection.driver_connection
        if driver is None:
            raise RuntimeError("the connection is closed")
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {table.name} ({names}) FROM STDIN WITH (NULL '')") as copy,
        ):
            copy.write(packed)
        return
    marks = ", ".join("?" * len(table.columns))
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(packed))


def among(
    connection: Connection, columns: str, table: Table, column: str, values: Iterable[str]
) -> list[tuple[str, ...]]:
    """Return `columns` of the rows whose `column` is one of `values`: one statement however many they are."""
    if connection.dialect.name == "postgresql":
        query = text(f"SELECT {columns} FROM {table.name} WHERE {column} = ANY(:given)")
        return [tuple(row) for row in connection.execute(query, {"given": list(values)})]
    query = text(
        f"SELECT {columns} FROM {table.name} WHERE {column} IN (SELECT value FROM json_each(:given))"
    )
    return [tuple(row) for row in connection.execute(query, {"given": json.dumps(list(values))})]


def without_limits(connection: Connection) -> None:
    """Lift this transaction's limits: a whole file takes longer than a person waits, and more memory."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA cache_size = -65536")
    if connection.dialect.name == "postgresql":
        for setting in (
            "statement_timeout = 0",
            "idle_in_transaction_session_timeout = 0",
            "lock_timeout = '30s'",
            "work_mem = '64MB'",
            # Compiling these statements costs more than it saves.
            "jit = off",
        ):
            connection.exec_driver_sql(f"SET LOCAL {setting}")


def without_waiting(connection: Connection) -> None:
    """Do not wait for the disk: what a crash takes of this transaction is read again."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


def gather_statistics(connection: Connection, table: Table) -> None:
    """Tell PostgreSQL's planner what the table holds now."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {table.name}")
