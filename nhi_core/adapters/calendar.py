"""The government offices' calendar: the `holidays` package, corrected by a file the operator keeps.

The package knows the published calendars and make-up Saturdays; years not yet published are predictions, and
typhoon days are nobody's to predict. The override file settles both.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Final

import holidays

from nhi_core.domain.errors import Invalid

DEFAULT_OVERRIDES: Final = Path(__file__).with_name("calendar_overrides.json")


class TaiwanCalendar:
    """Fulfils ports.WorkingDays."""

    def __init__(self, *, closed: Collection[date] = (), opened: Collection[date] = ()) -> None:
        self._closed = frozenset(closed)
        self._opened = frozenset(opened)
        self._taiwan = holidays.country_holidays("TW")
        self._years: set[int] = set()

    @classmethod
    def load(cls, path: Path = DEFAULT_OVERRIDES) -> TaiwanCalendar:
        """Read `{"closed": {"YYYY-MM-DD": "why"}, "opened": {…}}`. Raises Invalid when that cannot be."""
        try:
            overrides = json.loads(path.read_text(encoding="utf-8"))
            closed, opened = (
                {date.fromisoformat(day) for day in overrides[key]} for key in ("closed", "opened")
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Invalid(f"calendar overrides cannot be read: {path.name}") from error
        if closed & opened:
            raise Invalid(f"calendar overrides close and open the same day: {path.name}")
        return cls(closed=closed, opened=opened)

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on `day`; a make-up Saturday is a working day."""
        if day in self._opened:
            return True
        if day in self._closed:
            return False
        if day.year not in self._years:
            # Membership fills the package's year; without it make-up Saturdays would still be unknown.
            _ = day in self._taiwan
            self._years.add(day.year)
        return bool(self._taiwan.is_working_day(day))
