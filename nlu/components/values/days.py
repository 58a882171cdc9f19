"""Days of the calendar: 下個月五號, 12/15, the 20th, tanggal 5 bulan depan, ngày 5 tháng sau, วันที่ 5.

The value is YYYY-MM-DD. Days here are mostly days of paying, so a day without a year or month is the next one to
come, unless a word says otherwise (上個月五號).
"""

from __future__ import annotations

from datetime import date
from typing import Iterator, Optional

import regex

from nlu.components.values import calendar_words as words
from nlu.components.values.calendar_words import coming, common_era, day_of, number, shift
from nlu.components.values.found import Found
from nlu.components.values.lexicon import either
from nlu.components.values.numerals import NUMBER
from nlu.components.values.signs import Signs

_ZH = r"[0-9零〇一二三四五六七八九十廿卅]"
_NAMES = either(words.MONTH_NAMES)
_EDGE, _END = r"(?<![\p{Latin}\p{Nd}])", r"(?![\p{Latin}\p{Nd}])"
_DAY = r"(?P<d>[0-3]?[0-9])(?:st|nd|rd|th)?"
_WORD_DAY = rf"(?P<d>[0-3]?[0-9](?![\p{{Nd}}/.,])|{NUMBER})"
_YEAR_FIRST = regex.compile(
    rf"(?<![\p{{Nd}}/.-])(?:民國)?(?P<y>[12][0-9]{{3}}|1[01][0-9]|{_ZH}{{3,4}})\s?(?:[/.-]|年)\s?(?P<m>{_ZH}{{1,3}})\s?(?:[/.-]|月)\s?(?P<d>{_ZH}{{1,3}})\s?(?:日|號)?(?![\p{{Nd}}/.-])"
)
_DAY_FIRST = regex.compile(
    r"(?<![\p{Nd}/.-])(?P<d>[0-9]{1,2})\s?[/.-]\s?(?P<m>[0-9]{1,2})\s?[/.-]\s?(?P<y>[12][0-9]{3})(?![\p{Nd}/.-])"
)
_CHINESE = regex.compile(
    rf"(?P<rel>今年|明年|去年)?(?:(?<!年)(?P<m>{_ZH}{{1,3}})月(?:份)?\s?|(?P<next>下下個月|下個月|下月|這個月|本月|這月|上上個月|上個月|上月)的?\s?)?(?<!第)(?P<d>{_ZH}{{1,3}})\s?(?:號|日)(?!碼|子|內|前後)"
    rf"|(?P<m>{_ZH}{{1,3}})月(?P<d>{_ZH}{{1,3}})(?!\s?[號日期個萬千百元塊0-9])"
    rf"|(?P<m>{_ZH}{{1,3}})月(?P<part>[初中底])"
)
_SHORT = regex.compile(r"(?<![\p{Nd}/.-])(?P<a>[0-9]{1,2})\s?/\s?(?P<b>[0-9]{1,2})(?![\p{Nd}/])")
_NAMED = regex.compile(
    rf"(?:(?:the\s)?|tanggal\s|tgl\.?\s|วันที่\s?)?{_EDGE}{_DAY}\s?(?:of\s|bulan\s|เดือน\s?)?(?P<m>{_NAMES}){_END}(?:,?\s?(?:tahun\s|ปี\s?|พ\.ศ\.\s?)?(?P<y>2[0-9]{{3}}))?"
    rf"|{_EDGE}(?P<m>{_NAMES})\s(?:the\s)?{_DAY}{_END}(?!\s?(?:months|terms|instal|bulan\b|kali\b))(?:,?\s(?P<y>2[0-9]{{3}}){_END})?"
)
_DAY_OF = regex.compile(
    rf"(?:\bon\s)?(?:the\s)?(?<![\p{{Nd}}.,/])(?P<d>[0-3]?[0-9])(?:st|nd|rd|th){_END}(?!\s(?:term|instal|payment|time|month|floor|place))(?:\sof\s(?P<next>next|this|last|every|each)\s?month)?"
    rf"|(?:tanggal|tgl\.?|tgl)\s?(?P<d>[0-3]?[0-9]){_END}(?:\s(?:bulan|bln)\s(?P<next>depan|ini|lalu|kemarin))?"
    rf"|(?<!\p{{Latin}})(?:ngày|hôm|mùng|mồng|ngay|mung)\s(?:mùng\s|mồng\s)?{_WORD_DAY}{_END}(?!\s(?:nữa|sau|trước|nua|truoc))(?:(?:\s(?:tháng|thang)\s|\s?/\s?)(?:(?P<next>sau|tới|này|trước|rồi|nay|toi)|(?P<m>1[0-2]|0?[1-9]){_END}))?(?:\s?(?:năm\s|nam\s|/)(?P<y>2[0-9]{{3}}))?"
    rf"|(?<!\p{{Latin}})(?P<d>[0-3]?[0-9])\s(?:tháng|thang)\s(?P<m>1[0-2]|0?[1-9]){_END}(?:\s?(?:năm\s|/)(?P<y>2[0-9]{{3}}))?"
    rf"|วันที่\s?{_WORD_DAY}(?![\p{{Nd}}])(?:\s?(?:ของ)?เดือน(?P<next>หน้า|นี้|ที่แล้ว|ก่อน)|\s?เดือน\s?(?P<m>1[0-2]|[1-9])(?![0-9]))?"
)
_DIGIT, _HAN = regex.compile(r"\p{Nd}"), regex.compile("[年月號日]")
_NAMED_SIGNS = Signs(words.MONTH_NAMES, r"\p{Thai}")
_DAY_OF_SIGNS = Signs("st nd rd th tanggal tgl ngày hôm mùng mồng ngay mung tháng thang", "ว")
_PARTS = {"初": 1, "中": 15, "底": 31}
_AHEAD = {"下下個月": 2, "下個月": 1, "下月": 1, "上個月": -1, "上月": -1, "上上個月": -2, "next": 1, "last": -1, "depan": 1,
          "lalu": -1, "kemarin": -1, "sau": 1, "tới": 1, "toi": 1, "trước": -1, "rồi": -1, "หน้า": 1, "ที่แล้ว": -1, "ก่อน": -1}  # fmt: skip
_DAY_BEFORE_MONTH = {"id", "vi", "th"}


def days(folded: str, today: date, language: str) -> Iterator[Found]:
    """Yield the days a line names; `language` decides whether 5/12 is in May or December."""
    for hit, value in _all(folded, today, language):
        if value is not None:
            yield Found(hit.start(), hit.end(), "date", value.isoformat())


def _all(folded: str, today: date, language: str) -> Iterator["tuple[regex.Match[str], Optional[date]]"]:
    digit, han = _DIGIT.search(folded), _HAN.search(folded)
    for pattern in (_YEAR_FIRST, _DAY_FIRST) if digit or han else ():
        for hit in pattern.finditer(folded):
            year, month, day = (number(hit.group(name)) for name in "ymd")
            if year and month and day:
                yield hit, day_of(common_era(year), month, day)
    for hit in _CHINESE.finditer(folded) if han else ():
        yield hit, _chinese_day(hit, today)
    for hit in _SHORT.finditer(folded) if digit else ():
        one, two = int(hit.group("a")), int(hit.group("b"))
        day_first = one > 12 or (language in _DAY_BEFORE_MONTH and two <= 12)
        yield hit, coming(today, two if day_first else one, one if day_first else two)
    for hit in _NAMED.finditer(folded) if digit and _NAMED_SIGNS.in_line(folded) else ():
        month, named_day, in_year = words.MONTH_NAMES[hit.group("m")], int(hit.group("d")), hit.group("y")
        yield (
            hit,
            day_of(common_era(int(in_year)), month, named_day)
            if in_year
            else coming(today, month, named_day),
        )
    for hit in _DAY_OF.finditer(folded) if _DAY_OF_SIGNS.in_line(folded) else ():
        yield hit, _day_of(hit, today)


def _chinese_day(hit: "regex.Match[str]", today: date) -> Optional[date]:
    month, following = number(hit.group("m")), hit.group("next")
    day = _PARTS[hit.group("part")] if hit.group("part") else number(hit.group("d"))
    if day is None:
        return None
    if following:
        return day_of(*shift(today, _AHEAD.get(following, 0)), day)
    if hit.group("rel") and month:
        return day_of(today.year + words.YEARS[hit.group("rel")], month, day)
    return coming(today, month, day)


def _day_of(hit: "regex.Match[str]", today: date) -> Optional[date]:
    day, following, month = number(hit.group("d")), hit.group("next"), hit.group("m")
    if day is None:
        return None
    if following and following not in ("every", "each"):
        return day_of(*shift(today, _AHEAD.get(following, 0)), day)
    if month and hit.group("y"):
        return day_of(common_era(int(hit.group("y"))), int(month), day)
    return coming(today, int(month) if month else None, day)
