"""Insured persons."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Column, ColumnElement, Connection, Row, insert, select, update

from nhi_core.adapters.db.repositories.statements import insert_if_absent
from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables import households, persons
from nhi_core.adapters.db.types import Envelope
from nhi_core.domain.identifiers import plain
from nhi_core.domain.people import Hardship, InsuredCategory, Person, Proofs

_c = persons.c
_PROOFS = (_c.card_number, _c.household_number, _c.entry_permit, _c.passport)


class SqlPeople:
    """Fulfils ports.People."""

    def __init__(self, connection: Connection, sealer: ColumnSealer) -> None:
        """Work on one connection."""
        self._connection = connection
        self._sealer = sealer

    def get(self, person_id: str) -> Person | None:
        """Return the person of this id."""
        return self._one(_c.id == person_id)

    def by_number(self, number: str) -> Person | None:
        """Return the person of this national ID or UI number, however it is typed."""
        return self._one(_c.number_fp.in_(self._sealer.candidates(_c.number_fp, plain(number))))

    def by_story(self, story: str) -> Person | None:
        """Return the made-up person of a sandbox story."""
        return self._one(_c.story == story)

    def stories(self) -> tuple[str, ...]:
        """Return the names of all sandbox stories."""
        query = select(_c.story).where(_c.story.is_not(None)).order_by(_c.story)
        return tuple(self._connection.execute(query).scalars())

    def add(self, person: Person) -> None:
        """Insert; raises IntegrityError when id or number stands already."""
        self._connection.execute(insert(persons).values(id=person.id, **self._columns(person)))

    def save(self, person: Person) -> None:
        """Write the person's fields, found by id."""
        self._connection.execute(update(persons).where(_c.id == person.id).values(**self._columns(person)))

    def _columns(self, person: Person) -> dict[str, object]:
        if person.household is not None:
            insert_if_absent(self._connection, households, {"id": person.household})
        number, seal = plain(person.number), self._sealer.seal
        return {
            "number": seal(_c.number, number, row=person.id),
            "number_fp": self._sealer.fingerprint(_c.number_fp, number),
            "name": seal(_c.name, person.name, row=person.id),
            "birth": seal(_c.birth, person.birth.isoformat(), row=person.id),
            "category": person.category.value,
            "household_id": person.household,
            "hardship_since": person.hardship.since if person.hardship else None,
            "hardship_until": person.hardship.until if person.hardship else None,
            "story": person.story,
            **{column.name: self._seal_proof(column, person) for column in _PROOFS},
        }

    def _seal_proof(self, column: Column[Envelope], person: Person) -> Envelope | None:
        value = getattr(person.proofs, column.name)
        return None if value is None else self._sealer.seal(column, value, row=person.id)

    def _one(self, condition: ColumnElement[bool]) -> Person | None:
        row = self._connection.execute(select(persons).where(condition)).one_or_none()
        return None if row is None else self._person(row)

    def _person(self, row: Row[tuple[object, ...]]) -> Person:
        unseal = self._sealer.open
        return Person(
            id=row.id,
            number=unseal(_c.number, row.number, row=row.id),
            name=unseal(_c.name, row.name, row=row.id),
            birth=date.fromisoformat(unseal(_c.birth, row.birth, row=row.id)),
            category=InsuredCategory(row.category),
            household=row.household_id,
            hardship=Hardship(row.hardship_since, row.hardship_until) if row.hardship_since else None,
            story=row.story,
            proofs=Proofs(**{column.name: self._open_proof(column, row) for column in _PROOFS}),
        )

    def _open_proof(self, column: Column[Envelope], row: Row[tuple[object, ...]]) -> str | None:
        stored = row._mapping[column]
        return None if stored is None else self._sealer.open(column, stored, row=row._mapping[_c.id])
