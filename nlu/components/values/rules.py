"""All rules together: what a line says without any learning."""

from __future__ import annotations

import os
from datetime import date, datetime
from functools import lru_cache
from typing import Any, FrozenSet, List, Optional
from zoneinfo import ZoneInfo

import regex

from nlu.components.normalise import fold
from nlu.components.values.calendar_words import MONTH_NAMES, WEEKDAYS
from nlu.components.values.contacts import contacts
from nlu.components.values.counts import amounts, period_counts
from nlu.components.values.dates import dates
from nlu.components.values.found import Found
from nlu.components.values.months import months
from nlu.components.values.numerals import SPACED, read
from nlu.components.values.terms import office_named, reason_in, terms

TAIPEI = ZoneInfo("Asia/Taipei")


def today_of(metadata: Any) -> date:
    """Return the day of the turn: as the metadata says, as the sandbox says (NHI_TODAY), or by the clock."""
    given = metadata.get("today") if isinstance(metadata, dict) else None
    for text in (given, os.environ.get("NHI_TODAY")):
        if text:
            return date.fromisoformat(text)
    return datetime.now(TAIPEI).date()


# Cheap signs that a line may hold a number or a time; most lines hold none, and the patterns cost most of a parse.
_SIGNS = regex.compile(r"[\p{Nd}零〇一二兩三四五六七八九十百千萬廿卅年月日號天週周禮期底初半]|[\p{Thai}]")
_TIME_WORDS = frozenset(
    [
        "today",
        "tomorrow",
        "tmr",
        "tmrw",
        "yesterday",
        "month",
        "months",
        "week",
        "weekend",
        "year",
        "half",
        "next",
        "last",
        "this",
        "end",
        "previous",
        "hari",
        "besok",
        "bsk",
        "lusa",
        "kemarin",
        "bulan",
        "bln",
        "minggu",
        "pekan",
        "tahun",
        "setahun",
        "setengah",
        "akhir",
        "tgl",
        "tanggal",
        "jumat",
        "hôm",
        "ngày",
        "mai",
        "tháng",
        "tuần",
        "năm",
        "thứ",
        "chủ",
        "cuối",
        "đầu",
        "nửa",
        "mùng",
        "mồng",
    ]
)
_WORDS = regex.compile(r"[\p{Latin}\p{M}']+")


@lru_cache(maxsize=1)
def _speaking_words() -> FrozenSet[str]:
    latin = {word for word in (*MONTH_NAMES, *WEEKDAYS) if _WORDS.fullmatch(word)}
    return frozenset(_TIME_WORDS | latin | set(SPACED) - {"and", "k"})


def speaks_of_numbers_or_time(folded: str) -> bool:
    """Say whether it is worth looking for numbers, months and days."""
    return bool(_SIGNS.search(folded)) or not _speaking_words().isdisjoint(_WORDS.findall(folded))


def find(text: str, today: date, language: str) -> List[Found]:
    """Return everything the rules see in a line, overlaps included, longest first for one start."""
    folded = fold(text)
    seen = [*contacts(folded), *terms(folded, text)]
    if speaks_of_numbers_or_time(folded):
        seen += [
            *dates(folded, today, language),
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
        return reason_in(folded) or "other"
    if entity == "office":
        return office_named(folded)
    if entity == "place":
        return text
    if entity == "date":
        month = next((item.value for item in months(folded, today)), None)
        return None if month is None else _first_day_to_come(str(month), today)
    if entity in ("amount", "period_count"):
        return _bare(folded)
    return None


def _bare(folded: str) -> Optional[int]:
    number = read(folded)
    return None if number is None else number.value


def _first_day_to_come(month: str, today: date) -> str:
    first = date.fromisoformat(f"{month}-01")
    if first.replace(day=28) < today:
        first = first.replace(year=first.year + 1)
    return first.isoformat()
