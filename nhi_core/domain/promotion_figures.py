"""Counts of promotion reports, and the tables made of them: by theme, by channel, by month, by office.

Everything is made of cells, so that every table of a period has the same total.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nhi_core.domain.promotion_lists import CHANNELS, KIND_OF_CHANNEL, THEMES, ChannelKind
from nhi_core.domain.roc import PremiumMonth


@dataclass(frozen=True, slots=True)
class Cell:
    """How many reports of one office in one month had this theme and this channel."""

    office_code: str
    month: PremiumMonth
    theme: str
    channel: str
    count: int

    @property
    def kind(self) -> ChannelKind:
        """Static or activity."""
        return KIND_OF_CHANNEL[self.channel]


@dataclass(frozen=True, slots=True)
class Share:
    """One line of a table: a count and its share of the whole in tenths of a percent."""

    code: str
    count: int
    per_mille: int


@dataclass(frozen=True, slots=True)
class MonthCounts:
    """One month: static and activity."""

    month: PremiumMonth
    static: int
    activity: int

    @property
    def total(self) -> int:
        """Both."""
        return self.static + self.activity


@dataclass(frozen=True, slots=True)
class Figures:
    """The tables of a period."""

    cells: tuple[Cell, ...]
    first: PremiumMonth
    last: PremiumMonth

    @property
    def total(self) -> int:
        """All reports."""
        return sum(cell.count for cell in self.cells)

    def of_kind(self, kind: ChannelKind) -> int:
        """Return all static, or all activity reports."""
        return sum(cell.count for cell in self.cells if cell.kind is kind)

    def by_theme(self) -> tuple[Share, ...]:
        """Return every theme that occurs, the most frequent first, then in the order of the list."""
        return self._shares([one.code for one in THEMES], lambda cell: cell.theme)

    def by_channel(self, kind: ChannelKind | None = None) -> tuple[Share, ...]:
        """Return every channel that occurs (of a kind), as above; shares are of the whole."""
        order = [one.code for one in CHANNELS if kind in (None, one.kind)]
        return self._shares(order, lambda cell: cell.channel)

    def by_month(self) -> tuple[MonthCounts, ...]:
        """Return every month of the period, empty ones as well."""
        counts: Counter[tuple[PremiumMonth, ChannelKind]] = Counter()
        for cell in self.cells:
            counts[cell.month, cell.kind] += cell.count
        return tuple(
            MonthCounts(month, counts[month, ChannelKind.STATIC], counts[month, ChannelKind.ACTIVITY])
            for month in months(self.first, self.last)
        )

    def by_office(self) -> dict[str, tuple[int, int]]:
        """Return office code → (static, activity); an office without any is left out."""
        counts: dict[str, Counter[ChannelKind]] = {}
        for cell in self.cells:
            counts.setdefault(cell.office_code, Counter())[cell.kind] += cell.count
        return {
            code: (one[ChannelKind.STATIC], one[ChannelKind.ACTIVITY]) for code, one in sorted(counts.items())
        }

    def _shares(self, order: Sequence[str], code_of: Callable[[Cell], str]) -> tuple[Share, ...]:
        counts: Counter[str] = Counter()
        for cell in self.cells:
            counts[code_of(cell)] += cell.count
        rows = [
            Share(code, counts[code], per_mille(counts[code], self.total)) for code in order if counts[code]
        ]
        return tuple(sorted(rows, key=lambda row: -row.count))


def months(first: PremiumMonth, last: PremiumMonth) -> Iterable[PremiumMonth]:
    """Yield the months from first to last."""
    month = first
    while month <= last:
        yield month
        month = month.plus(1)


def per_mille(part: int, whole: int) -> int:
    """Return a share in tenths of a percent, halves rounded up; 0 of nothing."""
    return 0 if whole == 0 else (2000 * part + whole) // (2 * whole)
