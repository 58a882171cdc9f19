"""Putting households into the store, idempotently."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhi_core.adapters.premiums.sandbox.scene import Household
from nhi_core.domain.people import Person
from nhi_core.ports import UnitOfWork, UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class SeedReport:
    """How many households were new, were replaced, or stood as they are."""

    inserted: int
    replaced: int
    unchanged: int


def seed_households(uow_factory: UnitOfWorkFactory, households: Iterable[Household]) -> SeedReport:
    """Insert or replace each household in one transaction. Payments made in the sandbox since are kept

    as long as the household's bills are still those of the same today.
    """
    counts = {"inserted": 0, "replaced": 0, "unchanged": 0}
    with uow_factory() as uow:
        for household in households:
            counts[_put(uow, household)] += 1
        uow.commit()
    return SeedReport(**counts)


def _put(uow: UnitOfWork, household: Household) -> str:
    known = uow.people.get(household.payer.id) is not None
    changed = [_put_person(uow, person) for person in household.persons]
    payer_id = household.payer.id
    changed += [_put_subsidies(uow, person, household) for person in household.persons]
    for area in household.areas:
        uow.ledger.replace_areas(area.unit_name, [area])
    # Bill ids hold the day they were told for.
    if {bill.id for bill in uow.bills.of_payer(payer_id)} != {bill.id for bill in household.bills}:
        uow.bills.replace(payer_id, bills=household.bills, payments=household.payments, plans=household.plans)
        uow.ledger.add_items(household.items)
        uow.ledger.add_refunds(household.refunds)
        return "replaced" if known else "inserted"
    if not known:
        return "inserted"
    return "replaced" if any(changed) else "unchanged"


def _put_subsidies(uow: UnitOfWork, person: Person, household: Household) -> bool:
    wanted = tuple(one for one in household.subsidies if one.person_id == person.id)
    if uow.ledger.subsidies_of(person.id) == wanted:
        return False
    uow.ledger.replace_subsidies(person.id, wanted)
    return True


def _put_person(uow: UnitOfWork, person: Person) -> bool:
    stored = uow.people.get(person.id)
    if stored == person:
        return False
    if stored is None:
        uow.people.add(person)
    else:
        uow.people.save(person)
    return True
