"""The yearly evaluation of township offices (公所評比): scored by the year's scheme, ranked, awarded.

Every point can be explained, and the same figures give the same result.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from nhi_core.domain.evaluation_methods import cases_left, points_of
from nhi_core.domain.evaluation_model import (
    ZERO,
    Award,
    Entrant,
    Gain,
    Result,
    Scheme,
    Score,
    Winner,
    percent,
    rounded,
)


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
        item.key: percent(sum(item.cases(one.figures) > 0 for one in entrants), len(entrants)) or ZERO
        for item in scheme.items
        if item.counted
    }


def raises(scheme: Scheme, score: Score, most: int = 3) -> tuple[Gain, ...]:
    """Return the items with the most points still to be gained, the largest first."""
    open_items = sorted(
        (one for one in score.points if one.missing > ZERO), key=lambda one: (-one.missing, one.item)
    )
    return tuple(Gain(one, cases_left(scheme.item(one.item), one)) for one in open_items[:most])


def _score(scheme: Scheme, entrant: Entrant, group: Sequence[Entrant]) -> Score:
    points = tuple(points_of(item, entrant, group) for item in scheme.items)
    return Score(entrant.office, entrant.size_group, sum((one.points for one in points), ZERO), 0, points)


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
            # Whoever shares the last place gets the prize too; a year without any figure has none to give.
            found += [
                Winner(award.key, one.office, one.size_group, one.rank)
                for one in scores
                if one.rank <= award.places.get(one.size_group, 0) and one.total > ZERO
            ]
    return tuple(found)


def _by_volume(
    scheme: Scheme, award: Award, scores: Sequence[Score], entrants: Collection[Entrant]
) -> list[Winner]:
    """Return the best scores among the offices with the largest volume, whatever their group."""
    items = [scheme.item(key) for key in award.items]
    volume = {one.office: sum(item.cases(one.figures) for item in items) for one in entrants}
    sizes = sorted(volume.values(), reverse=True)
    line = sizes[min(award.of_top, len(sizes)) - 1] if sizes else 0
    top = [one for one in scores if volume[one.office] >= line and volume[one.office] > 0]
    ordered = sorted(top, key=lambda one: (tuple(-part for part in _merit(scheme, one)), one.office))
    merits = [_merit(scheme, one) for one in ordered]
    placed = [(one, merits.index(merit) + 1) for one, merit in zip(ordered, merits, strict=True)]
    return [
        Winner(award.key, one.office, one.size_group, place) for one, place in placed if place <= award.best
    ]
