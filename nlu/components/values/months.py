"""Premium months: 114年8月, 11408, 上個月, August 2025, tháng 8, เดือนที่แล้ว. The value is YYYY-MM.

A year under 200 is of the Republic (+1911), one over 2400 is Buddhist (−543). A month without a year is the
latest one that has begun: bills look back.
"""

from __future__ import annotations

from datetime import date
from typing import Iterator, Optional

import regex

from nlu.components.values.calendar_words import CUED, MONTH_NAMES, MONTHS, YEARS, common_era, number, shift
from nlu.components.values.found import Found
from nlu.components.values.lexicon import Names, either
from nlu.components.values.numerals import NUMBER
from nlu.components.values.signs import Signs

_NAMES = either(MONTH_NAMES)
_ZH = r"[0-9零〇一二三四五六七八九十]"
_NO_DAY = r"(?!\s?[/.-]?\s?[0-9]|[一二三四五六七八九十])"
_LAST_YEARS = either(word for word in YEARS if YEARS[word] <= 0)
_YEAR = rf"(?:(?P<y>[12][0-9]{{3}}|1[01][0-9])|(?P<rel>{_LAST_YEARS}))"
_CHINESE = regex.compile(
    rf"(?:(?:民國)?(?P<y>{_ZH}{{2,4}})\s?年度?的?\s?|(?P<rel>今年|去年|前年|明年|舊年)的?\s?)?(?<![0-9個])(?P<m>{_ZH}{{1,3}})\s?月(?:份|分(?!期))?{_NO_DAY}"
)
_NUMERIC = regex.compile(
    r"(?<![0-9/.-])(?P<y>1[01][0-9]|20[0-9]{2})\s?[/.-]\s?(?P<m>0?[1-9]|1[0-2])(?![0-9/.-])"
    r"|(?<![0-9/.,$-])(?P<y>1[01][0-9]|20[0-9]{2})(?P<m>0[1-9]|1[0-2])(?![0-9,元塊])"
    r"|(?<![0-9/.-])(?P<m>0?[1-9]|1[0-2])\s?/\s?(?P<y>20[0-9]{2})(?![0-9/.-])"
)
_NAMED = regex.compile(
    rf"(?:(?P<cue>in|for|of|the|my|since|by|until|till|from|last|this|and|or|to|through|during|bulan|bln|เดือน)\s?)?(?<![\p{{Latin}}])(?P<m>{_NAMES})(?:,?\s?(?:of\s|năm\s|tahun\s|ปี\s?|พ\.ศ\.\s?)?{_YEAR})?(?P<after>'?s?\s(?:bill|premium|slip|payment|fee|one|month|invoice|tagihan|iuran|and))?"
)
_COUNTED = regex.compile(
    rf"(?<!\p{{Latin}})(?:tháng|thang)\s(?P<m>giêng|chạp|{NUMBER})(?:\s?(?:/|năm\s|nam\s|-|\s)\s?{_YEAR})?(?![0-9/])"
    rf"|(?:bulan|bln|เดือน)\s?(?P<m>1[0-2]|0?[1-9]|{NUMBER})(?:\s?(?:/|tahun\s|ปี\s?|\s)\s?{_YEAR})?(?![0-9/])"
)
_RELATIVE = Names(MONTHS)
_NAMED_SIGNS, _COUNTED_SIGNS = Signs(MONTH_NAMES, r"\p{Thai}"), Signs("tháng thang bulan bln", "เ")
_AGO_SIGNS = Signs("ago lalu trước truoc", "前กท")
_AGO = regex.compile(
    rf"(?P<n>{NUMBER})\s?(?:個月之?前|months?\sago|(?:bulan|bln)\s(?:yang\s)?lalu|(?:tháng|thang)\s(?:trước|truoc)|เดือนก่อน|เดือนที่แล้ว)"
)
_LUNAR = {"giêng": 1, "chạp": 12}


def _value(today: date, month: Optional[int], year: Optional[int]) -> Optional[str]:
    if month is None or not 1 <= month <= 12:
        return None
    if year is None:
        year = today.year if month <= today.month else today.year - 1
    return f"{common_era(year):04d}-{month:02d}"


def months(folded: str, today: date) -> Iterator[Found]:
    """Yield the premium months a line names."""
    for hit in _CHINESE.finditer(folded):
        yield from _found(hit, _value(today, number(hit.group("m")), _year(hit, today)))
    for hit in _NUMERIC.finditer(folded):
        yield from _found(hit, _value(today, int(hit.group("m")), int(hit.group("y"))))
    for hit in _NAMED.finditer(folded) if _NAMED_SIGNS.in_line(folded) else ():
        if hit.group("m") in CUED and not (_says_month(hit) or hit.group() == folded.strip()):
            continue
        yield from _found(hit, _value(today, MONTH_NAMES[hit.group("m")], _year(hit, today)), hit.start("m"))
    for hit in _COUNTED.finditer(folded) if _COUNTED_SIGNS.in_line(folded) else ():
        month = _LUNAR.get(hit.group("m")) or number(hit.group("m"))
        yield from _found(hit, _value(today, month, _year(hit, today)))
    for start, end, ahead in _RELATIVE.find(folded):
        yield Found(start, end, "roc_month", "{:04d}-{:02d}".format(*shift(today, ahead)))
    for hit in _AGO.finditer(folded) if _AGO_SIGNS.in_line(folded) else ():
        count = number(hit.group("n"))
        if count is not None and count < 240:
            yield from _found(hit, "{:04d}-{:02d}".format(*shift(today, -count)))


def _says_month(hit: "regex.Match[str]") -> bool:
    """Say whether a word such as "may" is a month here: in May, May 2025, the May bill."""
    return bool(hit.group("cue") or hit.group("y") or hit.group("rel") or hit.group("after"))


def _year(hit: "regex.Match[str]", today: date) -> Optional[int]:
    relative = hit.group("rel")
    return today.year + YEARS[relative] if relative else number(hit.group("y"))


def _found(hit: "regex.Match[str]", value: Optional[str], start: Optional[int] = None) -> Iterator[Found]:
    if value is not None:
        yield Found(hit.start() if start is None else start, hit.end(), "roc_month", value)
