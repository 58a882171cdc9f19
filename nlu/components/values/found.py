"""A value found in a line, and how overlapping finds are settled."""

from __future__ import annotations

from typing import Iterable, List, NamedTuple, Union

Value = Union[int, str]


class Found(NamedTuple):
    """`line[start:end]` says `value`, as an entity of this name.

    `sure`: nothing else is said by these words. Otherwise (the shop "OK", the month "three months" may be a
    time or a plan) somebody else has to agree, see components/extractor.py.
    """

    start: int
    end: int
    entity: str
    value: Value
    sure: bool = True


def overlap(one: Found, other: Found) -> bool:
    """Say whether the two share a character."""
    return one.start < other.end and other.start < one.end


def settle(found: Iterable[Found]) -> List[Found]:
    """Keep the longest of overlapping finds (the earlier given wins a tie), in the order of the line."""
    return first_come(sorted(found, key=lambda item: item.start - item.end))


def first_come(found: Iterable[Found]) -> List[Found]:
    """Keep each find that overlaps none given before it, in the order of the line."""
    kept: List[Found] = []
    for candidate in found:
        if not any(overlap(candidate, other) for other in kept):
            kept.append(candidate)
    return sorted(kept)
