"""Quality of what offices hand in (收件品質): errors by kind and month, rates, shares, whom to help first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from nhi_core.domain.evaluation_model import ZERO, percent, rounded


class ErrorKind(StrEnum):
    """Why a form goes back. The order is the division's report's."""

    MISSING_PROOF = "missing_proof"  # 未附證明文件
    REVIEW_ERROR = "review_error"  # 審核錯誤
    MISSING_KEY_IN = "missing_key_in"  # 資料漏鍵
    WRONG_KEY_IN = "wrong_key_in"  # 資料誤鍵
    SYSTEM_CHECK = "system_check"  # 系統檢核


NAMES: Mapping[ErrorKind, tuple[str, ...]] = {
    ErrorKind.MISSING_PROOF: ("未附證明文件", "未附證明"),
    ErrorKind.REVIEW_ERROR: ("審核錯誤",),
    ErrorKind.MISSING_KEY_IN: ("資料漏鍵",),
    ErrorKind.WRONG_KEY_IN: ("資料誤鍵",),
    ErrorKind.SYSTEM_CHECK: ("系統檢核",),
}


@dataclass(frozen=True, slots=True)
class CareRule:
    """From `since` (ROC year, month): a rate so many points above the division's, on enough forms."""

    since: tuple[int, int]
    points_above: Decimal
    least_received: int


# The slides say "錯誤率高" without a figure; the division sets it, and an older month keeps its rule.
CARE_RULES: tuple[CareRule, ...] = (CareRule((111, 2), Decimal(1), 20),)


@dataclass(frozen=True, slots=True)
class OfficeQuality:
    """One office's month (or several): forms received, errors by kind."""

    office: str
    received: int
    errors: Mapping[ErrorKind, int]

    @property
    def total(self) -> int:
        """All errors."""
        return sum(self.errors.values())

    @property
    def rate(self) -> Decimal | None:
        """Errors in percent of what was received; None when nothing was."""
        return percent(self.total, self.received)


@dataclass(frozen=True, slots=True)
class KindShare:
    """A kind's errors, its exact share, and the share as shown: whole percents, which need not make 100."""

    kind: ErrorKind
    count: int
    exact: Decimal
    shown: int


@dataclass(frozen=True, slots=True)
class QualityReport:
    """The division's report on a period."""

    offices: tuple[OfficeQuality, ...]
    shares: tuple[KindShare, ...]
    received: int
    errors: int
    rate: Decimal | None
    care: tuple[OfficeQuality, ...]


def report(offices: Collection[OfficeQuality], year: int, month: int) -> QualityReport:
    """Return the report; `care` is the list of offices that are helped first, the highest rate first."""
    ordered = tuple(sorted(offices, key=lambda one: one.office))
    counts = {kind: sum(one.errors.get(kind, 0) for one in ordered) for kind in ErrorKind}
    received, errors = sum(one.received for one in ordered), sum(counts.values())
    rate = percent(errors, received)
    return QualityReport(ordered, shares(counts), received, errors, rate, _care(ordered, rate, year, month))


def shares(counts: Mapping[ErrorKind, int]) -> tuple[KindShare, ...]:
    """Return every kind's share; shown are whole percents, each rounded half up by itself."""
    total = sum(counts.values())
    exact = {kind: percent(counts.get(kind, 0), total) or ZERO for kind in ErrorKind}
    return tuple(
        KindShare(kind, counts.get(kind, 0), exact[kind], int(rounded(exact[kind]))) for kind in ErrorKind
    )


def care_rule(year: int, month: int, rules: Sequence[CareRule] = CARE_RULES) -> CareRule | None:
    """Return the rule in force in a month, None before the first one."""
    known = [rule for rule in rules if rule.since <= (year, month)]
    return max(known, key=lambda rule: rule.since) if known else None


def _care(
    offices: Sequence[OfficeQuality], rate: Decimal | None, year: int, month: int
) -> tuple[OfficeQuality, ...]:
    rule = care_rule(year, month)
    if rule is None or rate is None:
        return ()
    found = [
        one
        for one in offices
        if one.received >= rule.least_received
        and one.rate is not None
        and one.rate > rate + rule.points_above
    ]
    return tuple(sorted(found, key=lambda one: (-rounded(one.rate or ZERO, 4), one.office)))
