"""How many instalments the law allows: 全民健康保險保險費及滯納金分期繳納辦法 §4, §5."""

from __future__ import annotations

from dataclasses import dataclass

MIN_TERMS = 2
ONLINE_MAX_TERMS = 12  # the agency's easy instalment plan; more is for the counter


@dataclass(frozen=True, slots=True)
class InstalmentRule:
    """`min_total` (premium and late fee) and `min_term` in NT$; `bands` are (from NT$, at most terms)."""

    min_total: int
    min_term: int
    bands: tuple[tuple[int, int], ...]


INSURED = InstalmentRule(2_000, 826, ((200_000, 48), (100_000, 36), (50_000, 24), (0, 12)))
UNIT = InstalmentRule(30_000, 3_000, ((5_000_000, 48), (500_000, 36), (200_000, 24), (0, 12)))


def max_terms(total: int, rule: InstalmentRule = INSURED) -> int:
    """Return the largest allowed number of terms for `total` NT$; 0 when no plan is possible."""
    if total < rule.min_total:
        return 0
    allowed = next(terms for start, terms in rule.bands if total >= start)
    terms = min(allowed, total // rule.min_term)
    return terms if terms >= MIN_TERMS else 0


def split(total: int, terms: int) -> tuple[int, ...]:
    """Return the amounts of `terms` instalments, NT$. No rule says where the remainder goes: first, here."""
    if terms < 1 or total < terms:
        raise ValueError("cannot be split so")
    each, rest = divmod(total, terms)
    return (each + rest, *([each] * (terms - 1)))
