"""Numbers of the law, each a dated row with its citation. A change of law is one row more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

# §35 II leaves the amount to an announcement that is not on record here; NT$100 is what the insurer told the
# press on 2012-06-29. Therefore configuration, and always shown as an estimate.
WAIVE_LE_DEFAULT = 100


class Dated(Protocol):
    """A row that holds from a day on."""

    @property
    def since(self) -> date: ...


_Row = TypeVar("_Row", bound=Dated)


@dataclass(frozen=True, slots=True)
class LateFeeRate:
    """Rate in thousandths of the amount a day, caps in percent of the amount."""

    since: date
    permille: int
    insured_cap_percent: int
    unit_cap_percent: int
    citation: str

    def cap_percent(self, *, insured: bool) -> int:
        """Return the cap for this kind of payer."""
        return self.insured_cap_percent if insured else self.unit_cap_percent


@dataclass(frozen=True, slots=True)
class MonthlyAmount:
    """NT$ a month, from the premium month that holds `since`."""

    since: date
    amount: int
    citation: str


LATE_FEE: tuple[LateFeeRate, ...] = (
    LateFeeRate(date(1995, 3, 1), 1, 15, 15, "NHI Act §30 before the 2011 revision (cap 15 % for everyone)"),
    LateFeeRate(date(2012, 7, 1), 1, 5, 15, "NHI Act §35 I; 5 % for insured persons since 2012-07-01"),
)

CATEGORY_6_PREMIUM: tuple[MonthlyAmount, ...] = (
    MonthlyAmount(date(2010, 4, 1), 749, "NHI Act §23, §27(7): 60 % of 1,249"),
    MonthlyAmount(date(2021, 1, 1), 826, "NHI Act §23, §27(7): 60 % of 1,377"),
)

AVERAGE_PREMIUM: tuple[MonthlyAmount, ...] = (
    MonthlyAmount(date(2010, 4, 1), 1249, "Average premium announced for category 6, 2010-04"),
    MonthlyAmount(date(2021, 1, 1), 1377, "Average premium announced for category 6, 2021-01"),
)

# 健保保險費及滯納金分期繳納辦法 §5: 60 % of the average premium; the agency's page prints NT$826.
ONLINE_MIN_INSTALMENT: tuple[MonthlyAmount, ...] = (
    MonthlyAmount(
        date(2021, 1, 1), 826, "Instalment Regulations §5; easy instalment plan, eng.nhi.gov.tw cp-1175"
    ),
)


def row_at(rows: Sequence[_Row], day: date) -> _Row:
    """Return the newest row that holds on `day`. Raises LookupError before the first."""
    held = [row for row in rows if row.since <= day]
    if not held:
        raise LookupError(f"no rate on record before {rows[0].since}")
    return held[-1]


def category_6_premium(day: date, dependants: int = 0) -> int:
    """Return a category-6 insured person's monthly premium, NT$; at most three dependants are charged."""
    return row_at(CATEGORY_6_PREMIUM, day).amount * (1 + min(dependants, 3))
