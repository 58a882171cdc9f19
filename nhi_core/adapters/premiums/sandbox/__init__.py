"""The sandbox's premium source: made-up households with documented stories, relative to a settable today."""

from __future__ import annotations

from datetime import date

from nhi_core.adapters.premiums.sandbox import everyday, people, relief, serious
from nhi_core.adapters.premiums.sandbox.registry import Story
from nhi_core.adapters.premiums.sandbox.scene import Household
from nhi_core.adapters.premiums.sandbox.seed import SeedReport, seed_households
from nhi_core.domain.calendar import WorkingDays
from nhi_core.ports import UnitOfWorkFactory

__all__ = ["STORIES", "Household", "SeedReport", "Story", "households", "seed"]

# Places number the people's identifiers: a new story goes to the end of its chapter, 25 to a chapter.
_CHAPTERS = (everyday.book, serious.book, relief.book, people.book)
STORIES: tuple[Story, ...] = tuple(story for book in _CHAPTERS for story in book.stories)


def households(today: date, calendar: WorkingDays) -> tuple[Household, ...]:
    """Return every household as of `today`. Pure: the same day gives the same ids, numbers and amounts."""
    return tuple(
        story.household(chapter * 25 + place, today, calendar)
        for chapter, book in enumerate(_CHAPTERS)
        for place, story in enumerate(book.stories)
    )


def seed(uow: UnitOfWorkFactory, today: date, calendar: WorkingDays) -> SeedReport:
    """Bring all households of `today` into the store; run again, it changes nothing. Sandbox only.

    Another today replaces their bills, payments and plans; persons, and so the accounts bound to them, stay.
    """
    return seed_households(uow, households(today, calendar))
