"""The workbook: ranking, every item's points, the year before, prizes; with charts of its own."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import xlsxwriter

from bot.evaluation import words
from nhi_core.domain.evaluation_model import Winner, rounded
from nhi_core.services.evaluation_views import Compared, RowKind, YearView

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def workbook(view: YearView, compared: tuple[Compared, ...]) -> bytes:
    """Return the XLSX. Names are written as strings: no cell of it is ever a formula."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    book.set_properties({"title": f"{view.scheme.year} 年度公所評比"})
    head = book.add_format({"bold": True, "bg_color": "#D9EBE8", "border": 1, "text_wrap": True})
    _ranking(book, head, view)
    _items(book, head, view)
    _years(book, head, compared, view)
    _awards(book, head, view)
    book.close()
    return out.getvalue()


def _sheet(book: Any, name: str, head: Any, titles: list[str], wide: int) -> Any:
    sheet = book.add_worksheet(name)
    for at, title in enumerate(titles):
        sheet.write_string(0, at, title, head)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(titles) - 1, 12)
    sheet.set_column(wide, wide, 26)
    return sheet


def _ranking(book: Any, head: Any, view: YearView) -> None:
    sheet = _sheet(book, words.RANKING, head, [words.GROUP, words.RANK, words.OFFICE, words.TOTAL], 2)
    for at, score in enumerate(view.result.scores, start=1):
        sheet.write_number(at, 0, score.size_group)
        sheet.write_number(at, 1, score.rank)
        sheet.write_string(at, 2, view.offices[score.office].name)
        sheet.write_number(at, 3, float(rounded(score.total, 2)))
    chart = book.add_chart({"type": "bar"})
    shown = min(len(view.result.scores), 20)
    chart.add_series(
        {
            "name": words.TOTAL,
            "categories": [words.RANKING, 1, 2, shown, 2],
            "values": [words.RANKING, 1, 3, shown, 3],
            "fill": {"color": "#00594F"},
        }
    )
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 640, "height": 560})
    sheet.insert_chart(1, 5, chart, {"description": words.RANKING})


def _items(book: Any, head: Any, view: YearView) -> None:
    names = [item.name for item in view.scheme.items]
    sheet = _sheet(book, words.ITEMS, head, [words.OFFICE, words.TOTAL, *names], 0)
    for at, score in enumerate(view.result.scores, start=1):
        sheet.write_string(at, 0, view.offices[score.office].name)
        sheet.write_number(at, 1, float(rounded(score.total, 2)))
        for column, part in enumerate(score.points, start=2):
            sheet.write_number(at, column, float(rounded(part.points, 2)))


def _years(book: Any, head: Any, compared: tuple[Compared, ...], view: YearView) -> None:
    titles = [words.ITEM, words.BEFORE, words.AFTER, words.DIFFERENCE, words.GROWTH, words.PARTICIPATION]
    sheet = _sheet(book, words.YEARS, head, titles, 0)
    items = [one for one in compared if one.kind is RowKind.ITEM]
    # Items stand first, for the chart; what they are made of and what they make together follow.
    for at, one in enumerate([*items, *(one for one in compared if one.kind is not RowKind.ITEM)], start=1):
        sheet.write_string(at, 0, indented(one))
        sheet.write_number(at, 2, one.after)
        if one.before is not None:
            sheet.write_number(at, 1, one.before)
            sheet.write_number(at, 3, one.after - one.before)
        if one.growth is not None:
            sheet.write_number(at, 4, int(rounded(one.growth)))
        share = view.result.participation.get(one.item)
        if share is not None:
            sheet.write_number(at, 5, int(rounded(share)))
    chart = book.add_chart({"type": "column"})
    for column, colour in ((1, "#9AA5B1"), (2, "#00594F")):
        chart.add_series(
            {
                "name": [words.YEARS, 0, column],
                "categories": [words.YEARS, 1, 0, len(items), 0],
                "values": [words.YEARS, 1, column, len(items), column],
                "fill": {"color": colour},
            }
        )
    chart.set_size({"width": 820, "height": 380})
    sheet.insert_chart(len(compared) + 2, 0, chart, {"description": words.YEARS})


def _awards(book: Any, head: Any, view: YearView) -> None:
    sheet = _sheet(book, words.AWARDS, head, [words.AWARD, words.GROUP, words.PLACE, words.OFFICE], 3)
    for at, (name, one) in enumerate(prizes(view), start=1):
        sheet.write_string(at, 0, name)
        sheet.write_number(at, 1, one.size_group)
        sheet.write_number(at, 2, one.place)
        sheet.write_string(at, 3, view.offices[one.office].name)


def prizes(view: YearView) -> list[tuple[str, Winner]]:
    """Return (prize's name, winner), in the scheme's order of prizes."""
    names = {award.key: award.name for award in view.scheme.awards}
    return [(names[one.award], one) for one in view.result.winners]


def indented(one: Compared) -> str:
    """Return a line's name; a part of an item stands a little to the right."""
    return f"　{one.name}" if one.kind is RowKind.PART else one.name


def whole(value: Decimal | None) -> str:
    """Return a percentage as the slides show it; a dash where there is none."""
    return "—" if value is None else f"{rounded(value)}"
