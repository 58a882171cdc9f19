"""When grace ends, when the late fee starts, when enforcement becomes possible."""

from __future__ import annotations

from datetime import date, timedelta, timezone
from enum import StrEnum
from typing import Protocol

GRACE_DAYS = 15  # National Health Insurance Act §35 I
ENFORCEABLE_AFTER_INSURED = 150  # §35 III: an insured person, days from the due date
ENFORCEABLE_AFTER_UNIT = 30  # §35 III: a group insurance applicant or a withholder
TAIPEI = timezone(timedelta(hours=8), "Asia/Taipei")  # no daylight saving since 1979
_ONE_DAY = timedelta(days=1)


class WorkingDays(Protocol):
    """The government offices' calendar: a make-up Saturday works, a holiday does not."""

    def is_working_day(self, day: date) -> bool: ...


class GraceModel(StrEnum):
    """From which day the fifteen days run when the printed due date is itself a rest day.

    PRINTED is the agency's own example (due Saturday 99/07/31, start 99/08/16); SHIFTED is the strict reading
    that moves the due date first. A start date supplied by the agency beats both.
    """

    PRINTED = "printed"
    SHIFTED = "shifted"


def next_working_day(day: date, calendar: WorkingDays) -> date:
    """Return `day` when offices work, else the next day they do.

    Administrative Procedure Act §48 IV: a period ending on a rest day ends on the next day, on a Saturday
    the following Monday. A make-up Saturday is a working day, so it does not shift.
    """
    while not calendar.is_working_day(day):
        day += _ONE_DAY
    return day


def grace_end(due: date, calendar: WorkingDays, model: GraceModel = GraceModel.PRINTED) -> date:
    """Return the last day on which the premium can be paid without a late fee."""
    if model is GraceModel.SHIFTED:
        due = next_working_day(due, calendar)
    return next_working_day(due + timedelta(days=GRACE_DAYS), calendar)


def late_fee_start(due: date, calendar: WorkingDays, model: GraceModel = GraceModel.PRINTED) -> date:
    """Return the 滯納金起算日: the day after grace ends."""
    return grace_end(due, calendar, model) + _ONE_DAY


def enforceable_from(due: date, *, insured: bool) -> date:
    """Return the first day on which the debt may be sent to enforcement.

    「應繳納之日起，逾…日」: the due date is day zero, the 150th (30th) day still passes, the next is over it.
    """
    days = ENFORCEABLE_AFTER_INSURED if insured else ENFORCEABLE_AFTER_UNIT
    return due + timedelta(days=days + 1)
