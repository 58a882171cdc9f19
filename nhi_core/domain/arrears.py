"""What a payer owes and how serious it is: bills, payments and a plan, judged on one day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from nhi_core.domain.bills import Bill, Payment, Plan, PlanState
from nhi_core.domain.calendar import WorkingDays, enforceable_from
from nhi_core.domain.late_fee import FeePolicy, LateFee, assess_fee, effective_due, is_insured
from nhi_core.domain.ledger import Refund
from nhi_core.domain.people import Hardship


class BillStatus(StrEnum):
    """Where one bill stands."""

    NOT_DUE = "not_due"
    IN_GRACE = "in_grace"
    OVERDUE = "overdue"
    SERIOUSLY_OVERDUE = "seriously_overdue"
    DEFERRED = "deferred"
    IN_PLAN = "in_plan"
    PAID_UNPOSTED = "paid_unposted"
    PAID = "paid"


class Level(StrEnum):
    """Always shown with words: 正常, 已逾期可分期, 嚴重逾期."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class PersonStatus(StrEnum):
    """Where the payer stands, the most serious thing first in `_judge`."""

    CLEAR = "clear"
    IN_GRACE = "in_grace"
    OVERDUE = "overdue"
    ENFORCEABLE = "enforceable"
    IN_INSTALMENTS = "in_instalments"
    DEFAULTED = "defaulted"


_LEVELS = {BillStatus.OVERDUE: Level.YELLOW, BillStatus.SERIOUSLY_OVERDUE: Level.RED}
# Not to be asked for now: paid, covered by the plan's terms, or deferred by law.
_NOT_PAYABLE = frozenset({BillStatus.PAID, BillStatus.PAID_UNPOSTED, BillStatus.IN_PLAN, BillStatus.DEFERRED})


@dataclass(frozen=True, slots=True)
class Relief:
    """What softens §35 for this payer. `no_dunning_until` is for disaster areas: no enforcement meanwhile."""

    hardship: Hardship | None = None
    no_dunning_until: date | None = None

    def in_hardship(self, day: date) -> bool:
        """Whether recognised hardship (§98) holds on `day`."""
        return self.hardship is not None and self.hardship.since <= day <= self.hardship.until

    def spares(self, day: date) -> bool:
        """Whether enforcement under §35 III is out of the question on `day`."""
        return self.in_hardship(day) or (self.no_dunning_until is not None and day <= self.no_dunning_until)


@dataclass(frozen=True, slots=True)
class BillAssessment:
    """One bill judged. Amounts in whole NT$.

    `paid` is what was received less what was given back, `outstanding` premium still open, `fee_due` the fee
    still to be paid (0 in a plan: its terms hold it), `credit` what was paid beyond both.
    """

    bill: Bill
    paid: int
    outstanding: int
    fee: LateFee
    fee_due: int
    credit: int
    status: BillStatus
    level: Level

    @property
    def payable(self) -> bool:
        """Whether this bill can be asked for now, outside a plan."""
        return self.status not in _NOT_PAYABLE


@dataclass(frozen=True, slots=True)
class Assessment:
    """A payer judged. `total` = premium + late fees of payable bills + the rest of a running plan, NT$.

    `bills` are those not yet settled in the agency's books, `settled` the others.
    """

    as_of: date
    status: PersonStatus
    bills: tuple[BillAssessment, ...]
    settled: tuple[BillAssessment, ...]
    plan: Plan | None
    premium_total: int
    late_fee_total: int
    deferred_total: int
    plan_remaining: int
    overpaid: int
    hardship: bool

    @property
    def total(self) -> int:
        """What is to be paid in all, NT$."""
        running = self.plan is not None and self.plan.state is PlanState.RUNNING
        return self.premium_total + self.late_fee_total + (self.plan_remaining if running else 0)


def assess(
    bills: Iterable[Bill],
    payments: Iterable[Payment],
    plans: Iterable[Plan],
    *,
    today: date,
    calendar: WorkingDays,
    policy: FeePolicy,
    relief: Relief | None = None,
    refunds: Iterable[Refund] = (),
    pay_on: date | None = None,
) -> Assessment:
    """Judge a payer's bills on `today`, with late fees as if paid on `pay_on` (default `today`)."""
    relief = relief or Relief()
    by_bill: dict[str, list[Payment]] = {}
    for payment in payments:
        if payment.paid_on <= today:
            by_bill.setdefault(payment.bill_id, []).append(payment)
    returned: dict[str, int] = {}
    for refund in refunds:
        if refund.refunded_on <= today:
            returned[refund.bill_id] = returned.get(refund.bill_id, 0) + refund.amount
    by_plan = {plan.id: plan for plan in plans}
    terms = _Terms(today, pay_on or today, calendar, policy, relief)
    judged = tuple(
        _assess_bill(
            bill, by_bill.get(bill.id, []), returned.get(bill.id, 0), by_plan.get(bill.plan_id or ""), terms
        )
        for bill in sorted(bills, key=lambda one: (one.month, one.kind, one.id))
    )
    plan = _current(by_plan.values())
    payable = [one for one in judged if one.payable]
    return Assessment(
        as_of=today,
        status=_judge(payable, plan),
        bills=tuple(one for one in judged if one.status is not BillStatus.PAID),
        settled=tuple(one for one in judged if one.status is BillStatus.PAID),
        plan=plan,
        premium_total=sum(one.outstanding for one in payable),
        late_fee_total=sum(one.fee_due for one in payable),
        deferred_total=sum(one.outstanding for one in judged if one.status is BillStatus.DEFERRED),
        plan_remaining=sum(term.amount for term in plan.terms if term.paid_on is None) if plan else 0,
        overpaid=sum(one.credit for one in judged),
        hardship=relief.in_hardship(today),
    )


@dataclass(frozen=True, slots=True)
class _Terms:
    """What every bill of one assessment is judged by."""

    today: date
    pay_on: date
    calendar: WorkingDays
    policy: FeePolicy
    relief: Relief


def _assess_bill(
    bill: Bill, payments: list[Payment], returned: int, plan: Plan | None, terms: _Terms
) -> BillAssessment:
    today, relief = terms.today, terms.relief
    kept = _without(returned, payments)
    fee = assess_fee(
        bill, kept, terms.pay_on, calendar=terms.calendar, policy=terms.policy, hardship=relief.hardship
    )
    received = max(0, sum(payment.amount for payment in payments) - returned)
    outstanding = max(0, bill.amount - received)
    beyond = max(0, received - bill.amount)
    # Once the premium is in, the agency computes and notifies the fee: our estimate ends, a charged fee
    # stays. After a default the whole agreed sum is due, its fees included (Instalment Regulations §11).
    defaulted = plan is not None and plan.state is PlanState.DEFAULTED
    counts = outstanding > 0 or not fee.estimated or defaulted
    in_plan = plan is not None and plan.state is PlanState.RUNNING
    fee_owed = 0 if in_plan or not counts else fee.fee
    fee_due = max(0, fee_owed - beyond)
    if outstanding == 0 and fee_due == 0:
        posted = sum(one.amount for one in payments if one.posted_on is not None and one.posted_on <= today)
        status = BillStatus.PAID if posted - returned >= bill.amount + fee_owed else BillStatus.PAID_UNPOSTED
    elif in_plan:
        status = BillStatus.IN_PLAN
    else:
        status = _status_of_open(bill, fee.start, today, defaulted=defaulted, spared=relief.spares(today))
    return BillAssessment(
        bill=bill,
        paid=received,
        outstanding=outstanding,
        fee=fee,
        fee_due=fee_due,
        # Who paid our estimate with the premium has not overpaid.
        credit=max(0, beyond - fee.fee),
        status=status,
        level=_LEVELS.get(status, Level.GREEN),
    )


def _without(returned: int, payments: list[Payment]) -> list[Payment]:
    """Return the payments less what was given back, the latest first: the premium it paid is open again."""
    kept: list[Payment] = []
    for payment in sorted(payments, key=lambda one: (one.paid_on, one.id), reverse=True):
        back = min(returned, payment.amount)
        returned -= back
        if payment.amount > back:
            kept.append(replace(payment, amount=payment.amount - back))
    return kept


def _status_of_open(bill: Bill, start: date, today: date, *, defaulted: bool, spared: bool) -> BillStatus:
    if bill.deferred_until is not None and today <= bill.deferred_until:
        return BillStatus.DEFERRED
    due = effective_due(bill)
    if bill.in_enforcement or defaulted:
        return BillStatus.SERIOUSLY_OVERDUE
    if today <= due:
        return BillStatus.NOT_DUE
    if today < start:
        return BillStatus.IN_GRACE
    if not spared and today >= enforceable_from(due, insured=is_insured(bill.kind)):
        return BillStatus.SERIOUSLY_OVERDUE
    return BillStatus.OVERDUE


def _current(plans: Iterable[Plan]) -> Plan | None:
    """Return the plan that matters now: the newest that is running or defaulted."""
    alive = [plan for plan in plans if plan.state is not PlanState.FINISHED]
    return max(alive, key=lambda plan: (plan.agreed_on, plan.id), default=None)


def _judge(payable: list[BillAssessment], plan: Plan | None) -> PersonStatus:
    statuses = {one.status for one in payable}
    defaulted = plan.id if plan is not None and plan.state is PlanState.DEFAULTED else None
    if defaulted and any(one.bill.plan_id == defaulted for one in payable):
        return PersonStatus.DEFAULTED
    if BillStatus.SERIOUSLY_OVERDUE in statuses:
        return PersonStatus.ENFORCEABLE
    if BillStatus.OVERDUE in statuses:
        return PersonStatus.OVERDUE
    # Once every term is paid nothing is left of it, though the agency has not closed it yet.
    left = plan is not None and any(term.paid_on is None for term in plan.terms)
    if plan is not None and plan.state is PlanState.RUNNING and left:
        return PersonStatus.IN_INSTALMENTS
    return PersonStatus.IN_GRACE if BillStatus.IN_GRACE in statuses else PersonStatus.CLEAR
