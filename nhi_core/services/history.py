"""What have I paid? A year of payments in pages, and the months of that year at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nhi_core.domain.arrears import Assessment, BillStatus
from nhi_core.domain.calendar import WorkingDays
from nhi_core.domain.identifiers import mask_name
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports import Clock, UnitOfWorkFactory
from nhi_core.services.ledger import Assessor, bound_person
from nhi_core.services.payments_made import PaymentEntry, entries

PAGE_SIZE = 4


class MonthState(StrEnum):
    """A premium month at a glance, the one that most needs an eye last."""

    NONE = "none"
    PAID = "paid"
    DEFERRED = "deferred"
    IN_PLAN = "in_plan"
    UNPOSTED = "unposted"
    UPCOMING = "upcoming"
    OWED = "owed"


_ORDER = tuple(MonthState)
_STATE_OF = {
    BillStatus.PAID: MonthState.PAID,
    BillStatus.DEFERRED: MonthState.DEFERRED,
    BillStatus.IN_PLAN: MonthState.IN_PLAN,
    BillStatus.PAID_UNPOSTED: MonthState.UNPOSTED,
    BillStatus.NOT_DUE: MonthState.UPCOMING,
    BillStatus.IN_GRACE: MonthState.UPCOMING,
    BillStatus.OVERDUE: MonthState.OWED,
    BillStatus.SERIOUSLY_OVERDUE: MonthState.OWED,
}


@dataclass(frozen=True, slots=True)
class MonthMark:
    """One premium month: `amount` was billed, `outstanding` is open, NT$."""

    month: str
    state: MonthState
    amount: int
    outstanding: int


@dataclass(frozen=True, slots=True)
class PaymentHistoryView:
    """Payments made in `year` (`total` NT$, `count` entries, this page's `entries`), and its premium months.

    `newer` and `older` are the nearest years with something to see. `picture` is filled in by the edge.
    """

    as_of: date
    person_masked: str
    year: str
    newer: str | None
    older: str | None
    total: int
    count: int
    page: int
    pages: int
    entries: tuple[PaymentEntry, ...]
    marks: tuple[MonthMark, ...]
    paid_months: int
    owed_months: int
    picture: str | None = None
    picture_embeds: bool = False


class HistoryService:
    """Answers for the person an account is bound to, and for nobody else."""

    def __init__(
        self, uow: UnitOfWorkFactory, clock: Clock, calendar: WorkingDays, policy: FeePolicy | None = None
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._calendar = calendar
        self._assessor = Assessor(calendar, policy or FeePolicy())

    def year(self, account_id: str, year: int | None = None, page: int = 1) -> PaymentHistoryView:
        """Return a year of payments; a year or page that is not there becomes the nearest that is.

        Without `year`: the newest with anything to see. Raises NotBound, StoreUnavailable.
        """
        today = self._clock.today()
        with self._uow() as uow:
            person = bound_person(uow, account_id)
            bills, payments = uow.bills.of_payer(person.id), uow.bills.payments_of(person.id)
            assessment = self._assessor.of_person(uow, person, today)
        everything = entries(payments, bills, today=today, calendar=self._calendar)
        years = sorted(
            {one.paid_on.year for one in everything} | {bill.month.year for bill in bills} or {today.year}
        )
        wanted = years[-1] if year is None else min(years, key=lambda one: (abs(one - year), -one))
        found = [one for one in everything if one.paid_on.year == wanted]
        pages = max(1, -(-len(found) // PAGE_SIZE))
        page = min(max(1, page), pages)
        marks = _marks(assessment, wanted)
        states = [mark.state for mark in marks]
        return PaymentHistoryView(
            as_of=today,
            person_masked=mask_name(person.name),
            year=str(wanted),
            newer=next((str(one) for one in years if one > wanted), None),
            older=next((str(one) for one in reversed(years) if one < wanted), None),
            total=sum(one.amount for one in found),
            count=len(found),
            page=page,
            pages=pages,
            entries=tuple(found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]),
            marks=marks,
            paid_months=sum(state in (MonthState.PAID, MonthState.UNPOSTED) for state in states),
            owed_months=states.count(MonthState.OWED),
        )


def _marks(assessment: Assessment, year: int) -> tuple[MonthMark, ...]:
    """Return the year's twelve premium months, each with the state that most needs an eye."""
    judged = [one for one in (*assessment.bills, *assessment.settled) if one.bill.month.year == year]
    found = []
    for number in range(1, 13):
        month = PremiumMonth(year, number)
        mine = [one for one in judged if one.bill.month == month]
        states = [_STATE_OF[one.status] for one in mine]
        found.append(
            MonthMark(
                month=month.iso,
                state=max(states, key=_ORDER.index, default=MonthState.NONE),
                amount=sum(one.bill.amount for one in mine),
                outstanding=sum(one.outstanding + one.fee_due for one in mine),
            )
        )
    return tuple(found)
