"""The one way from an account to money: account → binding in force → person → judged bills."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from nhi_core.domain.arrears import Assessment, Relief, assess
from nhi_core.domain.errors import NotBound
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.domain.ledger import DisasterArea, current_units, no_dunning_until
from nhi_core.domain.people import Person
from nhi_core.domain.reminder_days import Books
from nhi_core.ports import UnitOfWork, WorkingDays


@dataclass(frozen=True, slots=True)
class Assessor:
    """Judges a payer under this deployment's calendar and policy."""

    calendar: WorkingDays
    policy: FeePolicy

    def of_person(
        self, uow: UnitOfWork, person: Person, today: date, *, pay_on: date | None = None
    ) -> Assessment:
        """Return the person's assessment on `today`, late fees as if paid on `pay_on`."""
        bills = uow.bills.of_payer(person.id)
        books = Books(
            bills=bills,
            payments=uow.bills.payments_of(person.id),
            plans=uow.bills.plans_of(person.id),
            refunds=uow.ledger.refunds_of(person.id),
            hardship=person.hardship,
        )
        return self.of_books(books, uow.ledger.areas_of(current_units(bills)), today, pay_on=pay_on)

    def of_books(
        self, books: Books, areas: Iterable[DisasterArea], today: date, *, pay_on: date | None = None
    ) -> Assessment:
        """Return the same for records that were read together with others'; `areas` of the current units."""
        return assess(
            books.bills,
            books.payments,
            books.plans,
            today=today,
            calendar=self.calendar,
            policy=self.policy,
            relief=Relief(hardship=books.hardship, no_dunning_until=no_dunning_until(areas, today)),
            refunds=books.refunds,
            pay_on=pay_on,
        )


def bound_person(uow: UnitOfWork, account_id: str) -> Person:
    """Return the insured person an account may see. Raises NotBound: only the binding in force counts."""
    binding = uow.bindings.bound_of_account(account_id)
    person = uow.people.get(binding.person_id) if binding else None
    if person is None:
        raise NotBound
    return person
