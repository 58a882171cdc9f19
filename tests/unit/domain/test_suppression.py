"""No hidden small number can be worked out from what is shown."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from nhi_core.domain.suppression import SMALLEST_SHOWN, Sum, hidden_cells

Cell = tuple[str, str]
ALL = "all"


def table(numbers: list[list[int]]) -> tuple[dict[Cell, int], list[Sum[Cell]]]:
    """Return a table's cells with its totals, and the sums that bind them."""
    rows, columns = range(len(numbers)), range(len(numbers[0]))
    counts = {(str(r), str(c)): numbers[r][c] for r in rows for c in columns}
    counts |= {(str(r), ALL): sum(numbers[r]) for r in rows}
    counts |= {(ALL, str(c)): sum(numbers[r][c] for r in rows) for c in columns}
    counts[ALL, ALL] = sum(map(sum, numbers))
    sums: list[Sum[Cell]] = [((str(r), ALL), [(str(r), str(c)) for c in columns]) for r in rows]
    sums += [((ALL, str(c)), [(str(r), str(c)) for r in rows]) for c in columns]
    sums.append(((ALL, ALL), [(str(r), ALL) for r in rows]))
    sums.append(((ALL, ALL), [(ALL, str(c)) for c in columns]))
    return counts, sums


def worked_out(counts: dict[Cell, int], sums: list[Sum[Cell]], hidden: frozenset[Cell]) -> set[Cell]:
    """Return the hidden cells that whoever knows the shown ones can solve for (plain Gauss, fractions)."""
    names = sorted(hidden)
    matrix = [
        [Fraction((name in parts) - (name == total)) for name in names]
        + [Fraction(sum(counts[p] * ((p == total) - (p in parts)) for p in {total, *parts} - hidden))]
        for total, parts in sums
    ]
    solved, place = set(), 0
    pivots = []
    for column in range(len(names)):
        found = next((r for r in range(place, len(matrix)) if matrix[r][column]), None)
        if found is None:
            continue
        matrix[place], matrix[found] = matrix[found], matrix[place]
        lead = matrix[place][column]
        matrix[place] = [value / lead for value in matrix[place]]
        for r in range(len(matrix)):
            if r != place and matrix[r][column]:
                factor = matrix[r][column]
                matrix[r] = [a - factor * b for a, b in zip(matrix[r], matrix[place], strict=True)]
        pivots.append(place)
        place += 1
    for r in pivots:
        alone = [index for index in range(len(names)) if matrix[r][index]]
        if len(alone) == 1:
            assert matrix[r][-1] == counts[names[alone[0]]], "the attacker reckons rightly"
            solved.add(names[alone[0]])
    return solved


def test_one_small_cell_takes_others_with_it() -> None:
    counts, sums = table([[40, 3, 20], [30, 50, 60], [70, 80, 90]])
    hidden = hidden_cells(counts, sums)
    assert ("0", "1") in hidden
    assert ("0", ALL) not in hidden
    # Its row and its column each hide one more; they meet in a fourth.
    assert len(hidden) == 4


def test_without_the_second_step_the_total_would_give_it_away() -> None:
    counts, sums = table([[40, 3, 20], [30, 50, 60], [70, 80, 90]])
    assert worked_out(counts, sums, frozenset({("0", "1")})) == {("0", "1")}


def test_two_ones_are_not_told_by_their_sum_of_two() -> None:
    counts, sums = table([[1, 1, 20, 30], [50, 60, 70, 80]])
    hidden = hidden_cells(counts, sums)
    assert sum(counts[cell] for cell in hidden if cell[0] == "0") >= SMALLEST_SHOWN


def test_zeros_and_large_numbers_are_shown() -> None:
    counts, sums = table([[0, 5], [6, 0]])
    assert hidden_cells(counts, sums) == frozenset()


def test_a_quarter_of_one_person_shows_nothing_of_it() -> None:
    counts, sums = table([[1, 0], [0, 0]])
    assert hidden_cells(counts, sums) == {("0", "0"), ("0", ALL), (ALL, "0"), (ALL, ALL)}


@settings(max_examples=150, deadline=None)
@given(
    st.integers(2, 5).flatmap(
        lambda width: st.lists(
            st.lists(st.one_of(st.integers(0, 8), st.integers(0, 200)), min_size=width, max_size=width),
            min_size=2,
            max_size=5,
        )
    )
)
def test_nobody_can_solve_for_a_small_number(numbers: list[list[int]]) -> None:
    counts, sums = table(numbers)
    hidden = hidden_cells(counts, sums)
    small = {cell for cell, count in counts.items() if 0 < count < SMALLEST_SHOWN}
    assert small <= hidden
    assert worked_out(counts, sums, hidden) & small == set()
