"""The yearly evaluation of township offices (公所評比): a scheme is data, and every point can be explained.

Nothing of a year is written here: items, weights, bonuses, doublings, months, groups of size and awards come
with the scheme. Points are exact decimals, rounded half up to two places where they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
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
class Item:
    """One thing that is evaluated. `weight` is its most points; `bonus` points come on top of the hundred.

    `factor` multiplies the figure before it is scored (獎項調整2倍加成項目). `parameters` belong to `method`.
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

    def item(self, key: str) -> Item:
        """Return an item. Raises Invalid."""
        for one in self.items:
            if one.key == key:
                return one
        raise Invalid("no such item in this year's evaluation")


@dataclass(frozen=True, slots=True)
class Entrant:
    """An office with what it did in the period: item key → cases; and forms received, with errors."""

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


def evaluate(scheme: Scheme, entrants: Collection[Entrant]) -> Result:
    """Score, rank and award. The order of `entrants` changes nothing."""
    groups = sorted({one.size_group for one in entrants})
    scored: list[Score] = []
    for group in groups:
        members = sorted((one for one in entrants if one.size_group == group), key=lambda one: one.office)
        scored += _ranked(scheme, [_score(scheme, one, members) for one in members])
    scores = tuple(scored)
    return Result(scores, _winners(scheme, scores, entrants), participation(scheme, entrants))


def participation(scheme: Scheme, entrants: Collection[Entrant]) -> dict[str, Decimal]:
    """Return item → share of offices with at least one case, in percent. Error rates have none."""
    return {
        item.key: percent(sum(one.figures.get(item.key, 0) > 0 for one in entrants), len(entrants)) or ZERO
        for item in scheme.items
        if item.method is not Method.ERROR_RATE
    }


def percent(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """Return part ÷ whole in percent, exact; None when there is no whole."""
    return None if not whole else Decimal(part) * HUNDRED / Decimal(whole)


def growth(before: int, after: int) -> Decimal | None:
    """Return the growth over the year before in percent; None when there was nothing before."""
    return percent(after - before, before)


def rounded(value: Decimal, places: int = 0) -> Decimal:
    """Return `value` rounded half up (四捨五入), away from zero at the half."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def raises(score: Score, most: int = 3) -> tuple[Points, ...]:
    """Return the items with the most points still to be gained, the largest first."""
    open_items = [one for one in score.points if one.missing > ZERO]
    return tuple(sorted(open_items, key=lambda one: (-one.missing, one.item))[:most])


def _score(scheme: Scheme, entrant: Entrant, group: Sequence[Entrant]) -> Score:
    points = tuple(_METHODS[item.method](item, entrant, group) for item in scheme.items)
    return Score(entrant.office, entrant.size_group, sum((one.points for one in points), ZERO), 0, points)


def _value(item: Item, entrant: Entrant) -> Decimal:
    return Decimal(entrant.figures.get(item.key, 0)) * item.factor


def _number(item: Item, name: str, group: int | None = None) -> Decimal:
    found = item.parameters.get(name)
    if isinstance(found, Mapping) and group is not None:
        found = found.get(str(group))
    if found is None:
        raise Invalid(f"{item.key}: the scheme lacks {name}")
    return Decimal(str(found))


def _best_of_group(item: Item, entrant: Entrant, group: Sequence[Entrant]) -> Points:
    value, best = _value(item, entrant), max(_value(item, one) for one in group)
    got = item.weight * value / best if best else ZERO
    return Points(item.key, value, best, got, item.weight, item.method)


def _target(item: Item, entrant: Entrant, _group: Sequence[Entrant]) -> Points:
    value, target = _value(item, entrant), _number(item, "target", entrant.size_group)
    got = min(item.weight, item.weight * value / target) if target else ZERO
    return Points(item.key, value, target, got, item.weight, item.method)


def _per_case(item: Item, entrant: Entrant, _group: Sequence[Entrant]) -> Points:
    value, each = _value(item, entrant), _number(item, "points")
    return Points(item.key, value, each, min(item.weight, value * each), item.weight, item.method)


def _error_rate(item: Item, entrant: Entrant, _group: Sequence[Entrant]) -> Points:
    rate = percent(entrant.errors, entrant.received)
    lost = (rate or ZERO) * _number(item, "points_a_percent")
    # Who received nothing had nothing to get wrong, and nothing to show.
    got = ZERO if rate is None else max(ZERO, item.weight - lost)
    return Points(item.key, rate or ZERO, None, got, item.weight, item.method)


def _steps(item: Item, entrant: Entrant, _group: Sequence[Entrant]) -> Points:
    value, got, reached = _value(item, entrant), ZERO, None
    steps = item.parameters.get("steps")
    if not isinstance(steps, Sequence):
        raise Invalid(f"{item.key}: the scheme lacks steps")
    for at_least, points in steps:
        if value >= Decimal(str(at_least)) and Decimal(str(points)) >= got:
            got, reached = Decimal(str(points)), Decimal(str(at_least))
    return Points(item.key, value, reached, min(item.weight, got), item.weight, item.method)


_METHODS: Mapping[Method, Callable[[Item, Entrant, Sequence[Entrant]], Points]] = {
    Method.BEST_OF_GROUP: _best_of_group,
    Method.TARGET: _target,
    Method.PER_CASE: _per_case,
    Method.ERROR_RATE: _error_rate,
    Method.STEPS: _steps,
}


def _merit(scheme: Scheme, score: Score) -> tuple[Decimal, ...]:
    """Return what decides: the total as it is shown, then the items that break ties."""
    return (rounded(score.total, 2), *(rounded(score.of(key).points, 2) for key in scheme.ties))


def _ranked(scheme: Scheme, scores: Sequence[Score]) -> list[Score]:
    ordered = sorted(scores, key=lambda one: (tuple(-part for part in _merit(scheme, one)), one.office))
    merits = [_merit(scheme, one) for one in ordered]
    return [
        Score(one.office, one.size_group, one.total, merits.index(merit) + 1, one.points)
        for one, merit in zip(ordered, merits, strict=True)
    ]


def _winners(scheme: Scheme, scores: Sequence[Score], entrants: Collection[Entrant]) -> tuple[Winner, ...]:
    found: list[Winner] = []
    for award in scheme.awards:
        if award.of_top:
            found += _by_volume(scheme, award, scores, entrants)
        else:
            # Whoever shares the last place gets the prize too.
            found += [
                Winner(award.key, one.office, one.size_group, one.rank)
                for one in scores
                if one.rank <= award.places.get(one.size_group, 0)
            ]
    return tuple(found)


def _by_volume(
    scheme: Scheme, award: Award, scores: Sequence[Score], entrants: Collection[Entrant]
) -> list[Winner]:
    """Return the best scores among the offices with the largest volume, whatever their group."""
    volume = {one.office: sum(one.figures.get(key, 0) for key in award.items) for one in entrants}
    sizes = sorted(volume.values(), reverse=True)
    line = sizes[min(award.of_top, len(sizes)) - 1] if sizes else 0
    top = [one for one in scores if volume[one.office] >= line and volume[one.office] > 0]
    ordered = sorted(top, key=lambda one: (tuple(-part for part in _merit(scheme, one)), one.office))
    merits = [_merit(scheme, one) for one in ordered]
    placed = [(one, merits.index(merit) + 1) for one, merit in zip(ordered, merits, strict=True)]
    return [
        Winner(award.key, one.office, one.size_group, place) for one, place in placed if place <= award.best
    ]
