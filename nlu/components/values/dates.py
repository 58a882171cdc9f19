"""Days: 下個月五號, 12/15, next friday, tanggal 5 bulan depan, ngày 5 tháng sau, วันที่ 5. The value is YYYY-MM-DD.

Days here are mostly days of paying, so a day without a year or month is the next one to come.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Dict, Iterator, Optional

import regex

from nlu.components.values.calendar_words import MONTH_NAMES, NEAR_DAYS, WEEKDAYS
from nlu.components.values.found import Found
from nlu.components.values.months import common_era, shift
from nlu.components.values.numerals import NUMBER, read


def _any(words: Dict[str, int]) -> str:
    return "|".join(sorted(map(regex.escape, words), key=len, reverse=True))


_ZH = r"[0-9零〇一二三四五六七八九十廿卅]"
_NAMES, _WEEKDAY = _any(MONTH_NAMES), _any({word: day for word, day in WEEKDAYS.items() if len(word) > 1})
_HAN = regex.compile(r"\p{Han}")
_SPELT = regex.compile(r"[\p{Latin}\p{Thai}]")
_LATIN_WORD = r"(?<![\p{Latin}\p{Nd}])"
_END = r"(?![\p{Latin}\p{Nd}])"
_YEAR_FIRST = regex.compile(
    rf"(?<![\p{{Nd}}/.-])(?:民國)?(?P<y>[12][0-9]{{3}}|1[01][0-9]|{_ZH}{{3,4}})\s?(?:[/.-]|年)\s?(?P<m>{_ZH}{{1,3}})\s?(?:[/.-]|月)\s?(?P<d>{_ZH}{{1,3}})\s?(?:日|號)?(?![\p{{Nd}}/.-])"
)
_DAY_FIRST = regex.compile(
    r"(?<![\p{Nd}/.-])(?P<d>[0-9]{1,2})\s?[/.-]\s?(?P<m>[0-9]{1,2})\s?[/.-]\s?(?P<y>[12][0-9]{3})(?![\p{Nd}/.-])"
)
_CHINESE = regex.compile(
    rf"(?P<rel>今年|明年)?(?:(?<!年)(?P<m>{_ZH}{{1,3}})月\s?|(?P<next>下下個月|下個月|下月|這個月|本月|這月)的?\s?)?(?P<d>{_ZH}{{1,3}})\s?(?:號|日)(?!碼)"
)
_SHORT = regex.compile(r"(?<![\p{Nd}/.-])(?P<a>[0-9]{1,2})\s?/\s?(?P<b>[0-9]{1,2})(?![\p{Nd}/])")
_NAMED_DAY_FIRST = regex.compile(
    rf"(?:(?:the\s)?|tanggal\s|tgl\.?\s|วันที่\s?)?{_LATIN_WORD}(?P<d>[0-3]?[0-9])(?:st|nd|rd|th)?\s?(?:of\s|bulan\s|เดือน\s?)?(?P<m>{_NAMES}){_END}(?:,?\s?(?P<y>2[0-9]{{3}}))?"
)
_NAMED_MONTH_FIRST = regex.compile(
    rf"{_LATIN_WORD}(?P<m>{_NAMES})\s(?:the\s)?(?P<d>[0-3]?[0-9])(?:st|nd|rd|th)?{_END}(?:,?\s(?P<y>2[0-9]{{3}}){_END})?"
)
_DAY_OF = regex.compile(
    rf"(?:the\s)(?P<d>[0-3]?[0-9])(?:st|nd|rd|th){_END}(?:\sof\s(?P<next>next|this)\smonth)?"
    rf"|(?:tanggal|tgl\.?)\s(?P<d>[0-3]?[0-9]){_END}(?:\sbulan\s(?P<next>depan|ini))?"
    rf"|(?:ngày|mùng|mồng)\s(?P<d>{NUMBER})(?:\stháng\s(?:(?P<next>sau|tới|này)|(?P<m>1[0-2]|[1-9]){_END}))?(?:\s?(?:năm\s|/)(?P<y>2[0-9]{{3}}))?"
    rf"|วันที่\s?(?P<d>[0-3]?[0-9])(?![\p{{Nd}}])(?:\s?เดือน(?P<next>หน้า|นี้))?"
)
_WEEK = regex.compile(
    rf"(?P<next>下下|下|這|本)?(?:個)?(?:週|周|禮拜|星期)(?P<w>[一二三四五六日天])"
    rf"|{_LATIN_WORD}(?:(?P<next>next|this|coming)\s)?(?P<w>{_WEEKDAY}){_END}(?:\s(?P<next>depan|ini|tuần sau|tuần tới|tuần này|tới|này))?"
    rf"|วัน(?P<w>{_WEEKDAY})(?P<next>หน้า|นี้)?"
)
_NEAR = regex.compile(
    rf"(?:{_any({w: n for w, n in NEAR_DAYS.items() if not regex.search(r'[一-鿿฀-๿]', w)})}){_END}|{_any({w: n for w, n in NEAR_DAYS.items() if regex.search(r'[一-鿿฀-๿]', w)})}"
)
_LATER = regex.compile(
    rf"(?:in\s)?(?P<n>{NUMBER})\s?個?(?P<u>天|日|禮拜|星期|週|周|月)(?:之?後|以後)|in\s(?P<n>{NUMBER}|a)\s(?P<u>day|week|month)s?"
    rf"|(?P<n>{NUMBER})\s(?P<u>hari|minggu|bulan)\slagi|(?P<n>{NUMBER})\s(?P<u>ngày|tuần|tháng)\s(?:nữa|sau)|อีก\s?(?P<n>{NUMBER})\s?(?P<u>วัน|สัปดาห์|อาทิตย์|เดือน)"
)
_UNITS = {
    "天": 1, "日": 1, "day": 1, "hari": 1, "ngày": 1, "วัน": 1,
    "禮拜": 7, "星期": 7, "週": 7, "周": 7, "week": 7, "minggu": 7, "tuần": 7, "สัปดาห์": 7, "อาทิตย์": 7,
    "月": 30, "month": 30, "bulan": 30, "tháng": 30, "เดือน": 30,
}  # fmt: skip
# Parts of a month: day 5, 15, or the last; the month counted from today's; 99 is December.
_PARTS = {
    "下個月初": (1, 5), "月初": (0, 5), "下個月中": (1, 15), "月中": (0, 15), "下個月底": (1, 31), "這個月底": (0, 31),
    "月底": (0, 31), "年底": (99, 31), "下下個月": (2, 1), "下個月": (1, 1), "下月": (1, 1),
    "end of next month": (1, 31), "at the end of the month": (0, 31), "end of this month": (0, 31), "end of the month": (0, 31),
    "end of the year": (99, 31), "next month": (1, 1),
    "akhir bulan depan": (1, 31), "akhir bulan ini": (0, 31), "akhir bulan": (0, 31), "akhir tahun": (99, 31), "bulan depan": (1, 1),
    "cuối tháng sau": (1, 31), "cuối tháng này": (0, 31), "cuối tháng": (0, 31), "cuối năm": (99, 31), "đầu tháng sau": (1, 1),
    "tháng sau": (1, 1), "tháng tới": (1, 1),
    "สิ้นเดือนหน้า": (1, 31), "สิ้นเดือนนี้": (0, 31), "สิ้นเดือน": (0, 31), "สิ้นปี": (99, 31), "ต้นเดือนหน้า": (1, 1), "เดือนหน้า": (1, 1),
}  # fmt: skip
_PART_WORDS = regex.compile(_any(dict.fromkeys(_PARTS, 0)))
_MONTH_PART = regex.compile(rf"(?P<m>{_ZH}{{1,3}})月(?P<part>[初中底])")
_WEEKEND = regex.compile(
    r"(?:(?P<next>next|this)\s)?weekend|(?P<next>下|這)?個?(?:週末|周末)|akhir pekan(?:\s(?P<next>depan|ini))?|cuối tuần(?:\s(?P<next>sau|này))?|(?:เสาร์อาทิตย์|สุดสัปดาห์)(?P<next>หน้า|นี้)?"
)
_NEXT_WEEK = regex.compile(
    r"下個?(?:禮拜|星期|週|周)(?![一二三四五六日天])|next week|minggu depan|tuần sau|tuần tới|(?:สัปดาห์|อาทิตย์)หน้า"
)
_NEXT = {"下", "next", "depan", "tuần sau", "tuần tới", "tới", "หน้า", "下個月", "下月", "sau"}
_DAY_BEFORE_MONTH = {"id", "vi", "th"}


def _day(year: int, month: int, day: int) -> Optional[date]:
    if not (1 <= month <= 12 and 1 <= day <= 31 and 2000 <= year <= 2100):
        return None
    return date(year, month, min(day, monthrange(year, month)[1]))


def _coming(today: date, month: Optional[int], day: Optional[int]) -> Optional[date]:
    """Return the next such day from today; without a month, in this month or the next."""
    if day is None:
        return None
    if month is None:
        first = _day(today.year, today.month, day)
        if first is None or first >= today:
            return first
        return _day(*shift(today, 1), day)
    this_year = _day(today.year, month, day)
    return this_year if this_year is None or this_year >= today else _day(today.year + 1, month, day)


def _number(text: Optional[str]) -> Optional[int]:
    number = read(text) if text else None
    return None if number is None else number.value


def _weekday(today: date, weekday: int, following: int) -> date:
    """Return the weekday of the week `following` weeks on; of this week, or the next one to come, for 0."""
    monday = today - timedelta(days=today.weekday())
    found = monday + timedelta(days=weekday, weeks=following)
    return found if found >= today else found + timedelta(weeks=1)


def dates(folded: str, today: date, language: str) -> Iterator[Found]:
    """Yield the days a line names; `language` decides whether 5/12 is in May or December."""
    for hit, value in _all(folded, today, language):
        if value is not None:
            yield Found(hit.start(), hit.end(), "date", value.isoformat())


def _all(folded: str, today: date, language: str) -> Iterator["tuple[regex.Match[str], Optional[date]]"]:
    for pattern in (_YEAR_FIRST, _DAY_FIRST):
        for hit in pattern.finditer(folded):
            year, month, day = _number(hit.group("y")), _number(hit.group("m")), _number(hit.group("d"))
            if year and month and day:
                yield hit, _day(common_era(year), month, day)
    if _HAN.search(folded):
        for hit in _CHINESE.finditer(folded):
            yield hit, _chinese_day(hit, today)
        for hit in _MONTH_PART.finditer(folded):
            yield (
                hit,
                _coming(today, _number(hit.group("m")), {"初": 5, "中": 15, "底": 31}[hit.group("part")]),
            )
    for hit in _SHORT.finditer(folded):
        one, two = int(hit.group("a")), int(hit.group("b"))
        day_first = one > 12 or (language in _DAY_BEFORE_MONTH and two <= 12)
        yield hit, _coming(today, two if day_first else one, one if day_first else two)
    spelt = _SPELT.search(folded) is not None
    for pattern in (_NAMED_DAY_FIRST, _NAMED_MONTH_FIRST) if spelt else ():
        for hit in pattern.finditer(folded):
            month, day, year = MONTH_NAMES[hit.group("m")], int(hit.group("d")), hit.group("y")
            yield hit, _day(common_era(int(year)), month, day) if year else _coming(today, month, day)
    for hit in _DAY_OF.finditer(folded) if spelt else ():
        yield hit, _day_of(hit, today)
    for hit in _NEXT_WEEK.finditer(folded):
        yield hit, _weekday(today, 0, 1)
    for hit in _WEEK.finditer(folded):
        following = {"下下": 2}.get(hit.group("next") or "", 1 if hit.group("next") in _NEXT else 0)
        yield hit, _weekday(today, WEEKDAYS[hit.group("w")], following)
    for hit in _NEAR.finditer(folded):
        yield hit, today + timedelta(days=NEAR_DAYS[hit.group()])
    for hit in _LATER.finditer(folded):
        count = 1 if hit.group("n") == "a" else _number(hit.group("n"))
        yield hit, None if count is None else _later(today, count, _UNITS[hit.group("u")])
    for hit in _PART_WORDS.finditer(folded):
        month, day = _PARTS[hit.group()]
        yield hit, date(today.year, 12, 31) if month == 99 else _day(*shift(today, month), day)
    for hit in _WEEKEND.finditer(folded):
        yield hit, _weekday(today, 5, 1 if hit.group("next") in _NEXT else 0)


def _later(today: date, count: int, unit: int) -> Optional[date]:
    if unit == 30:
        return _day(*shift(today, count), today.day)
    return today + timedelta(days=count * unit) if count * unit < 3700 else None


def _chinese_day(hit: "regex.Match[str]", today: date) -> Optional[date]:
    day, month, following = _number(hit.group("d")), _number(hit.group("m")), hit.group("next")
    if day is None:
        return None
    if following:
        ahead = 2 if following == "下下個月" else 1 if following in _NEXT else 0
        return _day(*shift(today, ahead), day)
    if hit.group("rel") and month:
        return _day(today.year + (hit.group("rel") == "明年"), month, day)
    return _coming(today, month, day)


def _day_of(hit: "regex.Match[str]", today: date) -> Optional[date]:
    day, following = _number(hit.group("d")), hit.group("next")
    if day is None:
        return None
    if following:
        return _day(*shift(today, 1 if following in _NEXT else 0), day)
    month = hit.group("m")
    if month and hit.group("y"):
        return _day(int(hit.group("y")), int(month), day)
    return _coming(today, int(month) if month else None, day)
