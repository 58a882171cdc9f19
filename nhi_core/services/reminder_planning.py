"""From what a person asked for and what stands in the books to planned reminders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.reminder_days import Occasion, ReminderRules
from nhi_core.domain.reminders import QuietHours, Reminder, ReminderState, send_at
from nhi_core.ports import Clock, Ids, UnitOfWork
from nhi_core.ports_reminders import Subscriber


@dataclass(frozen=True, slots=True)
class ReminderPlanner:
    """Plans inside a transaction of its caller."""

    rules: ReminderRules
    quiet: QuietHours
    clock: Clock
    ids: Ids

    def occasions(
        self, uow: UnitOfWork, subscribers: Sequence[Subscriber]
    ) -> Iterator[tuple[Subscriber, tuple[Occasion, ...]]]:
        """Give each subscriber with what the books hold for him or her today."""
        today = self.clock.today()
        books = uow.reminder_books.of([one.person_id for one in subscribers], today)
        for one in subscribers:
            yield one, self.rules.occasions(books[one.person_id], one.wanted, today)

    def plan(self, uow: UnitOfWork, subscribers: Sequence[Subscriber]) -> int:
        """Plan what calls for a reminder today and is not planned yet; return how many."""
        if not subscribers:
            return 0
        found = self.occasions(uow, subscribers)
        return uow.reminders.plan([row for one, mine in found for row in self._planned(one, mine)])

    def _planned(self, one: Subscriber, occasions: Iterable[Occasion]) -> Iterator[Reminder]:
        now = self.clock.now()
        today = now.astimezone(TAIPEI).date()
        for occasion in occasions:
            if not occasion.calls_on(today):
                continue
            at = send_at(occasion.day, occasion.last_day, one.wanted.time_of_day, self.quiet, now)
            if at is not None:
                yield Reminder(
                    id=self.ids.uuid(),
                    binding_id=one.wanted.binding_id,
                    person_id=one.person_id,
                    kind=occasion.kind,
                    subject=occasion.subject,
                    last_day=occasion.last_day,
                    due_at=at,
                    state=ReminderState.PLANNED,
                )
