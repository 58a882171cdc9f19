"""Tables of the yearly evaluation: beside the year before, month by month, and a result as it was kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask import Response

from bot.console.evaluation import LOOK, WORDS, asked_year, year_filter
from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing
from bot.console.pages import page
from bot.evaluation.book import indented, whole
from nhi_core.domain.evaluation_model import Item
from nhi_core.domain.slices import cut
from nhi_core.services.evaluation_views import Compared, RowKind

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from bot.console.blueprint import Console


def register(console: Console) -> None:
    """Add the pages; their menu entry is the ranking's."""
    pages = _Pages(console)
    console.add("evaluation_years", "/evaluation/years", pages.years)
    console.add("evaluation_months", "/evaluation/months", pages.months)
    console.add("evaluation_run", "/evaluation/runs/<run_id>", pages.run)


class _Pages:
    def __init__(self, console: Console) -> None:
        self._core = console.core
        self._evaluations = console.core.evaluations

    @needs(*LOOK)
    def years(self) -> Response:
        """Every item with its parts beside the year before, the sums, and participation."""
        view = self._evaluations.view(asked_year(self._evaluations.years))
        shares = view.result.participation
        columns: tuple[Column[Compared], ...] = (
            Column("item", indented),
            Column("before", lambda one: one.before, Kind.NUMBER),
            Column("after", lambda one: one.after, Kind.NUMBER),
            Column("growth", lambda one: whole(one.growth)),
            Column("participation", lambda one: whole(shares.get(one.item))),
        )
        listing: Listing[Compared] = Listing("evaluation-years", columns, self._filters(), per_page=100)
        rows = self._evaluations.compared(view)
        return listing.answer(
            lambda ask: cut(rows, ask),
            template="evaluation_years.html",
            words=WORDS,
            year=view.scheme.year,
            bars=[(one.name, one.before or 0, one.after) for one in rows if one.kind is RowKind.ITEM],
        )

    @needs(*LOOK)
    def months(self) -> Response:
        """Cases of all offices month by month, an item a line."""
        view = self._evaluations.view(asked_year(self._evaluations.years))
        monthly, months = view.monthly, view.scheme.months

        def column(key: str, of: Sequence[int]) -> Column[Item]:
            def cases(item: Item) -> int:
                return sum(monthly.get((month, one), 0) for month in of for one in item.counted)

            return Column(key, cases, Kind.NUMBER)

        items = [item for item in view.scheme.items if item.counted]
        columns: list[Column[Item]] = [Column("item", lambda item: item.name)]
        columns += [column(f"month_{month}", (month,)) for month in months]
        columns.append(column("sum", months))
        listing: Listing[Item] = Listing("evaluation-months", columns, self._filters(), per_page=100)
        return listing.answer(
            lambda ask: cut(items, ask), template="evaluation_months.html", words=WORDS, year=view.scheme.year
        )

    @needs(*LOOK)
    def run(self, run_id: str) -> AnyResponse:
        """A kept result as it was: nothing is computed anew."""
        run = self._evaluations.run(run_id)
        if run is None:
            return page("problem.html", status=404, problem="unknown")
        with self._core.uow() as uow:
            names = {one.code: one.name for one in uow.offices.all()}
        columns: tuple[Column[Mapping[str, Any]], ...] = (
            Column("group", lambda one: one["size_group"], Kind.NUMBER),
            Column("rank", lambda one: one["rank"], Kind.NUMBER),
            Column("office", lambda one: names.get(one["office"], one["office"])),
            Column("points", lambda one: one["total"]),
        )
        listing: Listing[Mapping[str, Any]] = Listing("evaluation-run", columns, per_page=100)
        scores: list[Mapping[str, Any]] = run.result["scores"]
        return listing.answer(
            lambda ask: cut(scores, ask),
            template="evaluation_run.html",
            words=WORDS,
            run=run,
            by=self._core.staff.names().get(run.staff, run.staff),
        )

    def _filters(self) -> tuple[Filter, ...]:
        return (year_filter(self._evaluations.years),)
