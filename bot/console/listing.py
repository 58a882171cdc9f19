"""One list for all features: filters in the address, pages, and the same rows as CSV or XLSX.

    KIOSKS = Listing("kiosks", columns=(…), filters=(…))
    return KIOSKS.answer(lambda ask: core.kiosks.page(ask…), template="kiosks.html", words="console_kiosks")

The address holds filters alone: nothing personal may be a filter's value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import Response, g, request

from bot.console.export import csv_file, xlsx_file
from bot.console.pages import console, me, page, show_day, show_moment
from bot.console.words import DOMAIN, Text, text
from bot.rendering import formats
from bot.rendering.catalogue import UnknownText
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.slices import Ask, Slice

Row = TypeVar("Row")
Cell = str | int | float | date | datetime | None
PER_PAGE = (25, 50, 100)
# A file is for a desk, not for a copy of the database: whoever needs more narrows the filters.
MOST_EXPORTED = 20_000
_CHUNK = 1_000
_LONGEST = 120
_LAST_PAGE = 100_000
_FIRST_YEAR, _LAST_YEAR = 1950, 2199


class Kind(StrEnum):
    """How a cell is shown; files keep numbers and days as such."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    MOMENT = "moment"
    WORD = "word"  # the value is the end of a key: `<prefix>.<value>`
    CODE = "code"  # the same, but a value that has no words yet is shown as it is


_WORDS = frozenset({Kind.WORD, Kind.CODE})


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column. Its heading is `column.<key>`; `link` gives the address of a row's page."""

    key: str
    value: Callable[[Row], Cell]
    kind: Kind = Kind.TEXT
    prefix: str = ""
    link: Callable[[Row], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """One field above the list. Its label is `filter.<key>`.

    With `choices` it is a menu whose lines are `<prefix>.<choice>`, or come from `labels`; `kind` DAY makes
    it a date, else it is a text.
    """

    key: str
    choices: tuple[str, ...] = ()
    prefix: str = ""
    kind: Kind = Kind.TEXT
    default: str = ""
    labels: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """A list by name, its columns and filters."""

    name: str
    columns: Sequence[Column[Row]]
    filters: Sequence[Filter] = ()
    per_page: int = PER_PAGE[0]
    _choices: Mapping[str, Filter] = field(init=False, default_factory=dict)

    def answer(
        self, source: Callable[[Ask], Slice[Row]], *, template: str, words: str = DOMAIN, **values: Any
    ) -> Response:
        """Return the page, or the file when the address asks for one (`as=csv`, `as=xlsx`).

        The template extends `console/list.html`, which draws everything from `listing`.
        """
        filters = self.asked()
        wanted = request.args.get("as", "")
        if wanted in {"csv", "xlsx"}:
            return self._file(source, filters, wanted, words)
        view = self._view(source, filters, text(g.language, words))
        return page(template, words=words, listing=view, **values)

    def asked(self) -> dict[str, str]:
        """Return the filters of the address; whatever cannot be a value is left out."""
        found = {}
        for one in self.filters:
            value = request.args.get(one.key, one.default).strip()[:_LONGEST]
            if one.choices and value not in one.choices:
                value = "" if one.key in request.args else one.default
            if one.kind is Kind.DAY and not _is_day(value):
                value = ""
            found[one.key] = value
        return found

    def _view(self, source: Callable[[Ask], Slice[Row]], filters: dict[str, str], t: Text) -> dict[str, Any]:
        per = request.args.get("per", self.per_page, type=int)
        per = per if per in PER_PAGE else self.per_page
        number = min(max(1, request.args.get("page", 1, type=int)), _LAST_PAGE)
        after = request.args.get("after", "")[:_LONGEST] or None
        found = source(Ask(filters, limit=per, offset=(number - 1) * per, after=after))
        pages = None if found.total is None else max(1, -(-found.total // per))
        kept = {key: value for key, value in filters.items() if value} | {"per": str(per)}

        def address(**more: str | int) -> str:
            return "?" + urlencode({**kept, **{key: str(value) for key, value in more.items()}})

        return {
            "name": self.name,
            "columns": self.columns,
            "filters": [self._field(one, filters[one.key], t) for one in self.filters],
            "filtered": any(filters[one.key] != one.default for one in self.filters),
            "rows": [[self._show(column, row, t) for column in self.columns] for row in found.rows],
            "total": found.total,
            "page": number,
            "pages": pages,
            "per": per,
            "per_page": PER_PAGE,
            "first": address() if number > 1 or after else None,
            "before": address(page=number - 1) if number > 1 else None,
            "after": self._next(found, number, pages, address),
            "csv": address(**{"as": "csv"}),
            "xlsx": address(**{"as": "xlsx"}),
            "too_many": found.total is not None and found.total > MOST_EXPORTED,
            "most": MOST_EXPORTED,
        }

    @staticmethod
    def _next(found: Slice[Row], number: int, pages: int | None, address: Callable[..., str]) -> str | None:
        if pages is not None:
            return address(page=number + 1) if number < pages else None
        return address(after=found.next) if found.next is not None else None

    @staticmethod
    def _field(one: Filter, value: str, t: Text) -> dict[str, Any]:
        return {
            "key": one.key,
            "label": t(f"filter.{one.key}"),
            "value": value,
            "type": "date" if one.kind is Kind.DAY else "text",
            "choices": [(choice, _label(one, choice, t)) for choice in one.choices],
        }

    def _show(self, column: Column[Row], row: Row, t: Text) -> dict[str, Any]:
        value = column.value(row)
        return {
            "text": _shown(column, value, t),
            "link": column.link(row) if column.link is not None else None,
            "kind": column.kind.value,
            "value": value,
        }

    def _file(
        self, source: Callable[[Ask], Slice[Row]], filters: dict[str, str], wanted: str, words: str
    ) -> Response:
        t = text(g.language, words)
        headings = [t(f"column.{column.key}") for column in self.columns]
        with console().core.uow() as uow:
            detail = {"staff": me().id, "list": self.name, "as": wanted}
            uow.audit.record("console_exported", subject=f"list:{self.name}", detail=detail)
            uow.commit()
        rows = list(self._cells(source, filters, t))
        make = csv_file if wanted == "csv" else xlsx_file
        return make(self.name, headings, rows)

    def _cells(
        self, source: Callable[[Ask], Slice[Row]], filters: dict[str, str], t: Text
    ) -> Iterator[list[Cell]]:
        offset, after = 0, None
        while offset < MOST_EXPORTED:
            found = source(Ask(filters, limit=_CHUNK, offset=offset, after=after))
            for row in found.rows:
                yield [_plain(column, column.value(row), t) for column in self.columns]
            offset, after = offset + len(found.rows), found.next
            if len(found.rows) < _CHUNK or (found.total is None and after is None):
                return


def _shown(column: Column[Any], value: Cell, t: Text) -> str:
    language: str = g.language
    if value is None or value == "":
        return "—"
    if column.kind in _WORDS:
        return _word(column, value, t)
    if isinstance(value, datetime) and column.kind is Kind.DAY:
        value = value.astimezone(TAIPEI).date()
    if isinstance(value, datetime):
        return show_moment(value, language)
    if isinstance(value, date):
        return show_day(value, language)
    if isinstance(value, int | float):
        return formats.money(int(value), language) if column.kind is Kind.MONEY else f"{value:,}"
    return value


def _plain(column: Column[Any], value: Cell, t: Text) -> Cell:
    if column.kind in _WORDS and value not in (None, ""):
        return _word(column, value, t)
    return value


def _word(column: Column[Any], value: Cell, t: Text) -> str:
    try:
        return t(f"{column.prefix}.{value}")
    except UnknownText:
        if column.kind is Kind.WORD:
            raise
        return str(value)


def _label(one: Filter, choice: str, t: Text) -> str:
    return one.labels[choice] if one.labels is not None else t(f"{one.prefix}.{choice}")


def readable_day(written: str) -> date:
    """Return a day of a form or an address. Raises ValueError, also for one that no calendar of ours reaches.

    Midnight of the first and the last day that Python knows cannot be told in every time zone.
    """
    day = date.fromisoformat(written)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError("a day of another age")
    return day


def _is_day(value: str) -> bool:
    try:
        readable_day(value)
    except ValueError:
        return False
    return True
