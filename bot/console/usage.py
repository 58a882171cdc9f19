"""How the bot is used: a quarter's tables, with small numbers hidden, and the year's months as a chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, g

from bot.console.gate import needs
from bot.console.listing import Cell, Column, Filter, Kind, Listing
from bot.console.menu import Entry, Part
from bot.console.satisfaction import WORDS
from bot.pay.writing import NAMES
from bot.rendering import formats
from bot.rendering.catalogue import catalogue
from nhi_core.domain.slices import Ask, Slice, cut
from nhi_core.domain.staff import StaffRole
from nhi_core.services.usage import TABLES, Quarter, UsageTable

if TYPE_CHECKING:
    from bot.console.blueprint import Console

HIDDEN = "＊"
_LOOK = (StaffRole.EDITOR, StaffRole.REVIEWER, StaffRole.SUPERVISOR, StaffRole.AUDITOR)
_NAMES = {f"{rows}_{columns}": (rows, columns) for rows, columns in TABLES}
_QUARTERS = ("1", "2", "3", "4")
_YEARS_BACK = 5
_TOTAL = "total"
Row = tuple[str, tuple[int | None, ...]]


def register(console: Console) -> None:
    """Add the page."""
    pages = _Pages(console)
    console.add("usage", "/usage", pages.show)
    console.entry(Entry("usage", "usage", Part.FIGURES, WORDS, order=60))


class _Pages:
    def __init__(self, console: Console) -> None:
        self._clock = console.core.clock
        self._usage = console.core.usage

    @needs(*_LOOK)
    def show(self) -> Response:
        """One table of one quarter, to look at or to take away."""
        today = self._clock.today()
        years = tuple(str(today.year - back) for back in range(_YEARS_BACK))
        last = _last_quarter(today.year, today.month)
        filters = (
            Filter("year", years, labels=_year_names(years), default=last[0]),
            Filter("quarter", _QUARTERS, "quarter", default=last[1]),
            Filter("table", tuple(_NAMES), "table", default=next(iter(_NAMES))),
        )
        asked = Listing[Row]("usage", (), filters).asked()
        year = int(asked["year"] or last[0])
        quarters = self._usage.year(year)
        number = int(asked["quarter"] or last[1])
        chosen = next((one for one in quarters if one.number == number), None)
        table = self._table(chosen, asked["table"] or next(iter(_NAMES)))
        rows: list[Row] = [] if table is None else [*table.body, (_TOTAL, table.totals)]
        heads = () if table is None else (*table.heads, _TOTAL)
        kind = "month" if table is None else table.rows
        listing: Listing[Row] = Listing(
            "usage",
            columns=(
                Column(kind, lambda row: _name(kind, row[0])),
                *(_column(head, place) for place, head in enumerate(heads)),
            ),
            filters=filters,
            per_page=100,
        )

        def source(ask: Ask) -> Slice[Row]:
            return cut(rows, ask)

        bars = [bar for quarter in quarters for bar in _bars(quarter)]
        running = self._usage.running_month()
        return listing.answer(source, template="usage.html", words=WORDS, bars=bars, running=running)

    @staticmethod
    def _table(quarter: Quarter | None, name: str) -> UsageTable | None:
        wanted = _NAMES[name]
        tables = () if quarter is None else quarter.tables
        return next((one for one in tables if (one.rows, one.columns) == wanted and one.body), None)


def _bars(quarter: Quarter) -> list[tuple[str, int, int]]:
    """Return months with what was answered and what was not; months with a hidden number are left out."""
    table = next(one for one in quarter.tables if (one.rows, one.columns) == ("month", "outcome"))
    if "answered" not in table.heads:
        return []
    place = table.heads.index("answered")
    shown = [(month, numbers[place], numbers[-1]) for month, numbers in table.body]
    return [
        (_name("month", month), answered, total - answered)
        for month, answered, total in shown
        if answered is not None and total is not None
    ]


def _year_names(years: tuple[str, ...]) -> dict[str, str]:
    return {year: formats.year(year, g.language) for year in years}


def _column(head: str, place: int) -> Column[Row]:
    def value(row: Row) -> Cell:
        found = row[1][place]
        return HIDDEN if found is None else found

    return Column(head, value, Kind.NUMBER)


def _name(kind: str, value: str) -> str:
    if value == _TOTAL:
        return "Σ"
    if kind == "month":
        return formats.month(value, g.language)
    if kind == "language":
        return NAMES.get(value, value)
    words = catalogue(g.language)
    key = f"intent.{value}"
    return words.text(key) if key in words.keys() else value  # noqa: SIM118 - a catalogue is no mapping


def _last_quarter(year: int, month: int) -> tuple[str, str]:
    """Return year and number of the last quarter that is over."""
    number = (month - 1) // 3
    return (str(year), str(number)) if number else (str(year - 1), "4")
