"""How much: amounts in NT$."""

from __future__ import annotations

from typing import Iterator

import regex

from nlu.components.values.found import Found
from nlu.components.values.numerals import CHINESE, NUMBER, SPACED, THAI, read
from nlu.components.values.signs import Signs

_BEFORE = r"(?<![\p{Latin}\p{M}])(?:nt\s?\$|ntd|twd|us\$|\$|新台幣|台幣|rp\.?|nt)|\$"
_AFTER = r"(?:元整|元|塊錢|塊|圓|ntd|twd|nt(?![$\p{L}])|nt\$|dollars?\b|bucks\b|dolar\b|yuan\b|đài tệ|tệ\b|đô\b|đồng\b|dai te\b|ดอลลาร์(?:ไต้หวัน)?|เหรียญ|บาท|หยวน)"
_MONEY = regex.compile(
    rf"(?:(?:{_BEFORE})\s?)?(?<![\p{{Nd}}]-?)(?P<n>{NUMBER})\s?{_AFTER}|(?:{_BEFORE})\s?(?P<m>{NUMBER})"
)
_BARE = regex.compile(rf"(?<![\p{{Nd}}\p{{Latin}}@.:/#-])(?P<n>{NUMBER})(?![\p{{Nd}}\p{{Latin}}@:/%-])")
# What follows a number that is no amount: units of time, people, order.
_NOT_MONEY = regex.compile(
    r"\s?(?:期|個|次|月|年|日|號|天|週|點|分(?![期成開兩二三四五六七八九十0-9])|小時|歲|人|位|名|樓|路|巷|度|張|筆|類|成|級|公里|種|hari\b|bulan\b|bln\b|kali\b|tahun\b|orang\b|jam\b|menit\b"
    r"|months?\b|days?\b|years?\b|times\b|people\b|weeks?\b|hours?\b|minutes?\b|instal|terms?\b|payments?\b|km\b"
    r"|tháng|thang\b|ngày|năm|nam\b|lần|kỳ|ky\b|người|đợt|giờ|phút|tuần"
    r"|เดือน|วัน(?!นี้|ที่)|ปี|ครั้ง|งวด|คน|นาที|ชั่วโมง|โมง|ราย)"
)
# What stands before a telephone number or another number of a thing.
_NO_MONEY_AFTER = regex.compile(r"(?:分機|門牌|\b(?:ext\.?|number|no\.|nomor|room)|เบอร์|โทร)\s?$")
_YEARS = range(2015, 2036)
_BUDDHIST_YEARS = range(2560, 2580)
# Short numbers people know by heart (police, fraud, agency): an amount only with a currency.
_HOTLINES = {110, 111, 112, 113, 119, 165, 1911, 1922, 1955, 1957, 1990, 1999, 4128678}
_UNIT_ALONE = regex.compile(
    r"[十百千萬]|trăm|tram|nghìn|nghin|ngàn|vạn|triệu|ribu|ratus|juta|hundred|thousand|ร้อย|พัน|หมื่น|แสน|ล้าน"
)
_SIGNS = Signs(SPACED, rf"\p{{Nd}}{''.join(CHINESE)}{''.join(word[0] for word in THAI)}")
_MOST = 10_000_000


def amounts(folded: str) -> Iterator[Found]:
    """Yield amounts as whole NT$."""
    if not _SIGNS.in_line(folded):
        return
    for hit in _MONEY.finditer(folded):
        number = read(hit.group("n") or hit.group("m"))
        if number is not None:
            name = "n" if hit.group("n") else "m"
            yield Found(hit.start(), hit.end(name) if name == "m" else hit.end(), "amount", number.value)
    for hit in _BARE.finditer(folded):
        written = hit.group("n")
        if read(written) is None:
            # 一萬二一次付: the last numeral belongs to the next word.
            written = written[:-1].strip()
        number, end = read(written), hit.start("n") + len(written)
        if number is None or number.value < 100 or (end == hit.end() and _NOT_MONEY.match(folded, end)):
            continue
        if written.startswith("0") or (number.value in _HOTLINES and not number.scaled):
            continue
        if _NO_MONEY_AFTER.search(folded, max(0, hit.start() - 12), hit.start()):
            continue
        if _UNIT_ALONE.fullmatch(written):
            continue
        year = written.isdigit() and (number.value in _YEARS or number.value in _BUDDHIST_YEARS)
        # A number in words is an amount only when it says hundreds or more by a word.
        if (
            (number.scaled or written[0].isdigit())
            and number.value < _MOST
            and not (written.isdigit() and len(written) > 6)
        ):
            yield Found(hit.start("n"), end, "amount", number.value, not year)
