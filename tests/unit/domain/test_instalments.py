from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhi_core.domain.instalments import INSURED, UNIT, InstalmentRule, max_terms, split


@pytest.mark.parametrize(
    ("rule", "total", "terms"),
    [
        *[(INSURED, *row) for row in (
            (1_999, 0), (2_000, 2), (2_477, 2), (2_478, 3), (4_956, 6), (9_911, 11), (9_912, 12),
            (10_000, 12), (49_999, 12), (50_000, 24), (99_999, 24), (100_000, 36), (200_000, 48),
        )],
        *[(UNIT, *row) for row in (
            (29_999, 0), (30_000, 10), (36_000, 12), (200_000, 24), (500_000, 36), (5_000_000, 48),
        )],
    ],
)  # fmt: skip
def test_the_table_of_the_regulations(rule: InstalmentRule, total: int, terms: int) -> None:
    assert max_terms(total, rule) == terms


def test_the_remainder_goes_first() -> None:
    assert split(10_000, 12) == (837, *[833] * 11)
    assert split(2_000, 2) == (1_000, 1_000)


@given(total=st.integers(2_000, 5_000_000), rule=st.sampled_from([INSURED, UNIT]))
def test_every_allowed_plan_sums_up_and_keeps_the_minimum(total: int, rule: InstalmentRule) -> None:
    terms = max_terms(total, rule)
    if terms:
        amounts = split(total, terms)
        assert sum(amounts) == total
        assert min(amounts) >= rule.min_term
        assert max(amounts) - min(amounts) < terms


@pytest.mark.parametrize(("total", "terms"), [(100, 0), (1, 2)])
def test_impossible_splits_are_a_fault(total: int, terms: int) -> None:
    with pytest.raises(ValueError, match="split"):
        split(total, terms)
