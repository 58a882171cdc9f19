"""From what a file says to what is staged: ID numbers become persons, personal values are sealed."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Engine, Table

from nhi_core.adapters.db.bulk import Packed, Value, among, pack
from nhi_core.adapters.db.engine import READ_ONLY, translated
from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables import households, persons
from nhi_core.adapters.db.tables_imports import (
    preregistrations,
    staged_bills,
    staged_payments,
    staged_persons,
    staged_registrations,
    staged_subsidies,
)
from nhi_core.adapters.db.types import Envelope
from nhi_core.domain.imports import ImportKind, Reason, Reject
from nhi_core.domain.imports_fields import CLEAR

Row = tuple[Value, ...]
Numbered = tuple[int, Row]

STAGED: Mapping[ImportKind, Table] = {
    ImportKind.PERSONS: staged_persons,
    ImportKind.BILLS: staged_bills,
    ImportKind.PAYMENTS: staged_payments,
    ImportKind.SUBSIDIES: staged_subsidies,
    ImportKind.REGISTRATIONS: staged_registrations,
}
# Where the ID number stands in a row of the file.
_NUMBER_AT = {ImportKind.BILLS: 1, ImportKind.SUBSIDIES: 1, ImportKind.REGISTRATIONS: 0}
# Who was looked up is remembered: 250 bytes each, in all processes together.
REMEMBERED = 240_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows for the staging table, how many they are, and the rows that cannot go there."""

    packed: Packed
    rows: int
    rejects: list[Reject]


class RowPreparer:
    """Prepares the rows of one import, batch by batch. Remembers whom it has looked up, within bounds."""

    def __init__(
        self,
        engine: Engine,
        sealer: ColumnSealer,
        kind: ImportKind,
        import_id: str,
        unit_code: str | None,
        *,
        remembered: int = REMEMBERED,
    ) -> None:
        """Look people up over `engine`, reading alone; remember so many of them."""
        self._engine = engine
        self._sealer = sealer
        self._kind = kind
        self._import_id = import_id
        self._unit_code = unit_code or ""
        self._remembered = remembered
        self._persons: dict[str, str] = {}

    def prepare(self, rows: Sequence[Numbered]) -> Prepared:
        """Return what goes to the staging table, packed, in its column order. Raises StoreUnavailable."""
        if self._kind is ImportKind.PAYMENTS:
            # Whether it came through us is found out when the whole file is there.
            return self._prepared([(self._import_id, line, *row, None) for line, row in rows], [])
        with translated(), self._engine.connect().execution_options(**READ_ONLY) as connection:
            if self._kind is ImportKind.PERSONS:
                return self._prepared(self._new_persons(connection, rows), [])
            return self._of_persons(connection, rows, _NUMBER_AT[self._kind])

    def _prepared(self, rows: list[Row], rejects: list[Reject]) -> Prepared:
        return Prepared(pack(rows, self._engine.dialect.name), len(rows), rejects)

    def _of_persons(self, connection: Connection, rows: Sequence[Numbered], at: int) -> Prepared:
        known = self._look_up(connection, {str(row[at]) for _line, row in rows})
        head, registration = self._import_id, self._kind is ImportKind.REGISTRATIONS
        good: list[Row] = []
        rejects: list[Reject] = []
        for line, row in rows:
            person_id = known.get(str(row[at]))
            if person_id is None:
                rejects.append(Reject(line, "number", Reason.NO_PERSON))
            elif registration:
                good.append((head, line, *self._registration(person_id, row)))
            else:
                good.append((head, line, *row[:at], person_id, *row[at + 1 :]))
        return self._prepared(good, rejects)

    def _look_up(self, connection: Connection, numbers: set[str]) -> Mapping[str, str]:
        unseen = numbers - self._persons.keys()
        if len(self._persons) + len(unseen) > self._remembered:
            self._persons.clear()
            unseen = numbers
        if unseen:
            column = persons.c.number_fp
            owner = {fp: n for n in unseen for fp in self._sealer.candidates(column, n)}
            for person_id, found in among(connection, "id, number_fp", persons, "number_fp", owner):
                self._persons[owner[found]] = person_id
        return self._persons

    def _new_persons(self, connection: Connection, rows: Sequence[Numbered]) -> list[Row]:
        known = self._look_up(connection, {str(row[0]) for _line, row in rows})
        homes = self._households(connection, {str(row[4]) for _line, row in rows if row[4] is not None})
        seal, c = self._sealer.seal, persons.c
        prepared: list[Row] = []
        for line, (number, name, birth, category, household, since, until, permit, passport, card) in rows:
            key = known.get(str(number)) or str(uuid.uuid4())
            prepared.append((
                self._import_id, line, key,
                seal(c.number, str(number), row=key).text,
                self._sealer.fingerprint(c.number_fp, str(number)),
                seal(c.name, str(name), row=key).text,
                seal(c.birth, str(birth), row=key).text,
                category,
                None if household is None else homes[str(household)],
                since, until,
                None if permit is None else self._proof(c.entry_permit, permit, key),
                None if passport is None else self._proof(c.passport, passport, key),
                None if card is None else self._proof(c.card_number, card, key),
            ))  # fmt: skip
        return prepared

    def _proof(self, column: Column[Envelope], value: Value, key: str) -> Value:
        return value if value == CLEAR else self._sealer.seal(column, str(value), row=key).text

    def _households(self, connection: Connection, numbers: Iterable[str]) -> Mapping[str, str]:
        """Return household number → our id of the household.

        A household number proves identity at the agency's counters, so it is not kept: the id is the keyed
        fingerprint's digest. One that was made under an older key is used on.
        """
        candidates = {
            number: [
                fp.rpartition(".")[2] for fp in self._sealer.fingerprints.candidates("household", number)
            ]
            for number in numbers
        }
        standing: set[str] = set()
        if candidates:
            wanted = [digest for digests in candidates.values() for digest in digests]
            standing = {row[0] for row in among(connection, "id", households, "id", wanted)}
        return {
            number: next((digest for digest in digests if digest in standing), digests[0])
            for number, digests in candidates.items()
        }

    def _registration(self, person_id: str, row: Row) -> Row:
        _number, email, phone = row
        key = hashlib.sha256(f"{self._unit_code}|{person_id}".encode()).hexdigest()
        seal, c = self._sealer.seal, preregistrations.c
        return (
            key,
            person_id,
            seal(c.email, str(email), row=key).text,
            None if phone is None else seal(c.phone, str(phone), row=key).text,
        )
