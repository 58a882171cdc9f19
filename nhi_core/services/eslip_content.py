"""What stands on a slip: the bills that can be paid now, and the codes to pay them with.

The sum holds premiums and the late fees that the agency has charged. Our own estimate of a late fee stands
beside it and not in it: it grows by the day, and charging it is the agency's act (Enforcement Rules §57), so
no barcode may ask for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from nhi_core.domain.allocation import Claim
from nhi_core.domain.arrears import BillAssessment
from nhi_core.domain.bills import BillKind
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.eslip import Holder, slip_month
from nhi_core.domain.identifiers import mask_name
from nhi_core.domain.payment import NothingToPay
from nhi_core.domain.payment_barcode import STORE_LIMIT, StoreBarcode
from nhi_core.domain.people import Person
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports import UnitOfWork
from nhi_core.services.ledger import Assessor
from nhi_core.services.pay_handoffs import HandOffCodes

MOST_ROWS = 12
# Where every deadline is past: long enough to go to a store, short enough that the sum still holds.
_LATE_VALIDITY = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class SlipRow:
    """One bill. Whole NT$: `premium` still open, `late_fee` charged by the agency, `estimate` by us.

    `estimate` is not part of the sum.
    """

    month: PremiumMonth
    kind: BillKind
    due: date
    premium: int
    late_fee: int
    estimate: int

    @property
    def amount(self) -> int:
        """What is asked for."""
        return self.premium + self.late_fee


@dataclass(frozen=True, slots=True)
class SlipContent:
    """One page. `earlier` bills are in the sum as one line of `earlier_amount` NT$.

    `until` is the last day on which the codes are taken. `over_store_limit`: no store takes so much.
    """

    holder: Holder
    name_masked: str
    unit_name: str
    made_on: date
    rows: tuple[SlipRow, ...]
    earlier: int
    earlier_amount: int
    total: int
    estimate: int
    until: date
    number: str | None
    store: StoreBarcode | None
    over_store_limit: bool
    qr: str | None


@dataclass(frozen=True, slots=True)
class SlipWriter:
    """Puts a slip together from today's judgement of the bills."""

    assessor: Assessor
    codes: HandOffCodes

    def write(
        self,
        uow: UnitOfWork,
        person: Person,
        holder: Holder,
        today: date,
        *,
        month: PremiumMonth | None = None,
    ) -> SlipContent:
        """Return the slip of everything this holder can pay now. Raises NothingToPay.

        `month`: only what is printed on that month's slip, for which the agency has a number of its own.
        """
        mine = [
            one
            for one in self.open_bills(uow, person, holder, today)
            if month is None or slip_month(one.bill) == month
        ]
        rows = [_row(one) for one in mine]
        total = sum(row.amount for row in rows)
        if total == 0:
            raise NothingToPay
        until = _until([row.due for row in rows], today)
        claims = tuple(
            Claim(one.bill.id, row.month, row.premium, row.late_fee, one.bill.in_enforcement)
            for one, row in zip(mine, rows, strict=True)
        )
        reference = f"slip {person.id} {holder.value} {today.isoformat()} {total}"
        bills = uow.bills.of_payer(person.id)
        codes = self.codes.of(reference, claims, bills, amount=total, until=end_of(until))
        shown, earlier = rows[-MOST_ROWS:], rows[:-MOST_ROWS]
        return SlipContent(
            holder=holder,
            name_masked=mask_name(person.name),
            unit_name=mine[-1].bill.unit_name,
            made_on=today,
            rows=tuple(shown),
            earlier=len(earlier),
            earlier_amount=sum(row.amount for row in earlier),
            total=total,
            estimate=sum(row.estimate for row in rows),
            until=until,
            number=codes.number,
            store=codes.store,
            over_store_limit=total > STORE_LIMIT,
            qr=codes.address,
        )

    def open_bills(
        self, uow: UnitOfWork, person: Person, holder: Holder, today: date
    ) -> list[BillAssessment]:
        """Return this holder's payable bills, the oldest first."""
        assessment = self.assessor.of_person(uow, person, today)
        return [
            one
            for one in assessment.bills
            if one.payable and holder.bears(one.bill.kind) and one.outstanding + one.fee_due > 0
        ]


def _row(one: BillAssessment) -> SlipRow:
    estimated = one.fee.estimated
    return SlipRow(
        month=one.bill.month,
        kind=one.bill.kind,
        due=one.bill.due,
        premium=one.outstanding,
        late_fee=0 if estimated else one.fee_due,
        estimate=one.fee_due if estimated else 0,
    )


def _until(deadlines: list[date], today: date) -> date:
    """Return the last day of the codes: the latest printed deadline, while it is to come."""
    latest = max(deadlines)
    return latest if latest >= today else today + _LATE_VALIDITY


def end_of(day: date) -> datetime:
    """Return the last second of a Taipei day."""
    return datetime.combine(day, time(23, 59, 59), TAIPEI)
