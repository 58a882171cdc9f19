"""The words of five languages for days, weekdays and months, and reckoning with them (nlu/lexicon/calendar.yml)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Dict, FrozenSet, Iterable, Optional, Tuple

from nlu.components.normalise import fold
from nlu.components.values.lexicon import forms, load
from nlu.components.values.numerals import read

_BOOK = load("calendar.yml")


def _numbered(groups: Iterable[Tuple[int, Iterable[str]]]) -> Dict[str, int]:
    return {form: number for number, names in groups for name in names for form in forms(name)}


MONTH_NAMES: Dict[str, int] = _numbered(enumerate(_BOOK["months"], 1))
# Monday is 0, as datetime.date.weekday() has it.
WEEKDAYS: Dict[str, int] = _numbered(enumerate(_BOOK["weekdays"]))
CHINESE_WEEKDAYS: Dict[str, int] = {**{name: day for day, name in enumerate("一二三四五六日")}, "天": 6}
# Names that are a month or a weekday only with a word before them that says so.
CUED: FrozenSet[str] = frozenset(_BOOK["cued"])
# How many days, weeks, months, years from today's.
DAYS: Dict[str, int] = _numbered(_BOOK["days"].items())
WEEKS: Dict[str, int] = _numbered(_BOOK["weeks"].items())
MONTHS: Dict[str, int] = _numbered(_BOOK["months_from_now"].items())
YEARS: Dict[str, int] = _numbered(_BOOK["years_from_now"].items())
# Months from this one, and the day; 31 is the last.
PARTS: Dict[str, Tuple[int, int]] = {
    form: (months, day) for months, day, names in _BOOK["parts"] for name in names for form in forms(name)
}
# Month and day of a feast, or its days in several years.
YEARLY: Dict[str, str] = {
    form: day for day, names in _BOOK["yearly"].items() for name in names for form in forms(name)
}
MOVING: Dict[str, Tuple[date, ...]] = {
    form: tuple(days) for days, names in _BOOK["moving"] for name in names for form in forms(name)
}
NEXT: FrozenSet[str] = frozenset(map(fold, _BOOK["next"]))
PAST: FrozenSet[str] = frozenset(map(fold, _BOOK["past"]))


def common_era(year: int) -> int:
    """Return the year of the common era for one of the Republic, of Buddha, or of the common era."""
    if year < 200:
        return year + 1911
    return year - 543 if year > 2400 else year


def shift(today: date, months: int) -> Tuple[int, int]:
    """Return the year and month that lie `months` from today's."""
    index = today.year * 12 + today.month - 1 + months
    return index // 12, index % 12 + 1


def day_of(year: int, month: int, day: int) -> Optional[date]:
    """Return the day, the month's last one for a day past its end; None when there is no such month or day."""
    if not (1 <= month <= 12 and 1 <= day <= 31 and 2000 <= year <= 2100):
        return None
    return date(year, month, min(day, monthrange(year, month)[1]))


def coming(today: date, month: Optional[int], day: Optional[int]) -> Optional[date]:
    """Return the next such day from today; without a month, in this month or the next."""
    if day is None:
        return None
    if month is None:
        first = day_of(today.year, today.month, day)
        return first if first is None or first >= today else day_of(*shift(today, 1), day)
    this_year = day_of(today.year, month, day)
    return this_year if this_year is None or this_year >= today else day_of(today.year + 1, month, day)


def number(text: Optional[str]) -> Optional[int]:
    """Return the number that a stretch says, or None."""
    said = read(text) if text else None
    return None if said is None else said.value
