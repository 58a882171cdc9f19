"""What stands in the menu: each feature adds its entries, and everybody sees what he or she may open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from bot.console.gate import Access
from bot.console.words import DOMAIN
from nhi_core.domain.staff import StaffMember


class Part(IntEnum):
    """The menu's parts, in order; their headings are `menu.<part>` of the shared words."""

    DESK = 1  # what waits for a decision
    NOTICES = 2  # notices, reports, evaluation
    FIGURES = 3  # statistics
    HOUSE = 4  # offices, staff, machines, trail


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: `menu.<key>` of the words of `domain`. `waiting` counts what waits there, for the start page.

    It is open to whoever may open `endpoint` (without the blueprint's name).
    """

    key: str
    endpoint: str
    part: Part
    domain: str = DOMAIN
    order: int = 50
    waiting: Callable[[StaffMember], int] | None = None


@dataclass
class Menu:
    """All entries, in order."""

    access: dict[str, Access]
    _entries: list[Entry] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """Add a line. Raises KeyError when its endpoint is not registered."""
        if entry.endpoint not in self.access:
            raise KeyError(entry.endpoint)
        self._entries.append(entry)
        self._entries.sort(key=lambda one: (one.part, one.order, one.key))

    def of(self, member: StaffMember) -> list[Entry]:
        """Return what this person may open."""
        return [one for one in self._entries if member.may(*self.access[one.endpoint].roles)]

    def parts(self, member: StaffMember) -> list[tuple[Part, list[Entry]]]:
        """Return the same, part by part."""
        mine = self.of(member)
        return [(part, lines) for part in Part if (lines := [one for one in mine if one.part is part])]
