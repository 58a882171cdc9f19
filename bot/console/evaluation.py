"""The yearly evaluation: ranking, prizes, one office's points, figures taken in and corrected, files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, abort, redirect, request, url_for

from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing
from bot.console.menu import Entry, Part
from bot.console.pages import me, page, tell
from bot.console.uploads import FORM, uploaded_csv
from bot.evaluation.book import prizes, workbook
from bot.evaluation.report import year_pdf
from nhi_core.domain.errors import Invalid
from nhi_core.domain.evaluation import raises
from nhi_core.domain.evaluation_model import Scheme
from nhi_core.domain.slices import Ask, Slice, cut
from nhi_core.domain.staff import StaffRole
from nhi_core.ports_evaluation import Figure
from nhi_core.services.evaluation_views import (
    YearView,
    gain_line,
    plain,
    shown,
    shown_total,
    value_shown,
)

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from bot.console.blueprint import Console

WORDS = "console_evaluation"
LOOK = (StaffRole.EDITOR, StaffRole.SUPERVISOR, StaffRole.AUDITOR)
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
    console.add("evaluation_office", "/evaluation/<int(max=2199):year>/<office>", pages.office)
    console.add(
        "evaluation_correct", "/evaluation/<int(max=2199):year>/<office>", pages.correct, methods=("POST",)
    )
    console.add("evaluation_take", "/evaluation/figures", pages.take, methods=("POST",), most_bytes=FORM)
    console.add("evaluation_compute", "/evaluation/compute", pages.compute, methods=("POST",))
    console.add("evaluation_file", "/evaluation/<int(max=2199):year>.<kind>", pages.file)
    console.entry(Entry("evaluation", "evaluation", Part.FIGURES, domain=WORDS, order=10))


class _Pages:
    def __init__(self, console: Console) -> None:
        self._evaluations = console.core.evaluations
        self._staff = console.core.staff

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
        listing: Listing[Ranked] = Listing("evaluation", columns, self._filters(), per_page=100)

        def source(ask: Ask) -> Slice[Ranked]:
            group = ask.get("group")
            rows = [
                Ranked(
                    one.office,
                    view.offices[one.office].name,
                    one.size_group,
                    one.rank,
                    shown_total(one.total),
                )
                for one in view.result.scores
                if group in (None, str(one.size_group))
            ]
            return cut(rows, ask)

        names = self._staff.names()
        return listing.answer(
            source,
            template="evaluation.html",
            words=WORDS,
            year=year,
            years=self._evaluations.years,
            prizes=[(name, view.offices[one.office].name, one.size_group) for name, one in prizes(view)],
            runs=[(run, names.get(run.staff, run.staff)) for run in self._evaluations.runs(year)[:5]],
            source_note=view.scheme.source,
            sample=any(item.sample for item in view.scheme.items),
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
        view = self._evaluations.view(year)
        compared = self._evaluations.compared(view)
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
        score, figures = view.result.of(office), view.entrants[office].figures
        rows: list[dict[str, Any]] = [
            {
                "key": one.item,
                "name": view.scheme.item(one.item).name,
                "value": value_shown(view.scheme, one),
                "reference": "" if one.reference is None else plain(one.reference),
                "points": shown(one.points),
                "weight": plain(one.weight),
                "rule": one.rule,
                "parts": [(part.name, figures.get(part.key, 0)) for part in view.scheme.item(one.item).parts],
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
            total=shown_total(score.total),
            rows=rows,
            months=view.scheme.months,
            counted=_counted(view.scheme),
            raises=[gain_line(view.scheme, one) for one in raises(view.scheme, score)],
        )

    def _view(self) -> YearView:
        return self._evaluations.view(asked_year(self._evaluations.years))

    def _filters(self) -> tuple[Filter, ...]:
        groups = ("1", "2", "3", "4")
        return (
            year_filter(self._evaluations.years),
            Filter("group", groups, labels={one: one for one in groups}),
        )


def asked_year(years: Sequence[int]) -> int:
    """Return the year of the address, the latest one when it names none that has a scheme."""
    asked = request.args.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() else years[0]
    return year if year in years else years[0]


def year_filter(years: Sequence[int]) -> Filter:
    """Return the choice of a year."""
    known = tuple(str(year) for year in years)
    return Filter("year", known, labels={one: one for one in known})


def _counted(scheme: Scheme) -> list[tuple[str, str]]:
    """Return (key, name) of every figure that can be corrected; a part is named with its item."""
    found = []
    for item in scheme.items:
        names = {item.key: item.name} | {part.key: f"{item.name}：{part.name}" for part in item.parts}
        found += [(key, names[key]) for key in item.counted]
    return found
