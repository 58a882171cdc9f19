"""What the grades come to: shares of those who answered, by month, matter and language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from nhi_core.domain.roc import PremiumMonth
from nhi_core.domain.satisfaction import GRADES, Finished
from nhi_core.domain.suppression import SMALLEST_SHOWN
from nhi_core.ports_satisfaction import GradeCount

_BEST = GRADES[0]


@dataclass(frozen=True, slots=True)
class Rate:
    """One line. Shares are whole percent, half up; None where fewer than five gave that grade."""

    month: PremiumMonth
    matter: Finished
    language: str
    asked: int
    answered: int
    easy: int | None
    fast: int | None


@dataclass(slots=True)
class _Tally:
    asked: int = 0
    ease: list[int] = field(default_factory=list)
    speed: list[int] = field(default_factory=list)


def rates(counts: Iterable[GradeCount]) -> tuple[Rate, ...]:
    """Return the lines, the latest month first."""
    tallies: dict[tuple[PremiumMonth, Finished, str], _Tally] = {}
    for one in counts:
        tally = tallies.setdefault((one.month, one.matter, one.language), _Tally())
        tally.asked += one.count
        if one.ease is not None:
            tally.ease += [one.ease] * one.count
        if one.speed is not None:
            tally.speed += [one.speed] * one.count
    lines = (
        Rate(*key, tally.asked, len(tally.ease), _share(tally.ease), _share(tally.speed))
        for key, tally in tallies.items()
    )
    return tuple(sorted(lines, key=lambda one: (-one.month.first_day.toordinal(), one.matter, one.language)))


def _share(grades: list[int]) -> int | None:
    if len(grades) < SMALLEST_SHOWN:
        return None
    return (200 * grades.count(_BEST) + len(grades)) // (2 * len(grades))
