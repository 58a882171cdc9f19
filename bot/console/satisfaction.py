"""How finished matters went: rates by month, matter and language; and the words, scrubbed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, url_for

from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing
from bot.console.menu import Entry, Part
from bot.console.pages import me
from bot.console.periods import period, period_filters
from bot.pay.writing import NAMES
from nhi_core.domain.satisfaction import Finished, Survey
from nhi_core.domain.slices import Ask, Slice, cut
from nhi_core.domain.staff import StaffRole
from nhi_core.services.satisfaction_figures import Rate, rates
from nhi_core.wire import LANGUAGES

if TYPE_CHECKING:
    from bot.console.blueprint import Console

WORDS = "console_satisfaction"
_LOOK = (StaffRole.EDITOR, StaffRole.REVIEWER, StaffRole.SUPERVISOR, StaffRole.AUDITOR)
_READ = (StaffRole.SUPERVISOR, StaffRole.AUDITOR)
_MATTERS = tuple(matter.value for matter in Finished)


def register(console: Console) -> None:
    """Add the pages."""
    pages = _Pages(console)
    console.add("satisfaction", "/satisfaction", pages.figures)
    console.add("satisfaction_words", "/satisfaction/words", pages.words)
    console.entry(Entry("satisfaction", "satisfaction", Part.FIGURES, WORDS, order=50))


class _Pages:
    def __init__(self, console: Console) -> None:
        self._clock = console.core.clock
        self._satisfaction = console.core.satisfaction

    @needs(*_LOOK)
    def figures(self) -> Response:
        """Rates with the number behind each."""
        today = self._clock.today()
        listing: Listing[Rate] = Listing(
            "satisfaction",
            columns=(
                Column("month", lambda one: one.month.roc),
                Column("matter", lambda one: one.matter.value, Kind.WORD, "matter"),
                Column("language", lambda one: NAMES[one.language]),
                Column("asked", lambda one: one.asked, Kind.NUMBER),
                Column("answered", lambda one: one.answered, Kind.NUMBER),
                Column("easy", lambda one: one.easy, Kind.NUMBER),
                Column("fast", lambda one: one.fast, Kind.NUMBER),
            ),
            filters=(
                *period_filters(today),
                Filter("matter", _MATTERS, "matter"),
                Filter("language", LANGUAGES, "language"),
            ),
        )

        def source(ask: Ask) -> Slice[Rate]:
            matter, language = ask.get("matter"), ask.get("language")
            found = rates(self._satisfaction.grades(*period(ask, today)))
            rows = [one for one in found if matter in (None, one.matter) and language in (None, one.language)]
            return cut(rows, ask)

        words = url_for("console.satisfaction_words") if me().may(*_READ) else None
        return listing.answer(source, template="satisfaction.html", words=WORDS, readable=words)

    @needs(*_READ)
    def words(self) -> Response:
        """What people wrote. Each look is recorded."""
        listing: Listing[Survey] = Listing(
            "satisfaction-words",
            columns=(
                Column("month", lambda one: one.month.roc),
                Column("matter", lambda one: one.matter.value, Kind.WORD, "matter"),
                Column("language", lambda one: NAMES[one.language]),
                Column("word", lambda one: one.word),
            ),
        )

        def source(ask: Ask) -> Slice[Survey]:
            return self._satisfaction.words(ask, by=me().id)

        return listing.answer(source, template="satisfaction_words.html", words=WORDS)
