"""Small numbers in tables with totals: which cells to hide so that none of them can be worked out.

A count of 1 to 4 is hidden (primary). A total minus the other cells would give it away, so more cells are
hidden (complementary) until (1) no sum holds a single hidden cell, (2) hidden cells of a shown total add up
to at least the threshold, and (3) no combination of all the sums together determines a small cell; the last
is checked by elimination over a prime field. Zeros are shown: they say that nobody is there.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

SMALLEST_SHOWN = 5
_PRIME = (1 << 61) - 1

Cell = TypeVar("Cell", bound=Hashable)
# A sum: its total, and the cells that make it.
Sum = tuple[Cell, Sequence[Cell]]


def hidden_cells(
    counts: Mapping[Cell, int], sums: Sequence[Sum[Cell]], smallest: int = SMALLEST_SHOWN
) -> frozenset[Cell]:
    """Return the cells to hide. `counts` holds every cell, totals among them; each sum must be true."""
    small = {cell for cell, count in counts.items() if 0 < count < smallest}
    hidden = set(small)
    while True:
        _close(counts, sums, hidden, smallest)
        told = _determined(sums, hidden) & small
        if not told or not _hide_beside(counts, sums, hidden, told):
            return frozenset(hidden)


def _close(counts: Mapping[Cell, int], sums: Sequence[Sum[Cell]], hidden: set[Cell], smallest: int) -> None:
    """Hide more until every sum keeps its secret by itself."""
    changed = True
    while changed:
        changed = False
        for total, parts in sums:
            while _open(total, parts, counts, hidden, smallest):
                more = _next(total, parts, counts, hidden)
                if more is None:
                    break
                hidden.add(more)
                changed = True


def _open(
    total: Cell, parts: Sequence[Cell], counts: Mapping[Cell, int], hidden: set[Cell], smallest: int
) -> bool:
    secret = [cell for cell in parts if cell in hidden]
    if total in hidden:
        return not secret
    return bool(secret) and (len(secret) == 1 or sum(counts[cell] for cell in secret) < smallest)


def _next(total: Cell, parts: Sequence[Cell], counts: Mapping[Cell, int], hidden: set[Cell]) -> Cell | None:
    """Return what costs least to hide: the smallest shown part, and the total when there is none."""
    shown = [cell for cell in parts if cell not in hidden and counts[cell] > 0]
    if shown:
        return min(shown, key=lambda cell: counts[cell])
    return total if total not in hidden and counts[total] > 0 else None


def _hide_beside(
    counts: Mapping[Cell, int], sums: Sequence[Sum[Cell]], hidden: set[Cell], told: set[Cell]
) -> bool:
    before = len(hidden)
    for cell in told:
        beside = [
            one
            for total, parts in sums
            if cell == total or cell in parts
            for one in (total, *parts)
            if one not in hidden and counts[one] > 0
        ]
        if beside:
            hidden.add(min(beside, key=lambda one: counts[one]))
    return len(hidden) > before


def _determined(sums: Sequence[Sum[Cell]], hidden: set[Cell]) -> set[Cell]:
    """Return the hidden cells that the sums determine: those alone in a row of the reduced system."""
    rows: dict[Cell, dict[Cell, int]] = {}
    for total, parts in sums:
        row: dict[Cell, int] = {cell: 1 for cell in parts if cell in hidden}
        if total in hidden:
            row[total] = _PRIME - 1
        for pivot in [cell for cell in row if cell in rows]:
            _subtract(row, rows[pivot], pivot)
        if not row:
            continue
        pivot = next(iter(row))
        inverse = pow(row[pivot], -1, _PRIME)
        row = {cell: value * inverse % _PRIME for cell, value in row.items()}
        for other in rows.values():
            _subtract(other, row, pivot)
        rows[pivot] = row
    return {pivot for pivot, row in rows.items() if len(row) == 1}


def _subtract(row: dict[Cell, int], other: Mapping[Cell, int], pivot: Cell) -> None:
    factor = row.get(pivot, 0)
    if not factor:
        return
    for cell, value in other.items():
        left = (row.get(cell, 0) - factor * value) % _PRIME
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)
