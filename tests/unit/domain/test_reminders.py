"""When a push may go out: the wanted hour, the quiet hours, the last day."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.errors import Invalid
from nhi_core.domain.reminders import (
    HOURS,
    MOVES,
    Preferences,
    QuietHours,
    ReminderKind,
    ReminderState,
    TimeOfDay,
    send_at,
)

NIGHT = QuietHours()


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=TAIPEI)


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        (at(10, 20, 59), False),
        (at(10, 21), True),
        (at(10, 23, 59), True),
        (at(11, 0), True),
        (at(11, 7, 59), True),
        (at(11, 8), False),
    ],
)
def test_the_night_is_quiet_over_midnight(moment: datetime, quiet: bool) -> None:
    assert NIGHT.holds(moment) is quiet


@pytest.mark.parametrize(
    ("moment", "after"),
    [(at(10, 12), at(10, 12)), (at(10, 22), at(11, 8)), (at(11, 3), at(11, 8)), (at(30, 22), None)],
)
def test_quiet_hours_end_in_the_morning(moment: datetime, after: datetime | None) -> None:
    # The night of the 30th ends on the first of October.
    assert NIGHT.after(moment) == (after or datetime(2026, 10, 1, 8, tzinfo=TAIPEI))


def test_quiet_hours_may_lie_within_a_day_or_be_none() -> None:
    noon = QuietHours.parse("12:00-13:30")
    assert noon.holds(at(10, 12))
    assert noon.after(at(10, 13)) == at(10, 13, 30)
    assert not noon.holds(at(10, 23))
    assert not QuietHours.parse("none").holds(at(10, 0))
    assert QuietHours.parse("21:00-08:00") == NIGHT


@pytest.mark.parametrize("text", ["", "21-8", "25:00-08:00", "21:00", "21:00-08:60"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        QuietHours.parse(text)


@pytest.mark.parametrize(
    ("now", "wanted", "expected"),
    [
        (at(10, 1), TimeOfDay.MORNING, at(10, 9)),
        (at(10, 10), TimeOfDay.MORNING, at(11, 9)),  # the hour is over: it comes again tomorrow
        (at(10, 10), TimeOfDay.EVENING, at(10, 18, 30)),
        (at(8, 10), TimeOfDay.NOON, at(10, 12, 30)),
        (at(12, 10), TimeOfDay.MORNING, at(12, 10)),  # the last day: at once
        (at(12, 7), TimeOfDay.MORNING, at(12, 9)),
        (at(12, 20, 59), TimeOfDay.NOON, at(12, 20, 59)),
        (at(12, 21), TimeOfDay.NOON, None),  # the night would end on the day after
        (at(13, 9), TimeOfDay.NOON, None),
    ],
)
def test_the_wanted_hour_comes_again_until_the_last_day(
    now: datetime, wanted: TimeOfDay, expected: datetime | None
) -> None:
    assert send_at(date(2026, 9, 10), date(2026, 9, 12), wanted, NIGHT, now) == expected


def test_an_hour_in_the_quiet_hours_moves_to_their_end() -> None:
    long_night = QuietHours(time(18), time(10))
    day, last = date(2026, 9, 10), date(2026, 9, 12)
    assert send_at(day, last, TimeOfDay.MORNING, long_night, at(10, 1)) == at(10, 10)
    assert send_at(day, last, TimeOfDay.EVENING, long_night, at(10, 1)) == at(11, 10)
    # On a single day the evening is too late: then as early as may be.
    assert send_at(day, day, TimeOfDay.EVENING, long_night, at(8, 12)) == at(10, 10)


@pytest.mark.parametrize("wanted", TimeOfDay)
def test_no_choice_lies_in_the_default_night(wanted: TimeOfDay) -> None:
    assert not NIGHT.holds(datetime.combine(date(2026, 9, 10), HOURS[wanted], tzinfo=TAIPEI))


def test_postings_switched_on_again_count_from_that_day() -> None:
    first, later = date(2026, 9, 1), date(2026, 9, 10)
    wanted = Preferences("b", first).with_kind(ReminderKind.POSTING, on=True, today=first)
    assert wanted.with_kind(ReminderKind.POSTING, on=True, today=later) == wanted
    off = wanted.with_kind(ReminderKind.POSTING, on=False, today=later)
    assert off.kinds == frozenset()
    assert off.with_kind(ReminderKind.POSTING, on=True, today=later).since == later
    # Another kind takes no news away.
    assert wanted.with_kind(ReminderKind.DEADLINE, on=True, today=later).since == first


def test_what_was_sent_or_failed_never_moves_again() -> None:
    assert MOVES.keys() == set(ReminderState)
    assert not MOVES[ReminderState.SENT] | MOVES[ReminderState.FAILED]
