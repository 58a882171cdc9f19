"""What stands behind a bill: who is covered, subsidies, refunds, disaster areas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from nhi_core.domain.bills import Bill, BillKind
from nhi_core.domain.calendar import WorkingDays, next_working_day
from nhi_core.domain.money import half_up
from nhi_core.domain.roc import PremiumMonth

# 「將於當次繳費後三個工作日，完成電腦銷帳作業」
POSTING_WORKING_DAYS = 3


class Relation(StrEnum):
    """What a covered person is to the payer."""

    SELF = "self"
    SPOUSE = "spouse"
    CHILD = "child"
    PARENT = "parent"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class BillItem:
    """One covered person on a bill. `premium` is before the subsidy, NT$. The name is sealed at rest."""

    id: str
    bill_id: str
    number: int
    name: str
    relation: Relation
    premium: int
    subsidy: int

    @property
    def amount(self) -> int:
        """What the person costs the payer, NT$."""
        return self.premium - self.subsidy

    def __repr__(self) -> str:
        """Show no name, so that a traceback holds no identity."""
        return f"BillItem(id={self.id!r})"


class SubsidyKind(StrEnum):
    """Why the government pays a share of the own premium."""

    LOW_INCOME = "low_income"
    MIDDLE_LOW_INCOME = "middle_low_income"
    DISABILITY_SEVERE = "disability_severe"
    DISABILITY_MODERATE = "disability_moderate"
    DISABILITY_MILD = "disability_mild"
    ELDERLY = "elderly"
    UNEMPLOYED = "unemployed"
    INDIGENOUS = "indigenous"
    DISASTER = "disaster"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Subsidy:
    """A share of a person's premium paid by the government, from `since` to `until` (open: None), inclusive.

    `percent` of the premium, at most `ceiling` NT$ a month where there is one. The counties send these lists
    by the 5th of each month; questions about them go to `granted_by`, not to the insurer.
    """

    id: str
    person_id: str
    kind: SubsidyKind
    percent: int
    granted_by: str
    since: PremiumMonth
    until: PremiumMonth | None = None
    ceiling: int | None = None

    def holds(self, month: PremiumMonth) -> bool:
        """Whether it covers that premium month."""
        return self.since <= month and (self.until is None or month <= self.until)

    def of_premium(self, premium: int) -> int:
        """Return the subsidised NT$; what the person still pays is rounded half up."""
        share = premium - half_up(Fraction(premium * (100 - self.percent), 100))
        return share if self.ceiling is None else min(share, self.ceiling)


def subsidy_on(premium: int, subsidies: Iterable[Subsidy], month: PremiumMonth) -> int:
    """Return the most favourable subsidy of `premium` in `month`, NT$: two schemes do not add up."""
    return max((one.of_premium(premium) for one in subsidies if one.holds(month)), default=0)


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back on a bill that was paid twice, whole NT$."""

    id: str
    bill_id: str
    amount: int
    refunded_on: date


@dataclass(frozen=True, slots=True)
class DisasterArea:
    """Who is insured through this unit is not dunned or sent to enforcement from `since` to `until`."""

    id: str
    unit_name: str
    since: date
    until: date


def current_units(bills: Iterable[Bill]) -> frozenset[str]:
    """Return through whom the payer is insured now: the units of the newest bill of each kind.

    Who moved away from a disaster area before it struck is none of its victims.
    """
    newest: dict[BillKind, Bill] = {}
    for bill in bills:
        if bill.kind not in newest or bill.month > newest[bill.kind].month:
            newest[bill.kind] = bill
    return frozenset(bill.unit_name for bill in newest.values())


def no_dunning_until(areas: Iterable[DisasterArea], today: date) -> date | None:
    """Return the last day of the longest exemption in force today, or None."""
    return max((area.until for area in areas if area.since <= today <= area.until), default=None)


def posting_expected(paid_on: date, calendar: WorkingDays) -> date:
    """Return the day by which the agency's books should show a payment: the third working day after it."""
    day = paid_on
    for _ in range(POSTING_WORKING_DAYS):
        day = next_working_day(day + timedelta(days=1), calendar)
    return day
