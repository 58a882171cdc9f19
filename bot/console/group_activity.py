"""How lively the offices' group is: month by month and office by office, counts alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, request, url_for

from bot.console.gate import needs
from bot.console.listing import Column, Kind, Listing
from bot.console.menu import Entry, Part
from bot.console.periods import period, period_filters
from bot.console.promotion import LOOK, WORDS
from nhi_core.domain.group_activity import MonthActivity
from nhi_core.domain.roc import PremiumMonth
from nhi_core.domain.slices import Ask, Slice, cut

if TYPE_CHECKING:
    from bot.console.blueprint import Console

_TABS = ("group_activity", "group_activity_offices")


@dataclass(frozen=True, slots=True)
class OfficeActivity:
    """What one office said in a period."""

    name: str
    read_replies: int
    discussion: int


def register(console: Console) -> None:
    """Add the pages."""
    pages = _Pages(console)
    console.add("group_activity", "/group-activity", pages.months)
    console.add("group_activity_offices", "/group-activity/offices", pages.by_office)
    console.entry(Entry("group_activity", "group_activity", Part.FIGURES, domain=WORDS, order=40))


class _Pages:
    def __init__(self, console: Console) -> None:
        self._clock = console.core.clock
        self._activity = console.core.group_activity
        self._offices = console.core.offices

    @needs(*LOOK)
    def months(self) -> Response:
        """Month by month, with a chart."""
        rows = self._activity.months(*self._period())
        columns: tuple[Column[MonthActivity], ...] = (
            Column("month", lambda one: one.month.roc),
            Column("editor", lambda one: one.editor, Kind.NUMBER),
            Column("read_replies", lambda one: one.read_replies, Kind.NUMBER),
            Column("discussion", lambda one: one.discussion, Kind.NUMBER),
            Column("replies", lambda one: one.replies, Kind.NUMBER),
            Column("total", lambda one: one.total, Kind.NUMBER),
        )
        bars = [(one.month.roc, one.editor, one.replies) for one in rows]
        return self._answer("group-activity", columns, rows, bars)

    @needs(*LOOK)
    def by_office(self) -> Response:
        """Office by office, all of them."""
        found = self._activity.by_office(*self._period())
        rows = tuple(
            OfficeActivity(one.office.name, *found.get(one.office.code, (0, 0)))
            for one in self._offices.all()
            if one.office.active or one.office.code in found
        )
        columns: tuple[Column[OfficeActivity], ...] = (
            Column("office", lambda one: one.name),
            Column("read_replies", lambda one: one.read_replies, Kind.NUMBER),
            Column("discussion", lambda one: one.discussion, Kind.NUMBER),
            Column("replies", lambda one: one.read_replies + one.discussion, Kind.NUMBER),
        )
        return self._answer("group-activity-offices", columns, rows, [])

    def _answer(
        self, name: str, columns: tuple[Column[Any], ...], rows: tuple[Any, ...], bars: list[Any]
    ) -> Response:
        listing: Listing[Any] = Listing(name, columns, period_filters(self._clock.today()), per_page=100)

        def source(ask: Ask) -> Slice[Any]:
            return cut(rows, ask)

        kept: dict[str, Any] = {key: request.args[key] for key in ("since", "until") if request.args.get(key)}
        tabs = [(tab, url_for(f"console.{tab}", **kept)) for tab in _TABS]
        return listing.answer(source, template="group_activity.html", words=WORDS, tabs=tabs, bars=bars)

    def _period(self) -> tuple[PremiumMonth, PremiumMonth]:
        today = self._clock.today()
        return period(Ask(Listing("", (), period_filters(today)).asked()), today)
