"""Usage figures as the console may show them: by quarter, with small numbers hidden together with others.

Only quarters that are over are told apart: figures that grow from day to day would give away single people by
what was added. All tables of a quarter are judged as one, since they share their totals; quarters share
nothing, so a year is put together from what the quarters show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from nhi_core.domain.roc import PremiumMonth
from nhi_core.domain.suppression import Sum, hidden_cells
from nhi_core.domain.usage import BANDS, OUTCOMES, MonthCount
from nhi_core.ports import Clock, UnitOfWorkFactory

# One figure: the values it is counted by. The grand total has none.
Figure = frozenset[tuple[str, str]]
# Which two things are crossed, rows first.
TABLES = (
    ("month", "language"),
    ("month", "band"),
    ("month", "outcome"),
    ("wish", "language"),
    ("wish", "band"),
    ("wish", "outcome"),
)
OTHER_WISH = "other"
_RARE = 20  # wishes below this in a quarter are one row
_FIXED_ORDER = {"band": BANDS, "outcome": OUTCOMES}


@dataclass(frozen=True, slots=True)
class UsageTable:
    """A table of `rows` by `columns`; each row ends with its total, the last row holds the totals.

    None: hidden.
    """

    rows: str
    columns: str
    heads: tuple[str, ...]
    body: tuple[tuple[str, tuple[int | None, ...]], ...]
    totals: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter's tables. `months` are its months (ISO) with their totals."""

    year: int
    number: int
    tables: tuple[UsageTable, ...]
    months: tuple[tuple[str, int | None], ...]
    margins: dict[str, tuple[tuple[str, int | None], ...]] = field(default_factory=dict)


class UsageFigures:
    """Reads the counts; never shows what is below five, nor what would tell it."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    def running_month(self) -> int:
        """Return how many events this month has had so far: one number, told apart by nothing."""
        month = PremiumMonth.of(self._clock.today())
        with self._uow() as uow:
            return uow.usage.total(month.first_day, month.last_day)

    def ended(self, year: int) -> tuple[int, ...]:
        """Return the numbers of the year's quarters that are over."""
        today = self._clock.today()
        return tuple(number for number in (1, 2, 3, 4) if PremiumMonth(year, number * 3).last_day < today)

    def quarter(self, year: int, number: int) -> Quarter | None:
        """Return a quarter's tables; None when it is not over."""
        if number not in self.ended(year):
            return None
        first = PremiumMonth(year, number * 3 - 2)
        with self._uow() as uow:
            counted = uow.usage.months(first, first.plus(2))
        cube = _Cube(counted)
        tables = tuple(cube.table(rows, columns) for rows, columns in TABLES)
        margins = {name: cube.margin(name) for name in ("month", "language", "band", "outcome")}
        return Quarter(year, number, tables, margins["month"], margins)

    def year(self, year: int) -> tuple[Quarter, ...]:
        """Return the year's quarters that are over."""
        return tuple(found for number in self.ended(year) if (found := self.quarter(year, number)))


class _Cube:
    """A quarter's counts, summed every way that is shown, and judged together."""

    def __init__(self, counted: Sequence[MonthCount]) -> None:
        wishes = Counter[str]()
        for one in counted:
            wishes[one.wish] += one.count
        self._rare = {wish for wish, count in wishes.items() if count < _RARE}
        self._counts = Counter[Figure]()
        self._values: dict[str, set[str]] = {name: set() for pair in TABLES for name in pair}
        for one in counted:
            self._take(one)
        self._fill()
        self._hidden = hidden_cells(self._counts, self._sums())

    def table(self, rows: str, columns: str) -> UsageTable:
        """Return one table as it may be shown."""
        heads, names = self._order(columns), self._order(rows)
        body = tuple(
            (
                row,
                (*(self._shown({rows: row, columns: head}) for head in heads), self._shown({rows: row})),
            )
            for row in names
        )
        totals = (*(self._shown({columns: head}) for head in heads), self._shown({}))
        return UsageTable(rows, columns, tuple(heads), body, totals)

    def margin(self, name: str) -> tuple[tuple[str, int | None], ...]:
        """Return the totals by one thing."""
        return tuple((value, self._shown({name: value})) for value in self._order(name))

    def _take(self, one: MonthCount) -> None:
        values = {
            "month": one.month.iso,
            "language": one.language,
            "wish": OTHER_WISH if one.wish in self._rare else one.wish,
            "outcome": one.outcome,
            "band": one.band,
        }
        for name, value in values.items():
            self._values[name].add(value)
            self._counts[_figure({name: value})] += one.count
        for rows, columns in TABLES:
            self._counts[_figure({rows: values[rows], columns: values[columns]})] += one.count
        self._counts[_figure({})] += one.count

    def _fill(self) -> None:
        """Give every cell a number: what never happened is zero."""
        for rows, columns in TABLES:
            for row in self._values[rows]:
                for column in self._values[columns]:
                    self._counts.setdefault(_figure({rows: row, columns: column}), 0)

    def _sums(self) -> list[Sum[Figure]]:
        sums: list[Sum[Figure]] = [
            (_figure({}), [_figure({name: value}) for value in sorted(values)])
            for name, values in self._values.items()
            if values
        ]
        for one, other in (*TABLES, *((columns, rows) for rows, columns in TABLES)):
            sums += [
                (
                    _figure({one: value}),
                    [_figure({one: value, other: part}) for part in sorted(self._values[other])],
                )
                for value in sorted(self._values[one])
            ]
        return sums

    def _order(self, name: str) -> list[str]:
        values = self._values[name]
        if name in _FIXED_ORDER:
            return [one for one in _FIXED_ORDER[name] if one in values]
        if name == "wish":
            often = {one: self._counts[_figure({name: one})] for one in values}
            return sorted(values, key=lambda one: (one == OTHER_WISH, -often[one], one))
        return sorted(values)

    def _shown(self, values: dict[str, str]) -> int | None:
        figure = _figure(values)
        return None if figure in self._hidden else self._counts[figure]


def _figure(values: dict[str, str]) -> Figure:
    return frozenset(values.items())
