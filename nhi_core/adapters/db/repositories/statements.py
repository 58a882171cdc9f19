"""Statements that both databases know, each in its own dialect."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_if_absent(connection: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Insert unless any unique value stands already; True when this call inserted.

    The second of two callers waits for the first one's commit, then gets False and can read the row.
    """
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    # What comes back is the proof: drivers count the rows of an INSERT each in its own way.
    statement = make(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return connection.execute(statement).first() is not None
