"""Days reckoned from today: 昨天, 下禮拜一, last Tuesday, two days ago, akhir bulan, tết này, สิ้นเดือน.

The value is one day, YYYY-MM-DD. What is vague gets the best one: a week its Monday, a weekend its Saturday, the
start of a month its 1st, the middle its 15th, the end its last day, a feast its (first) day, the next one to
come. 「下個月」 is the 1st of it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Iterator, Optional

import regex

from nlu.components.values import calendar_words as words
from nlu.components.values.calendar_words import day_of, number, shift
from nlu.components.values.found import Found
from nlu.components.values.lexicon import Names, either
from nlu.components.values.numerals import NUMBER
from nlu.components.values.signs import Signs

_WEEKDAY = either(words.WEEKDAYS)
_WAYS = "|".join(sorted(map(regex.escape, words.NEXT | words.PAST), key=len, reverse=True))
_WEEK = regex.compile(
    rf"(?P<way>上上|下下|上|下|這|本)?個?(?:週|周|禮拜|星期|拜)(?P<zh>[一二三四五六日天])(?![個些])"
    rf"|(?:\b(?P<cue>on|by|until|till|before|after|since|this|every|hari|hôm|bữa|from)\s)?(?:(?P<way>next|last|past|coming)\s)?(?P<w>{_WEEKDAY})(?:\s?(?P<way>{_WAYS})(?!\p{{Latin}}))?"
    rf"|วัน(?P<w>{_WEEKDAY})(?P<way>{_WAYS}|นี้)?"
)
_FIXED = Names(
    {
        name: name
        for table in (words.DAYS, words.WEEKS, words.PARTS, words.YEARLY, words.MOVING)
        for name in table
    }
)
_UNITS = {
    **dict.fromkeys(("天", "日", "工", "day", "days", "hari", "ngày", "ngay", "hôm", "bữa", "วัน"), 1),
    **dict.fromkeys(("禮拜", "星期", "週", "周", "week", "weeks", "minggu", "pekan", "tuần", "tuan", "สัปดาห์", "อาทิตย์"), 7),
    **dict.fromkeys(("月", "month", "months", "bulan", "bln", "tháng", "thang", "เดือน"), 30),
}  # fmt: skip
_N = rf"(?P<n>{NUMBER}|a couple of|a)"
_LATER = regex.compile(
    rf"(?:in\s|再)?(?P<n>{NUMBER})\s?個?(?P<u>天|日|禮拜|星期|週|周|月)(?:之?後|以後|內)|再(?P<n>{NUMBER})\s?個?(?P<u>天|禮拜|星期|月)|\bin\s{_N}\s(?P<u>day|week|month)s?\b|{_N}\s(?P<u>day|week|month)s?\s(?:later|from now)"
    rf"|(?P<n>{NUMBER})\s(?P<u>hari|minggu|bulan|pekan)\slagi|(?P<n>{NUMBER})\s(?P<u>ngày|tuần|tháng|bữa|ngay|tuan|thang)\s(?:nữa|sau|tới|nua)|อีก\s?(?P<n>{NUMBER})\s?(?P<u>วัน|สัปดาห์|อาทิตย์|เดือน)"
)
_AGO = regex.compile(
    rf"(?P<n>{NUMBER}|幾)\s?個?(?P<u>天|日|工|禮拜|星期|週|周)(?:之?前|以前)|\b{_N}\s(?P<u>day|week)s?\s(?:ago|back|before)|(?P<n>{NUMBER})\s(?P<u>hari|minggu|pekan)\s(?:yang\s)?(?:lalu|yg lalu|kemarin)"
    rf"|(?P<n>{NUMBER})\s(?P<u>ngày|hôm|bữa|tuần|ngay|tuan)\s(?:trước|truoc)|(?P<n>{NUMBER})\s?(?P<u>วัน|สัปดาห์|อาทิตย์)(?:ก่อน|ที่แล้ว|ที่ผ่านมา)"
)
_WEEKEND = regex.compile(
    r"(?:(?P<way>next|this|last)\s)?\bweekend\b|(?P<way>下|這|上)?個?(?:週末|周末)|akhir pekan(?:\s(?P<way>depan|ini|lalu))?|(?:cuối|cuoi) (?:tuần|tuan)(?:\s(?P<way>sau|này|tới|trước|rồi))?|(?:เสาร์อาทิตย์|สุดสัปดาห์)(?P<way>หน้า|นี้|ที่แล้ว)?"
)
_WEEK_SIGNS = Signs(words.WEEKDAYS, "週周禮星拜วเ")
_WEEKEND_SIGNS = Signs(["weekend", "pekan", "tuần", "tuan"], "週周สเ")
_LATER_SIGNS = Signs("day days week weeks month months lagi nữa sau tới nua", "天日禮星週周月อ")
_AGO_SIGNS = Signs("ago back before lalu kemarin trước truoc", "前กท")
_NEW_YEARS = regex.compile(r"大年初(?P<d>[一二三四五六七八九十]{1,2})")


def relative_days(folded: str, today: date) -> Iterator[Found]:
    """Yield the days a line reckons from today, feasts with them."""
    for start, end, name in _FIXED.find(folded):
        fixed = _fixed(name, today)
        if fixed is not None:
            yield Found(start, end, "date", fixed.isoformat())
    for hit in _WEEK.finditer(folded) if _WEEK_SIGNS.in_line(folded) else ():
        yield from _found(hit, _weekday_of(hit, today))
    for hit in _WEEKEND.finditer(folded) if _WEEKEND_SIGNS.in_line(folded) else ():
        yield from _found(hit, _weekday(today, 5, _weeks(hit.group("way"))))
    for pattern, signs, sign in ((_LATER, _LATER_SIGNS, 1), (_AGO, _AGO_SIGNS, -1)):
        for hit in pattern.finditer(folded) if signs.in_line(folded) else ():
            yield from _found(hit, _reckoned(today, sign * _count(hit.group("n")), _UNITS[hit.group("u")]))
    for hit in _NEW_YEARS.finditer(folded):
        first = _fixed("大年初一", today)
        yield from _found(hit, first and first + timedelta(days=(number(hit.group("d")) or 1) - 1))


def _found(hit: "regex.Match[str]", value: Optional[date]) -> Iterator[Found]:
    if value is not None:
        yield Found(hit.start(), hit.end(), "date", value.isoformat())


def _fixed(word: str, today: date) -> Optional[date]:
    if word in words.DAYS:
        return today + timedelta(days=words.DAYS[word])
    if word in words.WEEKS:
        return today + timedelta(days=-today.weekday(), weeks=words.WEEKS[word])
    if word in words.PARTS:
        months, day = words.PARTS[word]
        return day_of(*shift(today, months), day)
    if word in words.YEARLY:
        month, day = map(int, words.YEARLY[word].split("-"))
        return words.coming(today, month, day)
    return next((day for day in words.MOVING[word] if day >= today), None)


def _weeks(way: Optional[str]) -> int:
    if way in ("上上", "下下"):
        return -2 if way == "上上" else 2
    return 1 if way in words.NEXT else -1 if way in words.PAST else 0


def _weekday_of(hit: "regex.Match[str]", today: date) -> Optional[date]:
    way, name = hit.group("way"), hit.group("w")
    if hit.group("zh"):
        return _weekday(today, words.CHINESE_WEEKDAYS[hit.group("zh")], _weeks(way))
    if name in words.CUED and not (hit.group("cue") or way):
        return None
    weekday = words.WEEKDAYS[name]
    in_past = way in words.PAST and "tuần" not in (way or "") and "minggu" not in (way or "")
    if in_past or (hit.group("cue") in ("hôm", "bữa") and way not in words.NEXT):
        # "last Tuesday", "hôm thứ ba": the latest one that is over.
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    return _weekday(today, weekday, _weeks(way))


def _weekday(today: date, weekday: int, following: int) -> date:
    """Return the weekday of the week `following` weeks on; of this week, or the next one to come, for 0."""
    found = today + timedelta(days=weekday - today.weekday(), weeks=following)
    return found if following or found >= today else found + timedelta(weeks=1)


def _count(text: str) -> int:
    if text in ("a couple of", "幾"):
        return 2
    return 1 if text in ("a", "an") else number(text) or 1


def _reckoned(today: date, count: int, unit: int) -> Optional[date]:
    if unit == 30:
        return day_of(*shift(today, count), today.day)
    return today + timedelta(days=count * unit) if abs(count * unit) < 3700 else None
