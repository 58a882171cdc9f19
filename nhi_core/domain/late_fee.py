"""The late fee (滯納金), National Health Insurance Act §35.

Our number is an estimate: charging it is the insurer's act (Enforcement Rules §57). A start date or a fee
that the agency supplies overrides the calculation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from nhi_core.domain.bills import Bill, BillKind, Payment
from nhi_core.domain.calendar import GraceModel, WorkingDays, late_fee_start
from nhi_core.domain.money import half_up
from nhi_core.domain.people import Hardship
from nhi_core.domain.rates import LATE_FEE, WAIVE_LE_DEFAULT, row_at

_INSURED_KINDS = frozenset({BillKind.OWN, BillKind.DEPENDANTS})


@dataclass(frozen=True, slots=True)
class FeePolicy:
    """What the law leaves open: the waived amount (§35 II, NT$ a bill) and how §48 is read for rest days."""

    waive_le: int = WAIVE_LE_DEFAULT
    grace_model: GraceModel = GraceModel.PRINTED


@dataclass(frozen=True, slots=True)
class FeePart:
    """A share of the premium, NT$, and the days it was late."""

    amount: int
    days: int


@dataclass(frozen=True, slots=True)
class LateFee:
    """The fee of one bill if the rest is paid on a given day. Amounts in whole NT$.

    `raw` is before the cap, `computed` after the cap and before the waiver, `fee` what is to be paid.
    `days` are those of what is still open; `parts` holds more shares when some of the premium was paid late.
    """

    start: date
    days: int
    permille: int
    raw: int
    cap_percent: int
    cap: int
    computed: int
    fee: int
    waived: bool
    estimated: bool
    parts: tuple[FeePart, ...]


def is_insured(kind: BillKind) -> bool:
    """Whether the caps and terms of an insured person apply, not those of a unit or withholder (§35)."""
    return kind in _INSURED_KINDS


def effective_due(bill: Bill) -> date:
    """Return the due date, moved to the end of a granted deferral."""
    return max(bill.due, bill.deferred_until) if bill.deferred_until else bill.due


def start_of(bill: Bill, calendar: WorkingDays, policy: FeePolicy) -> date:
    """Return the first day that counts: the agency's when supplied, else the day after (shifted) grace.

    A supplied day that a deferral granted later reaches or passes holds no more.
    """
    supplied, deferred = bill.late_fee_start, bill.deferred_until
    if supplied is not None and (deferred is None or deferred < supplied):
        return supplied
    return late_fee_start(effective_due(bill), calendar, policy.grace_model)


def days_late(start: date, paid: date, hardship: Hardship | None = None) -> int:
    """Count the days from `start` to the day before `paid`, without those of recognised hardship (§98)."""
    days = max(0, (paid - start).days)
    if hardship and days:
        first = max(start, hardship.since)
        after = min(paid, hardship.until + timedelta(days=1))
        days -= max(0, (after - first).days)
    return days


def assess_fee(
    bill: Bill,
    payments: Iterable[Payment],
    pay_on: date,
    *,
    calendar: WorkingDays,
    policy: FeePolicy,
    hardship: Hardship | None = None,
) -> LateFee:
    """Return the late fee of `bill` when what is still open is paid on `pay_on`.

    Each share of the premium carries the fee until the day it was paid; the cap stops each share after
    cap / rate days (50 or 150), which is the cap of the whole. Rounded once, half up (Enforcement Rules §52).
    """
    start = start_of(bill, calendar, policy)
    rate = row_at(LATE_FEE, start)
    cap_percent = rate.cap_percent(insured=is_insured(bill.kind))
    open_days = days_late(start, pay_on, hardship)
    parts = _parts(bill, payments, pay_on, start, hardship)
    last_day = cap_percent * 10 // rate.permille
    raw = _fee(((part.amount, part.days) for part in parts), rate.permille)
    computed = _fee(((part.amount, min(part.days, last_day)) for part in parts), rate.permille)
    charged = bill.charged_late_fee
    waived = charged is None and 0 < computed <= policy.waive_le
    return LateFee(
        start=start,
        days=open_days,
        permille=rate.permille,
        raw=raw,
        cap_percent=cap_percent,
        cap=half_up(Fraction(sum(part.amount for part in parts) * cap_percent, 100)),
        computed=computed if charged is None else charged,
        fee=(0 if waived else computed) if charged is None else charged,
        waived=waived,
        estimated=charged is None,
        parts=parts,
    )


def _fee(parts: Iterable[tuple[int, int]], permille: int) -> int:
    return half_up(Fraction(sum(amount * days for amount, days in parts) * permille, 1000))


def _parts(
    bill: Bill, payments: Iterable[Payment], pay_on: date, start: date, hardship: Hardship | None
) -> tuple[FeePart, ...]:
    """Split the premium by the day each share was (or will be) paid; a share paid in time carries nothing."""
    remaining = bill.amount
    parts = []
    for payment in sorted(payments, key=lambda one: (one.paid_on, one.id)):
        share = min(payment.amount, remaining)
        remaining -= share
        days = days_late(start, min(payment.paid_on, pay_on), hardship)
        if share and days:
            parts.append(FeePart(share, days))
    if remaining:
        parts.append(FeePart(remaining, days_late(start, pay_on, hardship)))
    return tuple(parts)
