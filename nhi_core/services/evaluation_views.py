"""What is shown and kept of a year's evaluation: the year, the one before, an office's own for its clerks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from nhi_core.domain.evaluation_files import Rejected
from nhi_core.domain.evaluation_model import Entrant, Gain, Points, Result, Scheme, growth, rounded
from nhi_core.domain.offices import Office


@dataclass(frozen=True, slots=True)
class TakeReport:
    """What a file did: rows that changed something, rows that stood as they were, lines left out."""

    changed: int
    unchanged: int
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class YearFigures:
    """What a year is computed from; `offices` by code, `monthly`: (month, key of a figure) → cases of all."""

    scheme: Scheme
    offices: Mapping[str, Office]
    entrants: Mapping[str, Entrant]
    monthly: Mapping[tuple[int, str], int]

    def sum_of(self, *keys: str) -> int:
        """Return the cases of these figures over all offices."""
        return sum(self.monthly.get((month, key), 0) for month in self.scheme.months for key in keys)


@dataclass(frozen=True, slots=True)
class YearView(YearFigures):
    """A whole year as computed now."""

    result: Result
    digest: str


class RowKind(StrEnum):
    """What a line of the comparison is."""

    ITEM = "item"
    PART = "part"  # of the item above it
    TOTAL = "total"  # of items above it


@dataclass(frozen=True, slots=True)
class Compared:
    """One line beside the year before; `before` None: not evaluated then. A total's `item` is empty."""

    kind: RowKind
    item: str
    name: str
    before: int | None
    after: int
    growth: Decimal | None


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One line of a clerk's card: exact points rounded to one place."""

    name: str
    value: str
    points: str
    weight: str


@dataclass(frozen=True, slots=True)
class GainLine:
    """What an item could still bring, with how many more cases; `cases` 0: fewer errors bring it."""

    name: str
    points: str
    cases: int


@dataclass(frozen=True, slots=True)
class OfficeScoreView:
    """One's own office, and no other: `rank` of `of` in the size group; what would raise the score most."""

    year: int
    office: str
    size_group: int
    total: str
    rank: int
    of: int
    lines: tuple[ItemLine, ...]
    raises: tuple[GainLine, ...]


def compared(now: YearFigures, before: YearFigures | None) -> tuple[Compared, ...]:
    """Return every item with its parts beside the year before, and the sums that the scheme names."""
    known = set() if before is None else {*before.scheme.counted, *(one.key for one in before.scheme.items)}
    rows: list[Compared] = []

    def add(kind: RowKind, item: str, name: str, keys: tuple[str, ...], *, was: bool) -> None:
        earlier = before.sum_of(*keys) if was and before is not None else None
        after = now.sum_of(*keys)
        rate = None if earlier is None else growth(earlier, after)
        rows.append(Compared(kind, item, name, earlier, after, rate))

    done: set[str] = set()
    for item in (one for one in now.scheme.items if one.counted):
        done.add(item.key)
        add(RowKind.ITEM, item.key, item.name, item.counted, was=item.key in known)
        for part in item.parts:
            add(RowKind.PART, part.key, part.name, (part.key,), was=part.key in known)
        for total in now.scheme.totals:
            if item.key in total.items and done.issuperset(total.items):
                keys = tuple(key for one in total.items for key in now.scheme.item(one).counted)
                add(RowKind.TOTAL, "", total.name, keys, was=known.issuperset(total.items))
    return tuple(rows)


def shown(points: Decimal) -> str:
    """Return points as they are shown: one place, half up."""
    return str(rounded(points, 1))


def shown_total(total: Decimal) -> str:
    """Return a whole score as it is shown: two places, half up, as it is ranked by."""
    return str(rounded(total, 2))


def plain(value: Decimal) -> str:
    """Return a number without zeros at its end."""
    return f"{value.normalize():f}"


def value_shown(scheme: Scheme, points: Points) -> str:
    """Return what was scored: cases, with the factor of a doubled item, or a rate in percent."""
    item = scheme.item(points.item)
    if not item.counted:
        return f"{rounded(points.value, 2)} %"
    cases = plain(points.value / item.factor)
    return cases if item.factor == 1 else f"{cases} × {plain(item.factor)}"


def item_line(scheme: Scheme, points: Points) -> ItemLine:
    """Return one item's line of a card."""
    name, value = scheme.item(points.item).name, value_shown(scheme, points)
    return ItemLine(name, value, shown(points.points), plain(points.weight))


def gain_line(scheme: Scheme, gain: Gain) -> GainLine:
    """Return what one item could still bring, for a card or a page."""
    return GainLine(scheme.item(gain.points.item).name, shown(gain.points.missing), gain.cases or 0)


def result_json(view: YearView) -> dict[str, Any]:
    """Return a result for the record: every office's points item by item, and the prizes."""
    return {
        "year": view.scheme.year,
        "scores": [
            {
                "office": one.office,
                "size_group": one.size_group,
                "total": str(rounded(one.total, 4)),
                "rank": one.rank,
                "points": {
                    part.item: {"value": str(part.value), "points": str(rounded(part.points, 4))}
                    for part in one.points
                },
            }
            for one in view.result.scores
        ],
        "winners": [
            {"award": one.award, "office": one.office, "place": one.place} for one in view.result.winners
        ],
    }


def digest(scheme: Scheme, entrants: Mapping[str, Entrant]) -> str:
    """Return a fingerprint of the rules and of all figures: the same one means the same result."""
    facts = [repr(scheme), *(repr(entrants[code]) for code in sorted(entrants))]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()
