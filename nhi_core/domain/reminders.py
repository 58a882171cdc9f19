"""Reminders: what a person may ask to be reminded of, when a push may go out, and the life of one reminder.

Nobody is reminded unasked: the agency says that it does not dun by LINE, and so do we not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.errors import Invalid


class ReminderKind(StrEnum):
    """What one may be reminded of; each is switched on by itself."""

    DEADLINE = "deadline"  # a premium's payment deadline, and the last day without a late fee
    INSTALMENT = "instalment"  # the next instalment of a running plan
    POSTING = "posting"  # a payment is in the agency's books, or still not after three working days


class TimeOfDay(StrEnum):
    """When in the day a person wants to hear from us."""

    MORNING = "morning"
    NOON = "noon"
    EVENING = "evening"


# The choices, as data: a further one is a row here and a label in the five PO files.
HOURS: Mapping[TimeOfDay, time] = {
    TimeOfDay.MORNING: time(9),
    TimeOfDay.NOON: time(12, 30),
    TimeOfDay.EVENING: time(18, 30),
}
LEAD_DAYS = (3, 7)
DEFAULT_LEAD_DAYS = 3
DEFAULT_TIME = TimeOfDay.MORNING

_CLOCK_TIMES = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` until before `end`, Taipei time, nothing is pushed. Both the same: never quiet."""

    start: time = time(21)
    end: time = time(8)

    @classmethod
    def parse(cls, text: str) -> QuietHours:
        """Read `21:00-08:00`, or `none`. Raises Invalid."""
        if text == "none":
            return cls(time(0), time(0))
        match = _CLOCK_TIMES.fullmatch(text)
        try:
            hours = [int(part) for part in match.groups()] if match else []
            return cls(time(hours[0], hours[1]), time(hours[2], hours[3]))
        except (IndexError, ValueError):
            raise Invalid("quiet hours are written like 21:00-08:00") from None

    def holds(self, moment: datetime) -> bool:
        """Whether nothing may be pushed at this moment."""
        now = moment.astimezone(TAIPEI).time()
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end

    def after(self, moment: datetime) -> datetime:
        """Return the moment itself, or the end of the quiet hours it lies in."""
        if not self.holds(moment):
            return moment
        local = moment.astimezone(TAIPEI)
        ends = datetime.combine(local.date(), self.end, tzinfo=TAIPEI)
        return ends if ends > local else ends + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What one binding asked for. It ends with the binding: who binds anew is asked anew.

    `since` is the day on which POSTING was last switched on: payments posted before it are no news.
    """

    binding_id: str
    since: date
    kinds: frozenset[ReminderKind] = field(default_factory=frozenset)
    lead_days: int = DEFAULT_LEAD_DAYS
    time_of_day: TimeOfDay = DEFAULT_TIME

    def with_kind(self, kind: ReminderKind, *, on: bool, today: date) -> Preferences:
        """Return these preferences with one kind switched on or off."""
        if not on:
            return replace(self, kinds=self.kinds - {kind})
        begins = kind is ReminderKind.POSTING and kind not in self.kinds
        return replace(self, kinds=self.kinds | {kind}, since=today if begins else self.since)


def send_at(
    day: date, last_day: date, wanted: TimeOfDay, quiet: QuietHours, now: datetime
) -> datetime | None:
    """Return when a reminder of `day` goes out: at the wanted hour, which comes again each day to `last_day`.

    When that hour has passed on the last day it goes out as soon as it may. None: too late.
    """
    today = now.astimezone(TAIPEI).date()
    at = datetime.combine(max(day, today), HOURS[wanted], tzinfo=TAIPEI)
    if at < now:
        at += timedelta(days=1)
    earliest = max(now, datetime.combine(day, time(0), tzinfo=TAIPEI))
    for moment in (quiet.after(at), quiet.after(earliest)):
        if moment.astimezone(TAIPEI).date() <= last_day:
            return moment
    return None


class ReminderState(StrEnum):
    """Where a reminder stands."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"


# The only edges; the repository's compare-and-set knows no other. A skipped reminder that surely never left
# may be planned again: the quota is new next month, a block is taken back, a kind is switched on again.
MOVES: Mapping[ReminderState, frozenset[ReminderState]] = {
    ReminderState.PLANNED: frozenset({ReminderState.CLAIMED, ReminderState.SKIPPED}),
    ReminderState.CLAIMED: frozenset({ReminderState.SENT, ReminderState.SKIPPED, ReminderState.FAILED}),
    ReminderState.SKIPPED: frozenset({ReminderState.PLANNED}),
    ReminderState.SENT: frozenset(),
    ReminderState.FAILED: frozenset(),
}


class Reason(StrEnum):
    """Why a reminder was skipped or failed."""

    SETTLED = "settled"  # paid, or posted, before it went out
    NOT_DUE = "not_due"  # it applies no longer: moved, deferred, under a plan
    TOO_LATE = "too_late"  # the last day on which it helps is over
    UNSUBSCRIBED = "unsubscribed"
    NOT_BOUND = "not_bound"
    BLOCKED = "blocked"
    QUOTA = "quota"
    REFUSED = "refused"  # LINE will not take it
    UNREACHABLE = "unreachable"  # LINE was away for so long that a retry key is no guard any more


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder. `subject` names the bill, term or payment without a number of a person.

    `last_day` is the last day on which it is of use. `push_id` groups what went out in one push.
    """

    id: str
    binding_id: str
    person_id: str
    kind: ReminderKind
    subject: str
    last_day: date
    due_at: datetime
    state: ReminderState
    reason: Reason | None = None
    push_id: str | None = None
    claimed_at: datetime | None = None
    tried_at: datetime | None = None
