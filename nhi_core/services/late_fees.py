"""If I pay on that day, what will the late fee be? A trial calculation with its arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from nhi_core.domain.arrears import BillAssessment
from nhi_core.domain.bills import BillKind
from nhi_core.domain.calendar import WorkingDays
from nhi_core.domain.errors import DateOutOfRange
from nhi_core.domain.late_fee import FeePart, FeePolicy
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports import Clock, UnitOfWorkFactory
from nhi_core.services.ledger import Assessor, bound_person

# Past both caps (50 and 150 days after grace) nothing changes any more for a bill that is due now.
HORIZON = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class LateFeeBillView:
    """The arithmetic of one bill, whole NT$: outstanding × days × rate = `raw`, at most `cap`.

    `computed` is after the cap, `fee` after the waiver and what was already paid of it. `parts` has more than
    one row when some of the premium was paid late; then `raw` and `computed` are sums over them.
    """

    month: str
    kind: BillKind
    outstanding: int
    start: date
    days: int
    rate_permille: int
    raw: int
    cap: int
    cap_percent: int
    computed: int
    fee: int
    waived: bool
    estimated: bool
    parts: tuple[FeePart, ...]


@dataclass(frozen=True, slots=True)
class LateFeeView:
    """The trial calculation. `grand_total` = premiums outstanding + fees, NT$, without plan and deferrals."""

    pay_on: date
    today: date
    max_pay_on: date
    bills: tuple[LateFeeBillView, ...]
    fee_total: int
    grand_total: int
    waiver_threshold: int
    waived_note: bool
    hardship: bool


class LateFeeService:
    """Estimates for the person an account is bound to, and for nobody else."""

    def __init__(
        self, uow: UnitOfWorkFactory, clock: Clock, calendar: WorkingDays, policy: FeePolicy | None = None
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._policy = policy or FeePolicy()
        self._assessor = Assessor(calendar, self._policy)

    def estimate(
        self, account_id: str, pay_on: date | None = None, month: PremiumMonth | None = None
    ) -> LateFeeView:
        """Return the fees if everything payable is paid on `pay_on` (default today).

        With `month`, of that month's bills alone, if any of them is payable.

        Raises NotBound; DateOutOfRange before today or after 180 days; StoreUnavailable.
        """
        today = self._clock.today()
        pay_on = pay_on or today
        if not today <= pay_on <= today + HORIZON:
            raise DateOutOfRange
        with self._uow() as uow:
            person = bound_person(uow, account_id)
            assessment = self._assessor.of_person(uow, person, today, pay_on=pay_on)
        payable = [one for one in assessment.bills if one.payable]
        payable = [one for one in payable if one.bill.month == month] or payable
        fees = sum(one.fee_due for one in payable)
        return LateFeeView(
            pay_on=pay_on,
            today=today,
            max_pay_on=today + HORIZON,
            bills=tuple(_bill_view(one) for one in payable),
            fee_total=fees,
            grand_total=sum(one.outstanding for one in payable) + fees,
            waiver_threshold=self._policy.waive_le,
            waived_note=any(one.fee.waived for one in payable),
            hardship=assessment.hardship,
        )


def _bill_view(one: BillAssessment) -> LateFeeBillView:
    fee = one.fee
    return LateFeeBillView(
        month=one.bill.month.iso,
        kind=one.bill.kind,
        outstanding=one.outstanding,
        start=fee.start,
        days=fee.days,
        rate_permille=fee.permille,
        raw=fee.raw,
        cap=fee.cap,
        cap_percent=fee.cap_percent,
        computed=fee.computed,
        fee=one.fee_due,
        waived=fee.waived,
        estimated=fee.estimated,
        parts=fee.parts,
    )
