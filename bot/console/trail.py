"""The audit trail: searched by event, by who did it, by whom it is about, by day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import Response, g, url_for

from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing
from bot.console.menu import Entry, Part
from bot.console.words import text
from bot.rendering.catalogue import UnknownText
from nhi_core.domain.slices import Ask, Slice
from nhi_core.domain.staff import StaffRole
from nhi_core.ports_console import TrailLine

if TYPE_CHECKING:
    from bot.console.blueprint import Console

WORDS = "console_house"


def register(console: Console) -> None:
    """Add the page."""
    pages = _Pages(console)
    console.add("trail", "/trail", pages.listing)
    console.entry(Entry("trail", "trail", Part.HOUSE, WORDS, order=90))


class _Pages:
    def __init__(self, console: Console) -> None:
        self._core = console.core

    @needs(StaffRole.AUDITOR, StaffRole.ADMIN)
    def listing(self) -> Response:
        """The trail, the newest first. It holds ids and stable words; nothing in it needs a mask."""
        names = self._core.staff.names()
        with self._core.uow() as uow:
            events = uow.lists.trail_events()
        listing: Listing[TrailLine] = Listing(
            "trail",
            columns=(
                Column("at", lambda line: line.at, Kind.MOMENT),
                Column("event", lambda line: event_word(line.event)),
                Column("by", lambda line: names.get(line.staff or "", line.staff)),
                Column("subject", lambda line: line.subject, link=_same_subject),
                Column("detail", _detail),
            ),
            filters=(
                Filter("event", events, labels={event: event_word(event) for event in events}),
                Filter("staff", tuple(names), labels=names),
                Filter("subject"),
                Filter("since", kind=Kind.DAY),
                Filter("until", kind=Kind.DAY),
            ),
            per_page=50,
        )
        return listing.answer(self._part, template="trail.html", words=WORDS)

    def _part(self, ask: Ask) -> Slice[TrailLine]:
        with self._core.uow() as uow:
            return uow.lists.trail(ask)


def event_word(event: str) -> str:
    """Return an event in plain words, with its code; a new one that has no words yet shows its code."""
    try:
        return f"{text(g.language, WORDS)(f'event.{event}')}（{event}）"
    except UnknownText:
        return event


def _same_subject(line: TrailLine) -> str:
    return url_for("console.trail", subject=line.subject)


def _detail(line: TrailLine) -> str:
    return _flat({key: value for key, value in line.detail.items() if key != "staff"})


def _flat(detail: Mapping[str, object]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in detail.items())
