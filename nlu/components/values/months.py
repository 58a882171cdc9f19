"""Premium months: 114年8月, 11408, 上個月, August 2025, tháng 8, เดือนที่แล้ว. The value is YYYY-MM.

A year under 200 is of the Republic (+1911), one over 2400 is Buddhist (−543). A month without a year is the
latest one that has begun: bills look back.
"""

from __future__ import annotations

from datetime import date
from typing import Iterator, Optional, Tuple

import regex

from nlu.components.values.calendar_words import MONTH_NAMES
from nlu.components.values.found import Found
from nlu.components.values.numerals import NUMBER, read

_NAMES = "|".join(sorted(map(regex.escape, MONTH_NAMES), key=len, reverse=True))
_ZH = r"[0-9零〇一二三四五六七八九十]"
_NO_DAY = r"(?!\s?[/.-]?\s?[0-9]|[一二三四五六七八九十])"
_CHINESE = regex.compile(
    rf"(?:(?:民國)?(?P<y>{_ZH}{{2,4}})\s?年度?的?\s?|(?P<rel>今年|去年|前年|明年)的?\s?)?(?<![0-9個])(?P<m>{_ZH}{{1,3}})\s?月(?:份|分)?{_NO_DAY}"
)
_SLASHED = regex.compile(
    r"(?<![0-9/.-])(?P<y>1[01][0-9]|20[0-9]{2})\s?[/.-]\s?(?P<m>0?[1-9]|1[0-2])(?![0-9/.-])"
)
_RUN_TOGETHER = regex.compile(
    r"(?<![0-9/.,$-])(?P<y>1[01][0-9]|20[0-9]{2})(?P<m>0[1-9]|1[0-2])(?![0-9,元塊])"
)
_NAMED = regex.compile(
    rf"(?:bulan\s|เดือน\s?)?(?<![\p{{Latin}}])(?P<m>{_NAMES})(?![\p{{Latin}}])(?:,?\s?(?:of\s|năm\s|tahun\s|ปี\s?|พ\.ศ\.\s?)?(?P<y>[12][0-9]{{3}}|1[01][0-9]))?"
)
_VIETNAMESE = regex.compile(
    rf"tháng\s(?P<m>{NUMBER})(?:\s?(?:/|năm\s|-)\s?(?P<y>[12][0-9]{{3}}|1[01][0-9]))?(?![0-9/])"
)
_NUMBERED = regex.compile(
    r"(?:bulan|เดือน)\s?(?P<m>1[0-2]|[1-9])(?:\s?(?:/|tahun\s|ปี\s?)\s?(?P<y>[12][0-9]{3}|1[01][0-9]))?(?![0-9/])"
)
_RELATIVE = {
    "上上個月": -2, "前兩個月": -2, "上個月": -1, "上月": -1, "這個月": 0, "本月": 0, "當月": 0,
    "the month before last": -2, "last month": -1, "previous month": -1, "this month": 0,
    "bulan lalu": -1, "bulan kemarin": -1, "bln lalu": -1, "bulan kmrn": -1, "bulan ini": 0, "bln ini": 0,
    "tháng trước": -1, "tháng vừa rồi": -1, "tháng này": 0,
    "เดือนที่แล้ว": -1, "เดือนก่อน": -1, "เดือนนี้": 0,
}  # fmt: skip
_RELATIVE_WORDS = regex.compile("|".join(sorted(_RELATIVE, key=len, reverse=True)))
_AGO = regex.compile(
    rf"(?P<n>{NUMBER})\s?(?:個月前|months?\sago|bulan\s(?:yang\s)?lalu|tháng\strước|เดือนก่อน|เดือนที่แล้ว)"
)
_YEARS = {"今年": 0, "去年": -1, "前年": -2, "明年": 1}


def common_era(year: int) -> int:
    """Return the year of the common era for one of the Republic, of Buddha, or of the common era."""
    if year < 200:
        return year + 1911
    return year - 543 if year > 2400 else year


def shift(today: date, months: int) -> Tuple[int, int]:
    """Return the year and month that lie `months` from today's."""
    index = today.year * 12 + today.month - 1 + months
    return index // 12, index % 12 + 1


def _value(today: date, month: Optional[int], year: Optional[int]) -> Optional[str]:
    if month is None or not 1 <= month <= 12:
        return None
    if year is None:
        year = today.year if month <= today.month else today.year - 1
    return f"{common_era(year):04d}-{month:02d}"


def _number(text: Optional[str]) -> Optional[int]:
    number = read(text) if text else None
    return None if number is None else number.value


def months(folded: str, today: date) -> Iterator[Found]:
    """Yield the premium months a line names."""
    for hit in _CHINESE.finditer(folded):
        relative = hit.group("rel")
        year = today.year + _YEARS[relative] if relative else _number(hit.group("y"))
        yield from _found(hit, _value(today, _number(hit.group("m")), year))
    for pattern in (_SLASHED, _RUN_TOGETHER, _NUMBERED):
        for hit in pattern.finditer(folded):
            yield from _found(
                hit, _value(today, int(hit.group("m")), int(hit.group("y")) if hit.group("y") else None)
            )
    for hit in _NAMED.finditer(folded):
        yield from _found(
            hit, _value(today, MONTH_NAMES[hit.group("m")], int(hit.group("y")) if hit.group("y") else None)
        )
    for hit in _VIETNAMESE.finditer(folded):
        yield from _found(
            hit, _value(today, _number(hit.group("m")), int(hit.group("y")) if hit.group("y") else None)
        )
    for hit in _RELATIVE_WORDS.finditer(folded):
        yield from _found(hit, "{:04d}-{:02d}".format(*shift(today, _RELATIVE[hit.group()])))
    for hit in _AGO.finditer(folded):
        count = _number(hit.group("n"))
        if count is not None:
            yield from _found(hit, "{:04d}-{:02d}".format(*shift(today, -count)))


def _found(hit: "regex.Match[str]", value: Optional[str]) -> Iterator[Found]:
    if value is not None:
        yield Found(hit.start(), hit.end(), "roc_month", value)
