"""Seals and fingerprints of columns: the context is the column, the row is part of the seal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Column, Table

from nhi_core.adapters.db.types import Envelope, Fingerprint, Sealed
from nhi_core.security import KeyedFingerprints, Sealer


@dataclass(frozen=True, slots=True)
class ColumnSealer:
    """Puts values into sealed columns and takes them out; raises security.SealBroken."""

    sealer: Sealer
    fingerprints: KeyedFingerprints

    def seal(self, column: Column[Envelope], value: str, *, row: str) -> Envelope:
        """Return what is to be stored in `column` of the row with this id."""
        return Envelope(self.sealer.seal(value, context=sealed_type(column).context, row=row))

    def open(self, column: Column[Envelope], stored: Envelope, *, row: str) -> str:
        """Return the value that stands in `column` of the row with this id."""
        return self.sealer.open(stored.text, context=sealed_type(column).context, row=row)

    def fingerprint(self, column: Column[str], value: str, **columns: str) -> str:
        """Return the fingerprint to store; `columns` are those that its purpose names."""
        return self.fingerprints.make(_purpose(column, columns), value)

    def candidates(self, column: Column[str], value: str, **columns: str) -> tuple[str, ...]:
        """Return every fingerprint under which the row may still be found."""
        return self.fingerprints.candidates(_purpose(column, columns), value)


def sealed_type(column: Column[Envelope]) -> Sealed:
    """Return the column's sealed type; raises TypeError for a plain column."""
    if not isinstance(column.type, Sealed):
        raise TypeError(f"{column} is not a sealed column")
    return column.type


def fingerprint_type(column: Column[str]) -> Fingerprint:
    """Return the column's fingerprint type; raises TypeError for another column."""
    if not isinstance(column.type, Fingerprint):
        raise TypeError(f"{column} is not a fingerprint column")
    return column.type


def sealed_columns(table: Table) -> tuple[Column[Envelope], ...]:
    """Return the table's sealed columns."""
    return tuple(column for column in table.columns if isinstance(column.type, Sealed))


def fingerprint_columns(table: Table) -> tuple[Column[str], ...]:
    """Return the table's fingerprint columns."""
    return tuple(column for column in table.columns if isinstance(column.type, Fingerprint))


def _purpose(column: Column[str], columns: Mapping[str, str]) -> str:
    return fingerprint_type(column).purpose.format(**columns)
