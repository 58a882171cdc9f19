"""A part of a long list, as the console asks for it and gets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Ask:
    """Which rows: filters by key (an empty value filters nothing), how many, and from where.

    Lists of moderate length go by `offset`; endless ones (the trail) go by `after`, the `next` of the part
    before.
    """

    filters: Mapping[str, str] = field(default_factory=dict)
    limit: int = 25
    offset: int = 0
    after: str | None = None

    def get(self, key: str) -> str | None:
        """Return a filter's value; None when it filters nothing."""
        return self.filters.get(key) or None


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """Rows, and how many there are in all; an endless list has no `total`, and `next` when more follow."""

    rows: Sequence[Row]
    total: int | None
    next: str | None = None


def cut(rows: Sequence[Row], ask: Ask) -> Slice[Row]:
    """Return the asked part of a list that is short enough to be read whole."""
    return Slice(rows[ask.offset : ask.offset + ask.limit], len(rows))
