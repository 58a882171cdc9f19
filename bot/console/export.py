"""Rows as files. A spreadsheet must never take a text of ours, or of a citizen, for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import xlsxwriter
from flask import Response

from nhi_core.domain.calendar import TAIPEI

if TYPE_CHECKING:
    from bot.console.listing import Cell

# What a spreadsheet may take for the beginning of a formula (OWASP, CSV Injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_file(name: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Response:
    """Return CSV in UTF-8 with a mark of it, so that Excel reads the Chinese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([harmless(one) for one in headings])
    writer.writerows([_text(cell) for cell in row] for row in rows)
    return _download(out.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", f"{name}.csv")


def xlsx_file(name: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Response:
    """Return an XLSX: texts are written as texts, numbers as numbers, days as days."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(name[:31])
        bold = book.add_format({"bold": True})
        formats = {date: book.add_format({"num_format": "yyyy-mm-dd"}),
                   datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"})}  # fmt: skip
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                _write(sheet, line, column, cell, formats)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(0, len(headings) - 1), 18)
    return _download(out.getvalue(), _XLSX, f"{name}.xlsx")


def harmless(text: str) -> str:
    """Return the text so that a spreadsheet takes it for text."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _text(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell.astimezone(TAIPEI):%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    return cell if isinstance(cell, int | float) else harmless(cell)


def _write(sheet: Any, line: int, column: int, cell: Cell, formats: dict[type[date], Any]) -> None:
    if isinstance(cell, datetime):
        sheet.write_datetime(line, column, cell.astimezone(TAIPEI).replace(tzinfo=None), formats[datetime])
    elif isinstance(cell, date):
        moment = datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - a day has no zone
        sheet.write_datetime(line, column, moment, formats[date])
    elif isinstance(cell, int | float):
        sheet.write_number(line, column, cell)
    elif cell is not None:
        sheet.write_string(line, column, cell)


def _download(body: bytes, kind: str, name: str) -> Response:
    answer = Response(body, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
