"""Which debt a sum of money settles first: 全民健康保險保險費及滯納金分期繳納辦法 §13.

Debts already in enforcement come first, then premiums, then late fees; within each, the oldest month first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from nhi_core.domain.arrears import Assessment, BillAssessment, BillStatus
from nhi_core.domain.roc import PremiumMonth


class Rank(IntEnum):
    """The order of §13."""

    ENFORCED = 1
    PREMIUM = 2
    LATE_FEE = 3


@dataclass(frozen=True, slots=True)
class Claim:
    """What is open on one bill, whole NT$."""

    bill_id: str
    month: PremiumMonth
    premium: int
    late_fee: int
    enforced: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """What one bill receives, whole NT$. Both parts are one payment on the bill."""

    bill_id: str
    premium: int
    late_fee: int

    @property
    def amount(self) -> int:
        """The whole share."""
        return self.premium + self.late_fee


@dataclass(frozen=True, slots=True)
class Allocation:
    """`shares` in the order of the bills' age, each above 0; `rest` is what no debt was left for, NT$."""

    shares: tuple[Share, ...]
    rest: int


# Paid is the premium alone, as long as the plan runs.
_IN_PLAN = frozenset({BillStatus.IN_PLAN, BillStatus.PAID, BillStatus.PAID_UNPOSTED})


def claims_of(assessment: Assessment) -> tuple[Claim, ...]:
    """Return what can be asked for now: every payable bill, outside a running plan."""
    return tuple(_claim(one, one.fee_due) for one in assessment.bills if one.payable)


def claims_in_plan(assessment: Assessment, plan_id: str) -> tuple[Claim, ...]:
    """Return what a running plan covers: its bills with the late fees that its terms hold.

    A bill whose premium is in stays a claim until its late fee is in too: §13 pays premiums first.
    """
    everything = (*assessment.bills, *assessment.settled)
    covered = (one for one in everything if one.bill.plan_id == plan_id and one.status in _IN_PLAN)
    claims = (_claim(one, max(0, one.fee.fee - max(0, one.paid - one.bill.amount))) for one in covered)
    return tuple(one for one in claims if one.premium + one.late_fee > 0)


def allocate(money: int, claims: Iterable[Claim]) -> Allocation:
    """Spread `money` over `claims`. The shares and the rest add up to `money`. Raises ValueError below 0."""
    if money < 0:
        raise ValueError("money received is never negative")
    given: dict[str, list[int]] = {}
    ordered = sorted(claims, key=lambda one: (one.month, one.bill_id))
    for claim, part, wanted in _in_order(ordered):
        taken = min(money, wanted)
        money -= taken
        given.setdefault(claim.bill_id, [0, 0])[part] += taken
    shares = (Share(claim.bill_id, *given[claim.bill_id]) for claim in ordered)
    return Allocation(tuple(share for share in shares if share.amount), money)


_PREMIUM, _FEE = 0, 1


def _in_order(claims: Sequence[Claim]) -> list[tuple[Claim, int, int]]:
    """Return every debt as (claim, part, NT$), the first to be settled first."""
    debts = [
        (Rank.ENFORCED if claim.enforced else rank, claim, part, wanted)
        for claim in claims
        for rank, part, wanted in (
            (Rank.PREMIUM, _PREMIUM, claim.premium),
            (Rank.LATE_FEE, _FEE, claim.late_fee),
        )
    ]
    # The sort is stable: within a rank the age of the bills stays, and a premium before its own fee.
    return [debt[1:] for debt in sorted(debts, key=lambda debt: debt[0])]


def _claim(one: BillAssessment, late_fee: int) -> Claim:
    return Claim(one.bill.id, one.bill.month, one.outstanding, late_fee, one.bill.in_enforcement)
