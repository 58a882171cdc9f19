"""What a year of the evaluation (公所評比) is made of: its rules, what offices did, and what they got for it.

Nothing of a year is written here: items, weights, bonuses, doublings, months, groups of size and awards come
with the scheme. Points are exact decimals, rounded half up to two places where they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from nhi_core.domain.errors import Invalid

ZERO, HUNDRED = Decimal(0), Decimal(100)


class Method(StrEnum):
    """How a figure becomes points; parameters stand with the item."""

    BEST_OF_GROUP = "best_of_group"  # weight × value ÷ the best value of the size group
    TARGET = "target"  # weight × value ÷ the size group's target, at most the weight
    PER_CASE = "per_case"  # so many points a case, at most the weight
    ERROR_RATE = "error_rate"  # weight − so many points a percentage point of errors, at least 0
    STEPS = "steps"  # the points of the highest step reached


@dataclass(frozen=True, slots=True)
class Part:
    """What an item is counted by where it has parts (加保, 轉出, 停保, 復保)."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Total:
    """A line of the tables that sums up items (推廣繳費無紙化合計); it is worth no points."""

    name: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is evaluated. `weight` is its most points; `bonus` points come on top of the hundred.

    `factor` multiplies the figure before it is scored (獎項調整2倍加成項目). `parameters` belong to `method`.
    An item with `parts` is counted by them alone.
    """

    key: str
    section: str
    name: str
    weight: Decimal
    method: Method
    parameters: Mapping[str, object]
    factor: Decimal = Decimal(1)
    bonus: bool = False
    sample: bool = False  # the year's announcement does not give the rule: made up for the sandbox
    parts: tuple[Part, ...] = ()

    @property
    def counted(self) -> tuple[str, ...]:
        """The keys of the figures that make the item; an error rate is made of none."""
        if self.method is Method.ERROR_RATE:
            return ()
        return tuple(one.key for one in self.parts) or (self.key,)

    def cases(self, figures: Mapping[str, int]) -> int:
        """Return how many cases these figures make."""
        return sum(figures.get(key, 0) for key in self.counted)


@dataclass(frozen=True, slots=True)
class Award:
    """A prize: `places` of each size group, or the `best` of the `of_top` by volume of `items`."""

    key: str
    name: str
    places: Mapping[int, int]
    items: tuple[str, ...] = ()
    of_top: int = 0
    best: int = 0


@dataclass(frozen=True, slots=True)
class Scheme:
    """One year's rules. `months` are calendar months of the ROC year; `ties`: items that decide, in order."""

    year: int
    months: tuple[int, ...]
    items: tuple[Item, ...]
    awards: tuple[Award, ...]
    ties: tuple[str, ...] = ()
    source: str = ""
    totals: tuple[Total, ...] = ()

    @property
    def counted(self) -> tuple[str, ...]:
        """The keys of all figures that the year asks for."""
        return tuple(key for item in self.items for key in item.counted)

    def item(self, key: str) -> Item:
        """Return an item. Raises Invalid."""
        for one in self.items:
            if one.key == key:
                return one
        raise Invalid("no such item in this year's evaluation")


@dataclass(frozen=True, slots=True)
class Entrant:
    """An office with what it did in the period: key of a figure → cases; and forms received, with errors."""

    office: str
    size_group: int
    figures: Mapping[str, int]
    errors: int = 0
    received: int = 0


@dataclass(frozen=True, slots=True)
class Points:
    """How one office's points of one item came about: `value` of `reference` under `rule`."""

    item: str
    value: Decimal
    reference: Decimal | None
    points: Decimal
    weight: Decimal
    rule: str

    @property
    def missing(self) -> Decimal:
        """What could still be gained."""
        return self.weight - self.points


@dataclass(frozen=True, slots=True)
class Gain:
    """What an item could still bring, and with how many more cases all of it; None: fewer errors bring it."""

    points: Points
    cases: int | None


@dataclass(frozen=True, slots=True)
class Score:
    """One office's result. `rank` is within the size group; equal results share one, the next is skipped."""

    office: str
    size_group: int
    total: Decimal
    rank: int
    points: tuple[Points, ...]

    def of(self, item: str) -> Points:
        """Return the points of an item."""
        return next(one for one in self.points if one.item == item)


@dataclass(frozen=True, slots=True)
class Winner:
    """An office that gets a prize."""

    award: str
    office: str
    size_group: int
    place: int


@dataclass(frozen=True, slots=True)
class Result:
    """The whole year: scores by group and rank, and the prizes."""

    scores: tuple[Score, ...]
    winners: tuple[Winner, ...]
    participation: Mapping[str, Decimal] = field(default_factory=dict)

    def of(self, office: str) -> Score:
        """Return an office's score. Raises Invalid."""
        for one in self.scores:
            if one.office == office:
                return one
        raise Invalid("this office is not in the evaluation")


def percent(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """Return part ÷ whole in percent, exact; None when there is no whole."""
    return None if not whole else Decimal(part) * HUNDRED / Decimal(whole)


def growth(before: int, after: int) -> Decimal | None:
    """Return the growth over the year before in percent; None when there was nothing before."""
    return percent(after - before, before)


def rounded(value: Decimal, places: int = 0) -> Decimal:
    """Return `value` rounded half up (四捨五入), away from zero at the half."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
