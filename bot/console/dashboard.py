"""The start page: what waits for whoever has signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from bot.console.gate import everybody
from bot.console.menu import Entry, Part
from bot.console.pages import me, page

if TYPE_CHECKING:
    from bot.console.blueprint import Console


def register(console: Console) -> None:
    """Add the page."""
    pages = _Pages(console)
    console.add("dashboard", "/", pages.show)
    console.entry(Entry("dashboard", "dashboard", Part.DESK, order=0))


class _Pages:
    def __init__(self, console: Console) -> None:
        self._menu = console.menu

    @everybody
    def show(self) -> Response:
        """What waits, each with the page where it is decided."""
        member = me()
        waiting = [
            (entry, entry.waiting(member)) for entry in self._menu.of(member) if entry.waiting is not None
        ]
        return page("dashboard.html", waiting=waiting)
