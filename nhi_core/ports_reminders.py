"""What the reminder services need from the world: preferences, reminders, the walk, a page of books."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from nhi_core.domain.reminder_days import Books
from nhi_core.domain.reminders import Preferences, Reason, Reminder, ReminderKind, ReminderState


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A binding in force that asked for reminders."""

    account_id: str
    person_id: str
    wanted: Preferences


@dataclass(frozen=True, slots=True)
class Walk:
    """How far the planning of a day has come: `after` is the last binding seen, "" at the start."""

    day: date
    after: str = ""
    done: bool = False


class Reminders(Protocol):
    """Preferences hang on a binding; reminders are unique by person, kind and subject."""

    def preferences(self, binding_id: str) -> Preferences | None: ...
    def prefer(self, wanted: Preferences) -> None:
        """Write the binding's preferences."""

    def subscribers(self, after: str, limit: int) -> tuple[Subscriber, ...]:
        """Return the next bound subscribers in the order of binding ids, those past `after`."""

    def forget(self, binding_id: str, at: datetime) -> None:
        """Remove the preferences of a binding that ended; skip what was planned for it."""

    def plan(self, new: Iterable[Reminder]) -> int:
        """Insert planned reminders; return how many are planned by this.

        One that stands already stays as it is, unless it was skipped without ever having left.
        """

    def skip_planned(self, binding_id: str, reason: Reason, at: datetime) -> int:
        """Skip everything planned for a binding; return how many."""

    def due(self, now: datetime, limit: int) -> tuple[Reminder, ...]:
        """Return planned reminders whose moment has come: the longest waiting first, then by binding."""

    def stuck(self, tried_before: datetime, limit: int) -> tuple[Reminder, ...]:
        """Return claimed reminders that were last tried before then: a crash, or LINE was away."""

    def claim(self, head: Reminder, others: Iterable[Reminder], push_id: str, at: datetime) -> bool:
        """Compare-and-set planned → claimed, for one push. False: somebody else claimed `head`."""

    def try_again(self, head: Reminder, at: datetime) -> bool:
        """Compare-and-set on `tried_at` of all reminders of the push. False: somebody else is at it."""

    def settle(self, push_id: str, state: ReminderState, reason: Reason | None, at: datetime) -> int:
        """Move everything claimed under a push to its end; return how many."""

    def skip(self, reminder_ids: Iterable[str], reason: Reason, at: datetime) -> int:
        """Compare-and-set planned → skipped; return how many."""

    def skip_due(self, reason: Reason, now: datetime, limit: int) -> Mapping[ReminderKind, int]:
        """Skip planned reminders whose moment has come, at most `limit`; return how many of each kind."""

    def hurry(self, now: datetime) -> int:
        """Bring everything planned forward to now; return how many."""

    def walk(self, day: date) -> Walk:
        """Return how far the planning of this day has come."""

    def move_on(self, was: Walk, now: Walk) -> bool:
        """Compare-and-set on the walk. False: somebody else walks."""

    def counts(self) -> Mapping[tuple[ReminderKind, ReminderState, Reason | None], int]:
        """Return how many reminders stand where."""

    def subscribed(self) -> Mapping[ReminderKind, int]:
        """Return how many bindings in force asked for each kind."""

    def waiting(self, now: datetime) -> int:
        """Return how many planned reminders are past their moment."""


class ReminderBooks(Protocol):
    """Reads the records of many payers at once."""

    def of(self, person_ids: Iterable[str], today: date) -> Mapping[str, Books]:
        """Return for each payer what lies within `LOOK_BACK` and `LOOK_AHEAD` of today."""

    def whole(self, person_ids: Iterable[str], today: date) -> Mapping[str, Books]:
        """Return for each payer everything, plans that are over too."""
