"""PDF reports: the year's evaluation, and a month's quality. Tables with bars; their text can be searched."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal

from pypdf import PdfWriter
from reportlab.lib.pagesizes import A4

from bot.evaluation import words
from bot.evaluation.book import indented, prizes, whole
from bot.slips.page import Page
from nhi_core.domain.evaluation_model import Score, rounded
from nhi_core.domain.quality import OfficeQuality
from nhi_core.services.evaluation_views import Compared, RowKind, YearView, shown_total
from nhi_core.services.quality import MonthReport

mm: float = 72 / 25.4
_LEFT, _RIGHT, _TOP, _FOOT = 18 * mm, float(A4[0]) - 18 * mm, float(A4[1]) - 22 * mm, 20 * mm
_ROW, _BODY, _HEAD = 5.6 * mm, 9.0, 16.0
_BAR = 60 * mm
_DIVISION = "健保署高屏業務組"


def year_pdf(view: YearView, compared: Sequence[Compared]) -> bytes:
    """Return the year's report: ranking by group with bars, prizes, and the year before."""
    groups = sorted({one.size_group for one in view.result.scores})
    pages = [page for group in groups for page in _ranking(view, group)]
    return _joined([*pages, _years(view, compared)], f"{view.scheme.year} 年度公所評比")


def quality_pdf(month: MonthReport) -> bytes:
    """Return a month's quality report: shares of kinds, the care list, every office."""
    title = f"{month.year} 年 {month.month} 月收件品質報告"
    page = Page()
    y = _headed(page, title)
    report = month.report
    rate = "—" if report.rate is None else f"{rounded(report.rate, 1)} %"
    page.left(_LEFT, y, f"收件 {report.received:,} 件，錯誤 {report.errors:,} 件，錯誤率 {rate}", 11)
    y -= 1.6 * _ROW
    for one in report.shares:
        page.left(_LEFT, y, words.KINDS[one.kind], _BODY)
        _bar(page, _LEFT + 38 * mm, y, one.exact / Decimal(100))
        page.left(_LEFT + 102 * mm, y, f"{one.count:,} 件　{one.shown} %", _BODY)
        y -= _ROW
    sheets = _Sheets(title, page, y - _ROW)
    page, y = sheets.row()
    page.left(_LEFT, y, "關懷輔導名單", 12, bold=True)
    for office in report.care:
        page, y = sheets.row()
        page.left(_LEFT, y, office_name(month, office), _BODY)
        page.right(_LEFT + 90 * mm, y, f"{rounded(office.rate or Decimal(0), 1)} %", _BODY)
    if not report.care:
        page, y = sheets.row()
        page.left(_LEFT, y, "本月沒有需要個案輔導的公所，謝謝大家。", _BODY)
    return _joined([*sheets.pages, *_offices(month, title)], title)


def office_name(month: MonthReport, one: OfficeQuality) -> str:
    """Return an office's name, and the code of one that is no longer known."""
    office = month.offices.get(one.office)
    return office.name if office is not None else one.office


class _Sheets:
    """Rows downwards, on to a further page with the same head when one is full."""

    def __init__(self, title: str, page: Page | None = None, y: float = 0.0) -> None:
        self.pages = [page] if page is not None else []
        self._title = title
        self._y = y

    def row(self) -> tuple[Page, float]:
        """Return the page and the height of the next row."""
        if self._y < _FOOT or not self.pages:
            self.pages.append(Page())
            self._y = _headed(self.pages[-1], self._title)
        y, self._y = self._y, self._y - _ROW
        return self.pages[-1], y


def _offices(month: MonthReport, title: str) -> list[Page]:
    sheets = _Sheets(title)
    for office in month.report.offices:
        page, y = sheets.row()
        page.left(_LEFT, y, office_name(month, office), _BODY)
        page.right(_LEFT + 80 * mm, y, f"{office.received:,}", _BODY)
        page.right(_LEFT + 100 * mm, y, f"{office.total:,}", _BODY)
        rate = "—" if office.rate is None else f"{rounded(office.rate, 1)} %"
        page.right(_LEFT + 125 * mm, y, rate, _BODY)
    return sheets.pages


def _ranking(view: YearView, group: int) -> list[Page]:
    sheets = _Sheets(f"{view.scheme.year} 年度公所評比　第 {group} 分組")
    for score in (one for one in view.result.scores if one.size_group == group):
        _line(*sheets.row(), view, score)
    mine = [(name, one) for name, one in prizes(view) if one.size_group == group]
    if mine:
        sheets.row()
        page, y = sheets.row()
        page.left(_LEFT, y, words.AWARDS, 12, bold=True)
        for name, one in mine:
            page, y = sheets.row()
            page.left(_LEFT, y, f"{name}　{view.offices[one.office].name}", _BODY)
    if any(item.sample for item in view.scheme.items):
        for page in sheets.pages:
            page.paragraph(_LEFT, _FOOT - 8 * mm, words.SAMPLE, 8, _RIGHT - _LEFT, colour="muted")
    return sheets.pages


def _line(page: Page, y: float, view: YearView, score: Score) -> None:
    most = sum((item.weight for item in view.scheme.items), Decimal(0))
    page.right(_LEFT + 8 * mm, y, str(score.rank), _BODY)
    page.fitted(_LEFT + 12 * mm, y, view.offices[score.office].name, _BODY, 58 * mm)
    _bar(page, _LEFT + 74 * mm, y, score.total / most)
    page.right(_LEFT + 154 * mm, y, shown_total(score.total), _BODY, bold=True)


def _years(view: YearView, compared: Sequence[Compared]) -> Page:
    page = Page()
    y = _headed(page, f"{view.scheme.year} 年度執行成效（與前一年同期比較）")
    ends = (90 * mm, 112 * mm, 134 * mm, 154 * mm)
    titles = (words.BEFORE, words.AFTER, words.GROWTH, words.PARTICIPATION)
    page.left(_LEFT, y, words.ITEM, _BODY, bold=True)
    for end, title in zip(ends, titles, strict=True):
        page.right(_LEFT + end, y, title, _BODY, bold=True)
    page.rule(_LEFT, y - 2 * mm, _RIGHT - _LEFT)
    for one in compared:
        y -= _ROW
        page.left(_LEFT, y, indented(one), _BODY, bold=one.kind is RowKind.TOTAL)
        share = view.result.participation.get(one.item)
        before = "未評比" if one.before is None else f"{one.before:,}"
        cells = (before, f"{one.after:,}", whole(one.growth), whole(share))
        for end, cell in zip(ends, cells, strict=True):
            page.right(_LEFT + end, y, cell, _BODY)
    return page


def _headed(page: Page, title: str) -> float:
    page.left(_LEFT, _TOP, title, _HEAD, bold=True, colour="brand")
    page.right(_RIGHT, _TOP, _DIVISION, _BODY, colour="muted")
    page.rule(_LEFT, _TOP - 3 * mm, _RIGHT - _LEFT)
    return _TOP - 11 * mm


def _bar(page: Page, x: float, y: float, part: Decimal) -> None:
    """Draw a share of the whole width; the figure beside it says the same."""
    page.box(x, y - 0.6 * mm, _BAR, 3.2 * mm, "brand_soft")
    wide = _BAR * float(min(max(part, Decimal(0)), Decimal(1)))
    if wide:
        page.box(x, y - 0.6 * mm, wide, 3.2 * mm, "brand")


def _joined(pages: Sequence[Page], title: str) -> bytes:
    writer = PdfWriter()
    for page in pages:
        writer.append(io.BytesIO(page.pdf(title=title, author=_DIVISION, language="zh-Hant-TW")))
    writer.add_metadata({"/Title": title, "/Author": _DIVISION})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
