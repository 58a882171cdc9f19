"""When is it due, did my payment arrive, did I pay twice, what does my unit owe?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nhi_core.domain.arrears import Assessment, BillAssessment, BillStatus
from nhi_core.domain.bills import Bill, BillKind, Payment, PlanState
from nhi_core.domain.calendar import WorkingDays
from nhi_core.domain.identifiers import mask_name
from nhi_core.domain.late_fee import FeePolicy, is_insured
from nhi_core.domain.ledger import Refund
from nhi_core.domain.people import Person
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports import Clock, UnitOfWorkFactory
from nhi_core.services.arrears import BillView, bill_view
from nhi_core.services.ledger import Assessor, bound_person
from nhi_core.services.payments_made import PaymentEntry, entries

_IN_TIME = (BillStatus.NOT_DUE, BillStatus.IN_GRACE)
_SERIOUS = (*_IN_TIME, BillStatus.OVERDUE, BillStatus.SERIOUSLY_OVERDUE)


@dataclass(frozen=True, slots=True)
class DueGroup:
    """Premium months that share one deadline, NT$. Paid by `free_until` there is no late fee."""

    due: date
    free_until: date
    months: tuple[str, ...]
    amount: int
    late_fee: int
    estimated: bool
    status: BillStatus
    days_left: int


@dataclass(frozen=True, slots=True)
class DueDatesView:
    """Open deadlines, the earliest first, and the next instalment of a running plan.

    `overdue_total` is what the late ones come to with their fees, NT$.
    """

    as_of: date
    person_masked: str
    upcoming: tuple[DueGroup, ...]
    overdue: tuple[DueGroup, ...]
    overdue_total: int
    plan_due: date | None
    plan_amount: int | None
    deferred: bool


@dataclass(frozen=True, slots=True)
class PostingView:
    """Payments on their way into the agency's books, and the last that arrived."""

    as_of: date
    person_masked: str
    waiting: tuple[PaymentEntry, ...]
    last: PaymentEntry | None


@dataclass(frozen=True, slots=True)
class OverpaidBill:
    """A bill that received `credit` NT$ too much, and by which payments."""

    month: str
    unit_name: str
    credit: int
    payments: tuple[PaymentEntry, ...]


@dataclass(frozen=True, slots=True)
class ReturnedView:
    """Money that was given back."""

    month: str
    amount: int
    refunded_on: date


@dataclass(frozen=True, slots=True)
class RefundView:
    """What was paid twice, `overpaid` NT$; `unposted`: not all of it is in the agency's books yet."""

    as_of: date
    person_masked: str
    overpaid: int
    unposted: bool
    bills: tuple[OverpaidBill, ...]
    returned: tuple[ReturnedView, ...]


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit's (or withholder's) open bills; `total` = premiums and late fees to be paid now, NT$."""

    unit_name: str
    kind: BillKind
    total: int
    bills: tuple[BillView, ...]


@dataclass(frozen=True, slots=True)
class UnitArrearsView:
    """The units that the bound person answers for; `known` is False when there is none."""

    as_of: date
    person_masked: str
    known: bool
    total: int
    units: tuple[UnitView, ...]


@dataclass(frozen=True, slots=True)
class _Books:
    """A payer's records and their judgement, read in one transaction."""

    person: Person
    today: date
    bills: tuple[Bill, ...]
    payments: tuple[Payment, ...]
    refunds: tuple[Refund, ...]
    assessment: Assessment

    @property
    def name(self) -> str:
        return mask_name(self.person.name)


class StandingService:
    """Answers for the person an account is bound to, and for nobody else."""

    def __init__(
        self, uow: UnitOfWorkFactory, clock: Clock, calendar: WorkingDays, policy: FeePolicy | None = None
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._calendar = calendar
        self._assessor = Assessor(calendar, policy or FeePolicy())

    def due_dates(self, account_id: str, month: PremiumMonth | None = None) -> DueDatesView:
        """Return what has to be paid by when; with `month` that month alone, if it is still to be paid.

        Raises NotBound, StoreUnavailable.
        """
        books = self._books(account_id)
        found = [one for one in books.assessment.bills if one.payable]
        payable: dict[date, list[BillAssessment]] = {}
        for one in [one for one in found if one.bill.month == month] or found:
            payable.setdefault(one.bill.due, []).append(one)
        plan = books.assessment.plan
        terms = plan.terms if plan is not None and plan.state is PlanState.RUNNING else ()
        upcoming = next((term for term in terms if term.paid_on is None), None)
        groups = [_group(due, payable[due], books.today) for due in sorted(payable)]
        overdue = tuple(one for one in groups if one.status not in _IN_TIME)
        return DueDatesView(
            as_of=books.today,
            person_masked=books.name,
            upcoming=tuple(one for one in groups if one.status in _IN_TIME),
            overdue=overdue,
            overdue_total=sum(one.amount + one.late_fee for one in overdue),
            plan_due=upcoming.due if upcoming else None,
            plan_amount=upcoming.amount if upcoming else None,
            deferred=books.assessment.deferred_total > 0,
        )

    def postings(self, account_id: str) -> PostingView:
        """Return payments not in the books yet. Raises NotBound, StoreUnavailable."""
        books = self._books(account_id)
        made = self._entries(books, books.payments)
        return PostingView(
            as_of=books.today,
            person_masked=books.name,
            waiting=tuple(one for one in made if not one.posted),
            last=next((one for one in made if one.posted), None),
        )

    def refunds(self, account_id: str) -> RefundView:
        """Return what was paid twice and what was given back. Raises NotBound, StoreUnavailable."""
        books = self._books(account_id)
        judged = (*books.assessment.bills, *books.assessment.settled)
        over = tuple(self._overpaid(books, one) for one in judged if one.credit)
        months = {bill.id: bill.month.iso for bill in books.bills}
        return RefundView(
            as_of=books.today,
            person_masked=books.name,
            overpaid=books.assessment.overpaid,
            unposted=any(not entry.posted for bill in over for entry in bill.payments),
            bills=over,
            returned=tuple(
                ReturnedView(months[one.bill_id], one.amount, one.refunded_on)
                for one in reversed(books.refunds)
                if one.refunded_on <= books.today
            ),
        )

    def units(self, account_id: str) -> UnitArrearsView:
        """Return what the units of the account's person owe. Raises NotBound, StoreUnavailable."""
        books = self._books(account_id)
        groups: dict[tuple[str, BillKind], list[BillAssessment]] = {}
        for one in (*books.assessment.bills, *books.assessment.settled):
            if not is_insured(one.bill.kind):
                groups.setdefault((one.bill.unit_name, one.bill.kind), []).append(one)
        units = tuple(_unit(name, kind, mine) for (name, kind), mine in groups.items())
        return UnitArrearsView(
            as_of=books.today,
            person_masked=books.name,
            known=bool(units),
            total=sum(unit.total for unit in units),
            units=units,
        )

    def _books(self, account_id: str) -> _Books:
        today = self._clock.today()
        with self._uow() as uow:
            person = bound_person(uow, account_id)
            return _Books(
                person=person,
                today=today,
                bills=uow.bills.of_payer(person.id),
                payments=uow.bills.payments_of(person.id),
                refunds=uow.ledger.refunds_of(person.id),
                assessment=self._assessor.of_person(uow, person, today),
            )

    def _entries(self, books: _Books, payments: Sequence[Payment]) -> tuple[PaymentEntry, ...]:
        return entries(payments, books.bills, today=books.today, calendar=self._calendar)

    def _overpaid(self, books: _Books, one: BillAssessment) -> OverpaidBill:
        mine = [payment for payment in books.payments if payment.bill_id == one.bill.id]
        return OverpaidBill(
            month=one.bill.month.iso,
            unit_name=one.bill.unit_name,
            credit=one.credit,
            payments=self._entries(books, mine),
        )


def _group(due: date, mine: Sequence[BillAssessment], today: date) -> DueGroup:
    return DueGroup(
        due=due,
        # Supplied start dates may differ within a group: the earliest is the safe one to name.
        free_until=min(one.fee.start for one in mine) - timedelta(days=1),
        months=tuple(one.bill.month.iso for one in mine),
        amount=sum(one.outstanding for one in mine),
        late_fee=sum(one.fee_due for one in mine),
        estimated=any(one.fee.estimated for one in mine if one.fee_due),
        status=max((one.status for one in mine), key=_SERIOUS.index),
        days_left=(due - today).days,
    )


def _unit(name: str, kind: BillKind, mine: Sequence[BillAssessment]) -> UnitView:
    still_open = [one for one in mine if one.status is not BillStatus.PAID]
    return UnitView(
        unit_name=name,
        kind=kind,
        total=sum(one.outstanding + one.fee_due for one in still_open if one.payable),
        bills=tuple(bill_view(one) for one in still_open),
    )
