"""Figures of promotion reports: by month, theme, channel and office, each as a list with its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, request, url_for

from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing
from bot.console.menu import Entry, Part
from bot.console.periods import office_code, period, period_filters
from nhi_core.domain.promotion_figures import Figures, MonthCounts, Share
from nhi_core.domain.promotion_lists import KIND_OF_CHANNEL, ChannelKind
from nhi_core.domain.slices import Ask, Slice, cut
from nhi_core.domain.staff import StaffRole

if TYPE_CHECKING:
    from bot.console.blueprint import Console

WORDS = "console_promotion"
LOOK = (StaffRole.EDITOR, StaffRole.SUPERVISOR, StaffRole.AUDITOR)
_TABS = ("promotion", "promotion_themes", "promotion_channels", "promotion_offices")


@dataclass(frozen=True, slots=True)
class OfficeCounts:
    """One office in a period; offices without a report stand in the list as well."""

    name: str
    static: int
    activity: int


def register(console: Console) -> None:
    """Add the pages."""
    pages = _Pages(console)
    console.add("promotion", "/promotion", pages.months)
    console.add("promotion_themes", "/promotion/themes", pages.themes)
    console.add("promotion_channels", "/promotion/channels", pages.channels)
    console.add("promotion_offices", "/promotion/offices", pages.by_office)
    console.entry(Entry("promotion", "promotion", Part.FIGURES, domain=WORDS, order=30))


def percent(share: Share) -> str:
    """Return tenths of a percent as people read them."""
    return f"{share.per_mille / 10:.1f} %"


class _Pages:
    def __init__(self, console: Console) -> None:
        self._clock = console.core.clock
        self._figures = console.core.promotion_figures
        self._offices = console.core.offices

    @needs(*LOOK)
    def months(self) -> Response:
        """Month by month: static and activity, with a chart."""
        columns: tuple[Column[MonthCounts], ...] = (
            Column("month", lambda one: one.month.roc),
            Column("static", lambda one: one.static, Kind.NUMBER),
            Column("activity", lambda one: one.activity, Kind.NUMBER),
            Column("total", lambda one: one.total, Kind.NUMBER),
        )
        bars = [(one.month.roc, one.static, one.activity) for one in self._asked().by_month()]
        return self._answer("promotion-months", columns, lambda figures: figures.by_month(), {"bars": bars})

    @needs(*LOOK)
    def themes(self) -> Response:
        """By theme."""
        columns: tuple[Column[Share], ...] = (
            Column("theme", lambda one: one.code, Kind.WORD, "theme"),
            Column("reports", lambda one: one.count, Kind.NUMBER),
            Column("share", percent),
        )
        return self._answer("promotion-themes", columns, lambda figures: figures.by_theme())

    @needs(*LOOK)
    def channels(self) -> Response:
        """By channel."""
        columns: tuple[Column[Share], ...] = (
            Column("channel", lambda one: one.code, Kind.WORD, "channel"),
            Column("kind", lambda one: KIND_OF_CHANNEL[one.code].value, Kind.WORD, "kind"),
            Column("reports", lambda one: one.count, Kind.NUMBER),
            Column("share", percent),
        )
        return self._answer("promotion-channels", columns, lambda figures: figures.by_channel())

    @needs(*LOOK)
    def by_office(self) -> Response:
        """By office, all of them."""
        columns: tuple[Column[OfficeCounts], ...] = (
            Column("office", lambda one: one.name),
            Column("static", lambda one: one.static, Kind.NUMBER),
            Column("activity", lambda one: one.activity, Kind.NUMBER),
            Column("total", lambda one: one.static + one.activity, Kind.NUMBER),
        )

        def rows(figures: Figures) -> tuple[OfficeCounts, ...]:
            found = figures.by_office()
            return tuple(
                OfficeCounts(one.office.name, *found.get(one.office.code, (0, 0)))
                for one in self._offices.all()
                if one.office.active or one.office.code in found
            )

        return self._answer("promotion-offices", columns, rows)

    def _answer(
        self,
        name: str,
        columns: tuple[Column[Any], ...],
        rows: Callable[[Figures], tuple[Any, ...]],
        more: Mapping[str, object] | None = None,
    ) -> Response:
        figures = self._asked()
        listing: Listing[Any] = Listing(name, columns, self._filters(), per_page=100)

        def source(ask: Ask) -> Slice[Any]:
            return cut(rows(figures), ask)

        kept: dict[str, Any] = {
            key: request.args[key] for key in ("since", "until", "office") if request.args.get(key)
        }
        return listing.answer(
            source,
            template="promotion_figures.html",
            words=WORDS,
            tabs=[(tab, url_for(f"console.{tab}", **kept)) for tab in _TABS],
            total=figures.total,
            static=figures.of_kind(ChannelKind.STATIC),
            activity=figures.of_kind(ChannelKind.ACTIVITY),
            **{"bars": [], **(more or {})},
        )

    def _asked(self) -> Figures:
        """Return the figures of the address's period and office."""
        today = self._clock.today()
        ask = Ask(Listing("", (), self._filters()).asked())
        first, last = period(ask, today)
        return self._figures.figures(first, last, office_code=office_code(ask, self._offices.all()))

    def _filters(self) -> tuple[Filter, ...]:
        return (*period_filters(self._clock.today()), Filter("office"))
