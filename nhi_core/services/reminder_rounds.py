"""The walk over everybody who wants to be reminded, a day at a time; and where everything stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nhi_core.domain.reminders import Reason, ReminderKind, ReminderState
from nhi_core.ports import Clock, UnitOfWorkFactory
from nhi_core.ports_reminders import Walk
from nhi_core.services.reminder_planning import ReminderPlanner

PAGE = 200  # subscribers of one transaction
PAGES = 25  # … of one round: a round stays well under the worker's time limit


@dataclass(frozen=True, slots=True)
class ReminderStatus:
    """Counts for staff; nothing about anybody."""

    subscribed: Mapping[ReminderKind, int]
    counts: Mapping[tuple[ReminderKind, ReminderState, Reason | None], int]
    waiting: int
    walk: Walk


class ReminderRounds:
    """Plans each day once, in pages; several workers may walk at the same time."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, planner: ReminderPlanner) -> None:
        self._uow = uow
        self._clock = clock
        self._planner = planner

    def plan(self, pages: int = PAGES) -> int:
        """Go on with today's walk over the subscribers, a page a transaction; return how many were planned.

        The walk's place is written with its page: after a crash it goes on there. Done for today: nothing.
        """
        planned = 0
        for _ in range(pages):
            page = self._plan_page()
            if page is None:
                break
            planned += page
        return planned

    def hurry(self) -> int:
        """Bring what is planned forward to now (for trying out, with made-up people); return how many."""
        with self._uow() as uow:
            count = uow.reminders.hurry(self._clock.now())
            uow.commit()
        return count

    def waiting(self) -> int:
        """Return how many reminders are past their moment."""
        with self._uow() as uow:
            return uow.reminders.waiting(self._clock.now())

    def status(self) -> ReminderStatus:
        """Return where everything stands, in numbers."""
        with self._uow() as uow:
            return ReminderStatus(
                subscribed=uow.reminders.subscribed(),
                counts=uow.reminders.counts(),
                waiting=uow.reminders.waiting(self._clock.now()),
                walk=uow.reminders.walk(self._clock.today()),
            )

    def _plan_page(self) -> int | None:
        today = self._clock.today()
        with self._uow() as uow:
            walk = uow.reminders.walk(today)
            if walk.done:
                return None
            page = uow.reminders.subscribers(walk.after, PAGE)
            planned = self._planner.plan(uow, page)
            after = page[-1].wanted.binding_id if page else walk.after
            moved = Walk(today, after, done=len(page) < PAGE)
            if not uow.reminders.move_on(walk, moved):
                return None  # somebody else walks: nothing of this page stands
            uow.commit()
        return planned
