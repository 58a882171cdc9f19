"""The book of stories: each is a function that tells one household into a Scene."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from nhi_core.adapters.premiums.sandbox.scene import Household, Scene
from nhi_core.domain.arrears import PersonStatus
from nhi_core.domain.calendar import WorkingDays

Teller = Callable[[Scene], None]


@dataclass(frozen=True, slots=True)
class Story:
    """A documented household. `status` holds whatever day it is told for."""

    key: str
    zh: str
    en: str
    status: PersonStatus
    tell: Teller

    def household(self, number: int, today: date, calendar: WorkingDays) -> Household:
        """Tell the story for `today`; `number` tells its people's identifiers apart."""
        scene = Scene(self.key, number, today, calendar)
        self.tell(scene)
        return Household(
            key=self.key,
            zh=self.zh,
            en=self.en,
            status=self.status,
            persons=tuple(scene.persons),
            bills=tuple(scene.bills),
            payments=tuple(scene.payments),
            plans=tuple(scene.plans),
            items=scene.items(),
            subsidies=tuple(scene.subsidies),
            refunds=tuple(scene.refunds),
            areas=tuple(scene.areas),
        )


class Book:
    """Stories of one chapter, in the order written; their places number the identifiers: append only."""

    def __init__(self) -> None:
        self.stories: list[Story] = []

    def story(self, key: str, status: PersonStatus, zh: str, en: str) -> Callable[[Teller], Teller]:
        """Enter the decorated teller."""

        def enter(tell: Teller) -> Teller:
            self.stories.append(Story(key, zh, en, status, tell))
            return tell

        return enter
