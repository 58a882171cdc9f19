"""All rules together: what a line says without any learning."""

from __future__ import annotations

import os
from datetime import date, datetime
from functools import lru_cache
from typing import Any, FrozenSet, List, Optional
from zoneinfo import ZoneInfo

import regex

from nlu.components.normalise import fold
from nlu.components.values import calendar_words as words
from nlu.components.values.amounts import amounts
from nlu.components.values.contacts import contacts
from nlu.components.values.days import days
from nlu.components.values.found import Found
from nlu.components.values.months import months
from nlu.components.values.numerals import SPACED, read
from nlu.components.values.offices import office_named, offices_and_places
from nlu.components.values.periods import period_counts
from nlu.components.values.reasons import reason_in, reasons
from nlu.components.values.relative_days import relative_days
from nlu.components.values.signs import latin_words
from nlu.components.values.terms import terms

TAIPEI = ZoneInfo("Asia/Taipei")


def today_of(metadata: Any) -> date:
    """Return the day of the turn: as the metadata says, as the sandbox says (NHI_TODAY), or by the clock."""
    given = metadata.get("today") if isinstance(metadata, dict) else None
    for text in (given, os.environ.get("NHI_TODAY")):
        if text:
            return date.fromisoformat(text)
    return datetime.now(TAIPEI).date()


# Cheap signs that a line may hold a number or a time; most lines hold none, and the patterns cost most of a parse.
_SIGNS = regex.compile(
    r"[\p{Nd}零〇一二兩三四五六七八九十百千萬廿卅年月日號天週周拜期星早晚夜午隔底初半節誕宵夕暝]|[\p{Thai}]"
)
_WORDS = regex.compile(r"[\p{Latin}\p{M}]+")
# Words of units and directions that stand in patterns, not in the calendar.
_UNIT_WORDS = (
    "week weekend year half month months couple hari minggu pekan bulan bln tahun setahun setengah tgl tanggal"
    " ngày ngay tháng thang tuần tuan năm thứ mùng mồng hôm"
)


@lru_cache(maxsize=1)
def _speaking_words() -> FrozenSet[str]:
    calendar = (
        words.MONTH_NAMES,
        words.WEEKDAYS,
        words.DAYS,
        words.WEEKS,
        words.PARTS,
        words.YEARLY,
        words.MOVING,
        words.MONTHS,
    )
    latin = {_WORDS.findall(name)[-1] for table in calendar for name in table if _WORDS.search(name)}
    return frozenset(latin | set(_UNIT_WORDS.split()) | set(SPACED) - {"and", "the", "at"})


def speaks_of_numbers_or_time(folded: str) -> bool:
    """Say whether it is worth looking for numbers, months and days."""
    return bool(_SIGNS.search(folded)) or not _speaking_words().isdisjoint(latin_words(folded))


def find(text: str, today: date, language: str) -> List[Found]:
    """Return everything the rules see in a line, overlaps included, longest first for one start."""
    folded = fold(text)
    seen = [*contacts(folded), *terms(folded), *offices_and_places(folded, text), *reasons(folded, language)]
    if speaks_of_numbers_or_time(folded):
        seen += [
            *days(folded, today, language),
            *relative_days(folded, today),
            *months(folded, today),
            *period_counts(folded),
            *amounts(folded),
        ]
    return sorted(seen, key=lambda item: (item.start, -item.end))


def value_of(entity: str, text: str, today: date, language: str) -> Optional["int | str"]:
    """Return the value of a stretch that the tagger gave this entity; None when the stretch does not say one."""
    same = [item for item in find(text, today, language) if item.entity == entity]
    if same:
        return max(same, key=lambda item: item.end - item.start).value
    folded = fold(text).strip()
    if entity == "reason":
        return reason_in(folded, language) or "other"
    if entity == "office":
        return office_named(folded)
    if entity == "place":
        return text
    if entity == "date":
        month = next((item.value for item in months(folded, today)), None)
        return None if month is None else _nearest(str(month), today)
    if entity in ("amount", "period_count"):
        return _bare(folded)
    return None


def _bare(folded: str) -> Optional[int]:
    number = read(folded)
    return None if number is None else number.value


def _nearest(month: str, today: date) -> str:
    """Return the first day of a month that was named as a time of doing something: of the year that is nearest."""
    first = date.fromisoformat(f"{month}-01")
    later = first.replace(year=first.year + 1)
    return (later if abs(later - today) < abs(today - first) else first).isoformat()
