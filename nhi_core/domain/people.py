"""Insured persons as the counter knows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum


class InsuredCategory(IntEnum):
    """Categories of insured persons, National Health Insurance Act §10."""

    EMPLOYED = 1
    OCCUPATIONAL_UNION = 2
    FARMER_FISHER = 3
    SOLDIER = 4
    LOW_INCOME = 5
    REGIONAL = 6


@dataclass(frozen=True, slots=True)
class Hardship:
    """Recognised economic hardship: while it lasts §35, §37, §50 and §91 do not apply (§98)."""

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Proofs:
    """What a kiosk checks a card and its holder against. Sealed at rest; None where the source gave none.

    A person of a file import has no household number here: `Person.household` is its keyed fingerprint.
    """

    card_number: str | None = None
    household_number: str | None = None
    entry_permit: str | None = None
    passport: str | None = None

    def __repr__(self) -> str:
        """Show nothing."""
        return "Proofs(…)"


@dataclass(frozen=True, slots=True)
class Person:
    """An insured person. `number` (national ID or UI number) and `name` are sealed at rest, never logged."""

    id: str
    number: str
    name: str
    birth: date
    category: InsuredCategory
    household: str | None = None
    hardship: Hardship | None = None
    story: str | None = None
    proofs: Proofs = Proofs()

    def __repr__(self) -> str:
        """Show the opaque id alone, so that a traceback holds no identity."""
        return f"Person(id={self.id!r})"
