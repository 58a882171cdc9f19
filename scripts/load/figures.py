"""The harness's own arithmetic: percentiles, what was lost or doubled, whether each person's order held."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` (0 to 1) of the values do not exceed (nearest rank).

    Raises ValueError without values.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[max(1, math.ceil(share * len(ordered))) - 1]


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, in milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    worst: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Raises ValueError without values."""
        at = {share: percentile(values, share) for share in (0.5, 0.95, 0.99)}
        return cls(len(values), at[0.5], at[0.95], at[0.99], max(values))


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What became of what was sent: each of it must be there once."""

    sent: int
    lost: int
    doubled: int

    @classmethod
    def of(cls, sent: Iterable[Hashable], seen: Iterable[Hashable]) -> Self:
        """Compare the keys that were sent with those that were seen at the other end."""
        wanted, counted = set(sent), Counter(seen)
        doubled = sum(times - 1 for key, times in counted.items() if key in wanted)
        return cls(len(wanted), len(wanted - counted.keys()), doubled)


def out_of_order(sent: Mapping[str, Sequence[str]], seen: Iterable[tuple[str, str]]) -> int:
    """Return how many answers came before one that belonged to an earlier message of the same person.

    `sent`: the keys of each person's messages in the order of sending; `seen`: (person, key) in the order of
    arrival. Keys that nobody sent are left out; one that comes again is judged at its first arrival.
    """
    places = {who: {key: place for place, key in enumerate(keys)} for who, keys in sent.items()}
    furthest: dict[str, int] = {}
    known: set[tuple[str, str]] = set()
    wrong = 0
    for who, key in seen:
        place = places.get(who, {}).get(key)
        if place is None or (who, key) in known:
            continue
        known.add((who, key))
        if place < furthest.get(who, -1):
            wrong += 1
        furthest[who] = max(furthest.get(who, -1), place)
    return wrong


def arrivals(rate: float, seconds: float, gaps: Iterable[float]) -> list[float]:
    """Return the moments (seconds from the start) at which requests are due.

    `gaps`: draws of mean 1, one after the other; people do not wait for each other, so they are exponential.
    """
    moments: list[float] = []
    now = 0.0
    for gap in gaps:
        now += gap / rate
        if now >= seconds:
            break
        moments.append(now)
    return moments


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a Markdown table; numbers are rounded to what can be read."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(shown(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def shown(value: object) -> str:
    """Write a number for people: three digits below a hundred, whole and grouped above."""
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else str(value)
    if math.isnan(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
