"""What do I owe? The view behind the arrears card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nhi_core.domain.arrears import Assessment, BillAssessment, BillStatus, Level, PersonStatus
from nhi_core.domain.bills import BillKind, Plan, PlanState, PlanTerm
from nhi_core.domain.calendar import WorkingDays, next_working_day
from nhi_core.domain.identifiers import mask_name
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.domain.people import Person
from nhi_core.ports import Clock, UnitOfWorkFactory
from nhi_core.services.ledger import Assessor, bound_person


@dataclass(frozen=True, slots=True)
class BillView:
    """One bill. Amounts in whole NT$, `month` ISO.

    `late_fee` is what is to be paid, `late_fee_raw` the same before the waiver (after the cap): with
    `late_fee_waived` the card can say「0 元(預估 41 元，低於免徵門檻)」.
    """

    month: str
    kind: BillKind
    unit_name: str
    headcount: int
    amount: int
    paid: int
    outstanding: int
    due: date
    late_fee_start: date
    late_fee: int
    late_fee_estimated: bool
    late_fee_waived: bool
    late_fee_raw: int
    days_late: int
    status: BillStatus
    level: Level
    in_enforcement: bool
    deferred_until: date | None


@dataclass(frozen=True, slots=True)
class PlanView:
    """An instalment plan. `missed` counts terms past their day; a default (`state`) is the agency's word."""

    state: PlanState
    terms: tuple[PlanTerm, ...]
    next_due: date | None
    next_amount: int | None
    remaining: int
    missed: int


@dataclass(frozen=True, slots=True)
class ArrearsView:
    """A payer on one day. total = premium_total + late_fee_total + the rest of a running plan, NT$.

    Deferred premiums (`deferred_total`) and what was paid twice (`overpaid`) are outside the total.
    """

    as_of: date
    person_masked: str
    status: PersonStatus
    total: int
    premium_total: int
    late_fee_total: int
    deferred_total: int
    overpaid: int
    estimated: bool
    bills: tuple[BillView, ...]
    plan: PlanView | None
    hardship: bool
    waived_note: bool


class ArrearsService:
    """Answers for the person an account is bound to, and for nobody else."""

    def __init__(
        self, uow: UnitOfWorkFactory, clock: Clock, calendar: WorkingDays, policy: FeePolicy | None = None
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._calendar = calendar
        self._assessor = Assessor(calendar, policy or FeePolicy())

    def summary(self, account_id: str) -> ArrearsView:
        """Return what the account's person owes today. Raises NotBound, StoreUnavailable."""
        with self._uow() as uow:
            person = bound_person(uow, account_id)
            assessment = self._assessor.of_person(uow, person, self._clock.today())
        return self._view(person, assessment)

    def _view(self, person: Person, assessment: Assessment) -> ArrearsView:
        bills = tuple(bill_view(one) for one in assessment.bills)
        return ArrearsView(
            as_of=assessment.as_of,
            person_masked=mask_name(person.name),
            status=assessment.status,
            total=assessment.total,
            premium_total=assessment.premium_total,
            late_fee_total=assessment.late_fee_total,
            deferred_total=assessment.deferred_total,
            overpaid=assessment.overpaid,
            estimated=any(bill.late_fee_estimated for bill in bills),
            bills=bills,
            plan=self._plan_view(assessment.plan, assessment),
            hardship=assessment.hardship,
            waived_note=any(bill.late_fee_waived for bill in bills),
        )

    def _plan_view(self, plan: Plan | None, assessment: Assessment) -> PlanView | None:
        if plan is None:
            return None
        unpaid = [term for term in plan.terms if term.paid_on is None]
        upcoming = unpaid[0] if unpaid else None
        return PlanView(
            state=plan.state,
            terms=plan.terms,
            next_due=upcoming.due if upcoming else None,
            next_amount=upcoming.amount if upcoming else None,
            remaining=assessment.plan_remaining,
            missed=sum(assessment.as_of > next_working_day(term.due, self._calendar) for term in unpaid),
        )


def bill_view(one: BillAssessment) -> BillView:
    """Return what a card shows of a judged bill."""
    # A bill that is not to be asked for (in a plan, deferred, paid) shows no fee of its own.
    counts = one.payable
    return BillView(
        month=one.bill.month.iso,
        kind=one.bill.kind,
        unit_name=one.bill.unit_name,
        headcount=one.bill.headcount,
        amount=one.bill.amount,
        paid=one.paid,
        outstanding=one.outstanding,
        due=one.bill.due,
        late_fee_start=one.fee.start,
        late_fee=one.fee_due if counts else 0,
        late_fee_estimated=counts and one.fee.estimated and one.fee.computed > 0,
        late_fee_waived=counts and one.fee.waived,
        late_fee_raw=one.fee.computed if counts else 0,
        days_late=one.fee.days if counts else 0,
        status=one.status,
        level=one.level,
        in_enforcement=one.bill.in_enforcement,
        deferred_until=one.bill.deferred_until,
    )
