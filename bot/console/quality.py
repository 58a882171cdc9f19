"""Quality of what offices hand in, month by month: taken in, looked at, published as a notice with a PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for
from markupsafe import Markup

from bot.charts.figures import Bars, svg
from bot.console.evaluation import LOOK, WORDS
from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing
from bot.console.menu import Entry, Part
from bot.console.pages import me, page, tell, word
from bot.console.uploads import FORM, uploaded_csv
from bot.evaluation.report import office_name, quality_pdf
from nhi_core.domain.errors import FilesUnavailable, Invalid
from nhi_core.domain.evaluation_model import ZERO, rounded
from nhi_core.domain.notices import Category
from nhi_core.domain.quality import OfficeQuality, QualityReport
from nhi_core.domain.slices import Ask, Slice, cut
from nhi_core.domain.staff import StaffRole

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from bot.console.blueprint import Console


def register(console: Console) -> None:
    """Add the pages."""
    pages = _Pages(console)
    console.add("quality", "/quality", pages.month)
    console.add("quality_take", "/quality/months", pages.take, methods=("POST",), most_bytes=FORM)
    console.add("quality_file", "/quality/<int(max=2199):year>-<int(max=12):month>.pdf", pages.file)
    console.add(
        "quality_publish",
        "/quality/<int(max=2199):year>-<int(max=12):month>",
        pages.publish,
        methods=("POST",),
    )
    console.entry(Entry("quality", "quality", Part.FIGURES, domain=WORDS, order=20))


class _Pages:
    def __init__(self, console: Console) -> None:
        self._core = console.core

    @needs(*LOOK)
    def month(self) -> Response:
        """One month: shares of kinds, the care list, every office."""
        months = self._core.quality.months()
        names = tuple(f"{year}-{month}" for year, month in months)
        asked = request.args.get("month", "")
        if not months:
            return page("quality_none.html", words=WORDS)
        found = self._core.quality.month(*months[names.index(asked) if asked in names else 0])
        columns: tuple[Column[OfficeQuality], ...] = (
            Column("office", lambda one: office_name(found, one)),
            Column("received", lambda one: one.received, Kind.NUMBER),
            Column("errors", lambda one: one.total, Kind.NUMBER),
            Column("rate", lambda one: None if one.rate is None else float(rounded(one.rate, 1))),
        )
        listing: Listing[OfficeQuality] = Listing(
            "quality", columns, (Filter("month", names, labels={one: one for one in names}),), per_page=100
        )
        ordered = sorted(found.report.offices, key=lambda one: (-(one.rate or ZERO), one.office))

        def source(ask: Ask) -> Slice[OfficeQuality]:
            return cut(ordered, ask)

        return listing.answer(
            source,
            template="quality.html",
            words=WORDS,
            found=found,
            chart=_shares(found.report),
            rate=None if found.report.rate is None else str(rounded(found.report.rate, 1)),
            care=[(office_name(found, one), str(rounded(one.rate or ZERO, 1))) for one in found.report.care],
        )

    @needs(StaffRole.SUPERVISOR, StaffRole.EDITOR)
    def take(self) -> AnyResponse:
        """Take in a month as CSV."""
        try:
            report = self._core.quality.take(uploaded_csv(), by=me().id)
        except Invalid:
            tell("evaluation.unreadable", domain=WORDS)
            return redirect(url_for("console.quality"), code=303)
        return page("evaluation_taken.html", words=WORDS, report=report, back="quality")

    @needs(*LOOK)
    def file(self, year: int, month: int) -> AnyResponse:
        """The month's report as PDF."""
        try:
            data = quality_pdf(self._core.quality.month(year, month))
        except Invalid:
            return page("problem.html", status=404, problem="unknown")
        answer = Response(data, mimetype="application/pdf")
        answer.headers["Content-Disposition"] = f"attachment; filename=quality-{year}-{month:02}.pdf"
        return answer

    @needs(StaffRole.EDITOR)
    def publish(self, year: int, month: int) -> AnyResponse:
        """Draft a notice with the report; its editor looks at it once more before it goes out."""
        try:
            found = self._core.quality.month(year, month)
            title = f"{year} 年 {month} 月份收件品質報告"
            attachment = self._core.notice_files.take(f"{title}.pdf", quality_pdf(found))
        except Invalid:
            return page("problem.html", status=404, problem="unknown")
        except FilesUnavailable:
            tell("quality.not_kept", domain=WORDS)
            return redirect(url_for("console.quality"), code=303)
        rate = "—" if found.report.rate is None else str(rounded(found.report.rate, 1))
        body = (
            f"本月全區收件 {found.report.received:,} 件，錯誤率 {rate} %。各公所明細請看附件；"
            "問「收件品質」可以查自己公所的情形。謝謝各位夥伴的細心。"
        )
        self._core.notices.draft(
            Category.QUALITY_REPORT, title, body, owner=me().id, needs_ack=False, attachments=(attachment,)
        )
        tell("quality.drafted", domain=WORDS)
        return redirect(url_for("console.quality", month=f"{year}-{month}"), code=303)


def _shares(report: QualityReport) -> Markup:
    """Return the kinds of errors as bars."""
    return svg(
        Bars(
            word("quality.chart", WORDS),
            [word(f"kind.{one.kind.value}", WORDS) for one in report.shares],
            [("", [float(one.exact) for one in report.shares])],
            notes=[
                word("quality.share", WORDS, count=f"{one.count:,}", share=one.shown) for one in report.shares
            ],
        )
    )
