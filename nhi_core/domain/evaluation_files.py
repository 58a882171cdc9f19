"""Figures and quality of offices as CSV files with a head line. A line is right, or is named as wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from nhi_core.domain.errors import Invalid
from nhi_core.domain.quality import ErrorKind, OfficeQuality

FIGURE_COLUMNS = ("year", "month", "office", "item", "count")
QUALITY_COLUMNS = ("year", "month", "office", "received", *ErrorKind)
MOST_LINES = 20_000
_MOST = 1_000_000

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that was left out, and why: a stable word."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Read(Generic[Row]):
    """What of a file can be used, and what cannot."""

    rows: tuple[Row, ...]
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class FigureRow:
    """Cases of one item, office and month."""

    year: int
    month: int
    office: str
    item: str
    count: int


@dataclass(frozen=True, slots=True)
class QualityRow:
    """One office's month."""

    year: int
    month: int
    quality: OfficeQuality


def read_figures(
    text: str, *, offices: Mapping[str, str], items: Mapping[int, Collection[str]]
) -> Read[FigureRow]:
    """Read figures. `offices`: code or name → code; `items`: year → the items of its scheme.

    Raises Invalid when the file as a whole is no such file.
    """

    def row(cells: Mapping[str, str]) -> FigureRow:
        year, month, office = _head(cells, offices)
        if cells["item"] not in items.get(year, ()):
            raise Invalid("unknown_item")
        return FigureRow(year, month, office, cells["item"], _count(cells["count"]))

    return _read(text, FIGURE_COLUMNS, row, lambda one: (one.year, one.month, one.office, one.item))


def read_quality(text: str, *, offices: Mapping[str, str]) -> Read[QualityRow]:
    """Read received forms and errors by kind. Raises Invalid when the file as a whole is no such file."""

    def row(cells: Mapping[str, str]) -> QualityRow:
        year, month, office = _head(cells, offices)
        errors = {kind: _count(cells[kind]) for kind in ErrorKind}
        return QualityRow(year, month, OfficeQuality(office, _count(cells["received"]), errors))

    return _read(text, QUALITY_COLUMNS, row, lambda one: (one.year, one.month, one.quality.office))


def _read(
    text: str, columns: tuple[str, ...], row: Callable[[Mapping[str, str]], Row], key: Callable[[Row], object]
) -> Read[Row]:
    lines = csv.DictReader(io.StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")), strict=True)
    if tuple(lines.fieldnames or ()) != columns:
        raise Invalid(f"the first line must be {','.join(columns)}")
    rows: dict[object, Row] = {}
    rejected: list[Rejected] = []
    try:
        for number, cells in enumerate(lines, start=2):
            if number > MOST_LINES + 1:
                raise Invalid(f"more than {MOST_LINES} lines")
            try:
                found = row(_plain(cells))
            except Invalid as problem:
                rejected.append(Rejected(number, str(problem)))
                continue
            if rows.setdefault(key(found), found) is not found:
                rejected.append(Rejected(number, "twice"))
    except csv.Error as error:
        raise Invalid(f"not CSV: {error}") from None
    return Read(tuple(rows.values()), tuple(rejected))


def _plain(cells: Mapping[str | None, str | list[str] | None]) -> Mapping[str, str]:
    found = {name: value.strip() for name, value in cells.items() if name and isinstance(value, str)}
    if None in cells or len(found) != len(cells):
        raise Invalid("wrong_fields")
    return found


def _head(cells: Mapping[str, str], offices: Mapping[str, str]) -> tuple[int, int, str]:
    year, month = _count(cells["year"]), _count(cells["month"])
    if not (84 <= year <= 200 and 1 <= month <= 12):  # the insurance began in 84
        raise Invalid("wrong_month")
    office = offices.get(cells["office"])
    if office is None:
        raise Invalid("unknown_office")
    return year, month, office


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > _MOST:
        raise Invalid("wrong_number")
    return int(text)
