"""How much and how often: amounts in NT$ and numbers of instalments."""

from __future__ import annotations

from typing import Iterator, Optional

import regex

from nlu.components.values.found import Found
from nlu.components.values.numerals import NUMBER, read

_BEFORE = r"(?:nt\s?\$|ntd|twd|us\$|\$|新台幣|台幣|rp\.?|nt)"
_AFTER = r"(?:元整|元|塊錢|塊|圓|ntd|twd|nt(?![$\p{L}])|nt\$|dollars?\b|dolar\b|yuan\b|đài tệ|tệ\b|đô\b|đồng\b|ดอลลาร์(?:ไต้หวัน)?|เหรียญ|บาท)"
_MONEY = regex.compile(
    rf"(?:{_BEFORE}\s?)?(?<![\p{{Nd}}]-?)(?P<n>{NUMBER})\s?{_AFTER}|{_BEFORE}\s?(?P<m>{NUMBER})"
)
_BARE = regex.compile(rf"(?<![\p{{Nd}}\p{{Latin}}@.:/#-])(?P<n>{NUMBER})(?![\p{{Nd}}\p{{Latin}}@:/%-])")
# What follows a number that is no amount: units of time, people, order.
_NOT_MONEY = regex.compile(
    r"\s?(?:期|個|次|月|年|日|號|天|週|點|分|歲|人|位|名|樓|路|巷|度|張|筆|類|成|級|hari\b|bulan\b|kali\b|tahun\b"
    r"|months?\b|days?\b|years?\b|times\b|people\b|weeks?\b|instal|terms?\b|payments?\b|orang\b|tháng|ngày|năm|lần|kỳ|người|đợt"
    r"|เดือน|วัน|ปี|ครั้ง|งวด|คน)"
)
# Short numbers people know by heart (police, fraud, agency): an amount only with a currency.
_HOTLINES = {110, 111, 112, 113, 119, 165, 1911, 1922, 1955, 1957, 1990, 1999}

_TERMS = regex.compile(
    rf"(?P<n>{NUMBER})\s?-?\s?(?:期|個月(?!前|後|內|份)|次(?=付|繳|還|給|清|攤|$|可|行)"
    r"|months?\b(?!\s+ago)|(?:monthly\s)?instal?lments?\b|terms?\b|times\b|payments?\b|periods?\b|x\b"
    r"|bulan\b(?!\s+(?:lalu|yang lalu|lagi))|kali\b|cicilan\b|angsuran\b|termin\b|tahap\b"
    r"|tháng\b(?!\s+(?:trước|sau|\d))|kỳ\b|lần\b|đợt\b|phần\b|งวด|เดือน(?!ที่แล้ว|ก่อน|หน้า)|ครั้ง)"
)
_YEARS = regex.compile(
    rf"(?P<half>半年|half a year|half year|setengah tahun|nửa năm|ครึ่งปี)|(?P<one>\ba year\b|\bsetahun\b|ปีเดียว|\bmột năm\b)"
    rf"|(?P<n>{NUMBER})\s?(?:年(?!前|後|度|底|初|級|來|多|的|內|\s?\p{{Nd}}|[一二三四五六七八九十])|years?\b(?!\s+(?:ago|old))"
    r"|tahun\b(?!\s+(?:lalu|\d))|năm\b(?!\s+(?:trước|sau|\d))|ปี(?!ที่แล้ว|ก่อน|หน้า))"
)
_MOST_TERMS = 60
_MOST_YEARS = 4


def amounts(folded: str) -> Iterator[Found]:
    """Yield amounts as whole NT$."""
    for hit in _MONEY.finditer(folded):
        number = read(hit.group("n") or hit.group("m"))
        if number is not None:
            yield Found(hit.start(), hit.end(), "amount", number.value)
    for hit in _BARE.finditer(folded):
        number = read(hit.group("n"))
        if number is None or number.value < 100 or _NOT_MONEY.match(folded, hit.end()):
            continue
        if hit.group("n").startswith("0") or (number.value in _HOTLINES and not number.scaled):
            continue
        # A number in words is an amount only when it says hundreds or more by a word.
        if (number.scaled or hit.group("n")[0].isdigit()) and number.value < 10_000_000:
            yield Found(hit.start("n"), hit.end("n"), "amount", number.value)


def period_counts(folded: str) -> Iterator[Found]:
    """Yield numbers of monthly instalments; a year is twelve. A bare small number says it when it is all there is."""
    for hit in _TERMS.finditer(folded):
        value = _whole(hit.group("n"))
        if value is not None and 0 < value <= _MOST_TERMS:
            yield Found(hit.start(), hit.end(), "period_count", value)
    for hit in _YEARS.finditer(folded):
        years = 0.5 if hit.group("half") else 1 if hit.group("one") else _whole(hit.group("n")) or 0
        if 0 < years <= _MOST_YEARS and not _names_a_year(folded, hit.start()):
            yield Found(hit.start(), hit.end(), "period_count", int(years * 12))
    line = folded.strip()
    value = _whole(line) if regex.fullmatch(NUMBER, line) else None
    if value is not None and 0 < value <= _MOST_TERMS:
        start = folded.index(line)
        yield Found(start, start + len(line), "period_count", value)


def _whole(text: str) -> Optional[int]:
    number = read(text)
    return None if number is None else number.value


def _names_a_year(folded: str, start: int) -> bool:
    return folded[max(0, start - 1) : start] in set("去今明前後每民這那第")
