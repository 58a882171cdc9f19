"""The load harness's own arithmetic, against values worked out by hand."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.load.figures import Reckoning, Spread, arrivals, out_of_order, percentile, shown, table


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.0, 1), (0.951, 96)]
)
def test_percentiles_of_one_to_a_hundred(share: float, expected: float) -> None:
    assert percentile(list(range(100, 0, -1)), share) == expected


def test_percentiles_of_few_values() -> None:
    assert percentile([7.0], 0.99) == 7.0
    assert percentile([1.0, 2.0], 0.5) == 1.0
    assert percentile([1.0, 2.0, 3.0], 0.5) == 2.0
    assert percentile([1.0] * 98 + [9.0] * 2, 0.99) == 9.0


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_at_least_the_share_is_not_above_its_percentile(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert sum(value < found for value in values) < max(1, math.ceil(share * len(values)))


def test_a_spread() -> None:
    assert Spread.of([5.0, 1.0, 3.0]) == Spread(3, 3.0, 5.0, 5.0, 5.0)


@pytest.mark.parametrize(
    ("sent", "seen", "lost", "doubled"),
    [
        ("abc", "abc", 0, 0),
        ("abc", "ba", 1, 0),
        ("abc", "aabbb", 1, 3),
        ("abc", "abcx", 0, 0),
        ("", "x", 0, 0),
    ],
)
def test_what_is_lost_and_what_is_doubled(sent: str, seen: str, lost: int, doubled: int) -> None:
    assert Reckoning.of(sent, seen) == Reckoning(len(sent), lost, doubled)


def answered(text: str) -> list[tuple[str, str]]:
    return [(pair[0], pair[1]) for pair in text.split()]


@pytest.mark.parametrize(
    ("seen", "wrong"),
    [
        ("a1 a2 a3 b1 b2", 0),
        ("b1 a1 b2 a2 a3", 0),  # persons do not wait for each other
        ("a2 a1 a3 b1 b2", 1),
        ("a3 a2 a1 b2 b1", 3),
        ("a1 a3 b1 b2", 0),  # a lost one is lost, not out of order
        ("a1 a2 a1 a3 b1 b2", 0),  # a doubled one is doubled, not out of order
        ("a2 a9 c1 a1", 1),
    ],
)
def test_order_is_judged_for_each_person_alone(seen: str, wrong: int) -> None:
    assert out_of_order({"a": "123", "b": "12"}, answered(seen)) == wrong


def test_arrivals_keep_to_the_rate_and_the_time() -> None:
    assert arrivals(10, 0.45, itertools.repeat(1.0)) == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert arrivals(2, 2.0, iter([0.5, 0.5, 2.0, 1.5])) == pytest.approx([0.25, 0.5, 1.5])


def test_numbers_are_rounded_for_people() -> None:
    assert [shown(value) for value in (0.01234, 12.345, 123.4, 12_345.6, 5000, float("nan"), "x")] == [
        "0.0123", "12.3", "123", "12,346", "5,000", "–", "x",
    ]  # fmt: skip
    assert table(("a", "b"), [(1, 2.5)]) == "| a | b |\n|---|---|\n| 1 | 2.5 |"
