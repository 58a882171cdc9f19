"""The yearly evaluation: ranking, prizes, the year before, one office's points, figures taken in, files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, abort, redirect, request, url_for

from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing
from bot.console.menu import Entry, Part
from bot.console.pages import me, page, tell
from bot.evaluation.book import prizes, whole, workbook
from bot.evaluation.report import year_pdf
from nhi_core.domain.errors import Invalid
from nhi_core.domain.evaluation import raises
from nhi_core.domain.slices import Ask, Slice, cut
from nhi_core.domain.staff import StaffRole
from nhi_core.ports_evaluation import Figure
from nhi_core.services.evaluations import Compared, YearView, shown

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from bot.console.blueprint import Console

WORDS = "console_evaluation"
LOOK = (StaffRole.EDITOR, StaffRole.SUPERVISOR, StaffRole.AUDITOR)
_LARGEST = 4_000_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of the ranking."""

    code: str
    name: str
    group: int
    rank: int
    total: str


def register(console: Console) -> None:
    """Add the pages."""
    pages = _Pages(console)
    console.add("evaluation", "/evaluation", pages.ranking)
    console.add("evaluation_years", "/evaluation/years", pages.years)
    console.add("evaluation_office", "/evaluation/<int:year>/<office>", pages.office)
    console.add("evaluation_correct", "/evaluation/<int:year>/<office>", pages.correct, methods=("POST",))
    console.add("evaluation_take", "/evaluation/figures", pages.take, methods=("POST",))
    console.add("evaluation_compute", "/evaluation/compute", pages.compute, methods=("POST",))
    console.add("evaluation_file", "/evaluation/<int:year>.<kind>", pages.file)
    console.entry(Entry("evaluation", "evaluation", Part.FIGURES, domain=WORDS, order=10))


def uploaded_csv() -> str:
    """Return the text of the form's file. Raises Invalid: none, too large, or not UTF-8."""
    file = request.files.get("file")
    data = file.read(_LARGEST + 1) if file is not None else b""
    if not data or len(data) > _LARGEST:
        raise Invalid("no file, or too large a one")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("not UTF-8") from None


class _Pages:
    def __init__(self, console: Console) -> None:
        self._evaluations = console.core.evaluations

    @needs(*LOOK)
    def ranking(self) -> Response:
        """The ranking of a year, by group, with prizes and files."""
        view = self._view()
        year = view.scheme.year
        columns: tuple[Column[Ranked], ...] = (
            Column("group", lambda one: one.group, Kind.NUMBER),
            Column("rank", lambda one: one.rank, Kind.NUMBER),
            Column(
                "office",
                lambda one: one.name,
                link=lambda one: url_for("console.evaluation_office", year=year, office=one.code),
            ),
            Column("points", lambda one: one.total),
        )
        listing: Listing[Ranked] = Listing("evaluation", columns, self._filters(group=True), per_page=100)

        def source(ask: Ask) -> Slice[Ranked]:
            group = ask.get("group")
            rows = [
                Ranked(one.office, view.offices[one.office].name, one.size_group, one.rank, shown(one.total))
                for one in view.result.scores
                if group in (None, str(one.size_group))
            ]
            return cut(rows, ask)

        return listing.answer(
            source,
            template="evaluation.html",
            words=WORDS,
            year=year,
            years=self._evaluations.years,
            prizes=[(name, view.offices[one.office].name, one.size_group) for name, one in prizes(view)],
            runs=self._evaluations.runs(year)[:5],
            source_note=view.scheme.source,
            sample=any(item.sample for item in view.scheme.items),
        )

    @needs(*LOOK)
    def years(self) -> Response:
        """Every item beside the year before, with participation."""
        view = self._view()
        shares = view.result.participation
        columns: tuple[Column[Compared], ...] = (
            Column("item", lambda one: one.name),
            Column("before", lambda one: one.before, Kind.NUMBER),
            Column("after", lambda one: one.after, Kind.NUMBER),
            Column("growth", lambda one: whole(one.growth)),
            Column("participation", lambda one: whole(shares.get(one.item))),
        )
        listing: Listing[Compared] = Listing("evaluation-years", columns, self._filters(), per_page=100)
        rows = self._evaluations.compared(view.scheme.year)
        bars = [(one.name, one.before or 0, one.after) for one in rows]
        return listing.answer(
            lambda ask: cut(rows, ask),
            template="evaluation_years.html",
            words=WORDS,
            year=view.scheme.year,
            bars=bars,
        )

    @needs(*LOOK)
    def office(self, year: int, office: str) -> AnyResponse:
        """How one office's points came about, and what would raise them."""
        return self._office(year, office)

    @needs(StaffRole.SUPERVISOR)
    def correct(self, year: int, office: str) -> AnyResponse:
        """Set one figure by hand, with its reason."""
        form = request.form
        try:
            figure = Figure(year, int(form["month"]), office, form["item"], int(form["count"]))
            self._evaluations.correct(figure, by=me().id, reason=form.get("reason", ""))
        except (Invalid, KeyError, ValueError):
            return self._office(year, office, problem="evaluation.unfit")
        tell("evaluation.corrected", domain=WORDS)
        return redirect(url_for("console.evaluation_office", year=year, office=office), code=303)

    @needs(StaffRole.SUPERVISOR)
    def take(self) -> AnyResponse:
        """Take in figures as CSV."""
        try:
            report = self._evaluations.take(uploaded_csv(), by=me().id)
        except Invalid:
            tell("evaluation.unreadable", domain=WORDS)
            return redirect(url_for("console.evaluation"), code=303)
        return page("evaluation_taken.html", words=WORDS, report=report, back="evaluation")

    @needs(StaffRole.SUPERVISOR)
    def compute(self) -> AnyResponse:
        """Compute a year and keep the run."""
        try:
            self._evaluations.compute(int(request.form.get("year", "")), by=me().id)
        except (Invalid, ValueError):
            abort(404)
        tell("evaluation.computed", domain=WORDS)
        return redirect(url_for("console.evaluation", year=request.form["year"]), code=303)

    @needs(*LOOK)
    def file(self, year: int, kind: str) -> Response:
        """The year as a workbook or as PDF."""
        if year not in self._evaluations.years or kind not in ("xlsx", "pdf"):
            abort(404)
        view, compared = self._evaluations.view(year), self._evaluations.compared(year)
        data = workbook(view, compared) if kind == "xlsx" else year_pdf(view, compared)
        answer = Response(data, mimetype=_XLSX if kind == "xlsx" else "application/pdf")
        answer.headers["Content-Disposition"] = f"attachment; filename=evaluation-{year}.{kind}"
        return answer

    def _office(self, year: int, office: str, problem: str | None = None) -> Response:
        if year not in self._evaluations.years:
            return page("problem.html", status=404, problem="unknown")
        view = self._evaluations.view(year)
        if office not in view.offices:
            return page("problem.html", status=404, problem="unknown")
        score = view.result.of(office)
        rows: list[dict[str, Any]] = [
            {
                "key": one.item,
                "name": view.scheme.item(one.item).name,
                "value": f"{one.value.normalize():f}",
                "reference": "" if one.reference is None else f"{one.reference.normalize():f}",
                "points": shown(one.points),
                "weight": f"{one.weight.normalize():f}",
                "rule": one.rule,
            }
            for one in score.points
        ]
        return page(
            "evaluation_office.html",
            words=WORDS,
            status=200 if problem is None else 400,
            problem=problem,
            year=year,
            office=view.offices[office],
            score=score,
            total=shown(score.total),
            rows=rows,
            months=view.scheme.months,
            raises=[(view.scheme.item(one.item).name, shown(one.missing)) for one in raises(score)],
        )

    def _view(self) -> YearView:
        asked = request.args.get("year", "")
        years = self._evaluations.years
        year = int(asked) if asked.isascii() and asked.isdigit() else years[0]
        return self._evaluations.view(year if year in years else years[0])

    def _filters(self, *, group: bool = False) -> tuple[Filter, ...]:
        known = tuple(str(year) for year in self._evaluations.years)
        years = Filter("year", known, labels={one: one for one in known})
        groups = ("1", "2", "3", "4")
        return (years, Filter("group", groups, labels={one: one for one in groups})) if group else (years,)
