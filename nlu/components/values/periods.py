"""How often: numbers of monthly instalments, 六期, 10 terms, an 8-month plan, mười hai kỳ, 12 งวด, 半年."""

from __future__ import annotations

from typing import Iterator

import regex

from nlu.components.values.calendar_words import number
from nlu.components.values.found import Found
from nlu.components.values.numerals import NUMBER
from nlu.components.values.signs import Signs

# These units say instalments by themselves.
_TERMS = regex.compile(
    rf"(?<!第\s?)(?P<n>{NUMBER})\s?-?\s?(?:期(?!間|待|望|限|末|中)|(?:monthly\s)?instal+ments?\b|terms?\b|periods?\b|payments\b"
    r"|(?:x|kali|kl)\s(?:cicilan|angsuran|bayar|cicil|angsur|pembayaran)\b|cicilan\b|angsuran\b|termin\b|tahap\b|kỳ\b|ky\b|đợt\b|phần\b|dot\b|งวด)"
)
# These only where the line speaks of a plan beside them; alone they are sure when the line says nothing else.
_UNITS = regex.compile(
    rf"(?P<n>{NUMBER})\s?-?\s?(?:個月(?!前|後|內|份|以前|之前|沒|未|不)|次(?=付|繳|還|給|清|攤|$|可|行|好|吧)|回(?=付|繳|還)"
    r"|months?\b(?!\s(?:ago|in arrears|behind|overdue|unpaid|late))|times\b|x\b|bulan\b(?!\s+(?:lalu|yang lalu|lagi|belum|(?:ga|gak|tidak)\s(?:di)?bayar|nunggak))|bln\b(?!\slalu)|kali\b|kl\b|x\b"
    r"|(?:tháng|thang)\b(?!\s+(?:trước|truoc|sau|nữa|chưa|không|ko|\d))|(?:lần|lan)\b|เดือน(?!ที่แล้ว|ก่อน|หน้า|ไม่|แล้ว|ยัง)|ครั้ง)"
)
_YEARS = regex.compile(
    r"(?P<half>半年|half[\s-]an?[\s-]?year|half[\s-](?:a\s)?year|setengah tahun|½ tahun|nửa năm|nua nam|ครึ่งปี|ครึ่งปี)"
    r"|(?P<one>\ba year\b(?!\sago)|\bsetahun\b|ปีเดียว|ปีนึง|หนึ่งปี|\b(?:một|mot) (?:năm|nam)\b)(?P<more>\s?(?:and a half|setengah|rưỡi|ruoi|ครึ่ง))?"
    rf"|(?P<n>{NUMBER})\s?-?\s?(?:年(?!前|後|度|底|初|級|來(?!還)|多|的(?!話)|內|\s?\p{{Nd}}|[一二三四五六七八九十])|years?\b(?!\s+(?:ago|old))"
    r"|(?:tahun|thn)\b(?!\s+(?:lalu|\d))|năm\b(?!\s+(?:trước|sau|nay|ngoái|\d))|nam\b|ปี(?!ที่แล้ว|ก่อน|หน้า|นี้))(?P<more>半|\s?rưỡi|\s?ruoi|\s?setengah|\s?and a half|ครึ่ง)?"
)
_SPLIT = r"分|攤|拆|split|spread|over|into|plan|instal\w*|cicil\w*|angsur\w*|dibagi|bagi|góp|gop|chia|ผ่อน|แบ่ง"
_PLAN_BEFORE = regex.compile(
    rf"(?:{_SPLIT}|還|繳|付|改成?|選|\b(?:choose|pick|prefer|make it)\b|bayar|jadi|pilih|trả|tra\b|thành|thanh\b|chọn|จ่าย|เลือก)[^,.;，。]{{0,9}}$"
)
_SPLIT_BEFORE = regex.compile(rf"(?:{_SPLIT}|選|choose|pick|pilih|chọn|เลือก)[^,.;，。]{{0,12}}$")
_TIMES = regex.compile(r"(?:次|回|times|x|kali|kl|lần|lan|ครั้ง)$")
_PLAN_AFTER = regex.compile(
    r"[^,.;，。]{0,2}(?:分期|付清|還清|繳清|攤還|攤|慢慢還|好了|plan|instal|please|pls|cicil|angsur|góp|nha|nhé|ผ่อน)|(?:可以嗎|吧|aja|saja|ก็ได้)"
)
_SINCE = regex.compile(
    r"(?:欠|過去|近|最近|超過|滿|住|做|已經|等|拖|for|past|last|owe\w*|after|selama ini|sudah|nunggak|hơn|đã|nợ|ค้าง|มา|กว่า)\s?$"
)
_UNIT_WORDS = "month months monthly times x bulan bln kali kl tháng thang lần lan"
_TERM_WORDS = "instalment instalments installment installments term terms period periods payments cicilan angsuran termin tahap kỳ ky đợt phần dot"
_TERM_SIGNS = Signs(f"{_TERM_WORDS} x kali kl", "期ง")
_UNIT_SIGNS = Signs(_UNIT_WORDS, "個次回เค")
_YEAR_SIGNS = Signs("year years tahun thn setahun năm nam", "年ป")
_ALONE = regex.compile(
    rf"\s*(?:make it|i choose|i pick|選|em chọn|chọn|tôi chọn|pilih|saya pilih|เลือก|เอา)?\s*(?P<n>{NUMBER})\s*"
    r"(?:please|pls|ya|aja|saja|deh|nha|nhé|nhe|ạ|đi|thôi|吧|好了|好|ค่ะ|คะ|ครับ|นะ|[.!。！])?\s*"
)
_MOST_TERMS = 60
_MOST_YEARS = 4


def period_counts(folded: str) -> Iterator[Found]:
    """Yield numbers of monthly instalments; a year is twelve. A bare small number says it when it is all there is."""
    for hit in _TERMS.finditer(folded) if _TERM_SIGNS.in_line(folded) else ():
        value = number(hit.group("n"))
        if value is not None and 2 <= value <= _MOST_TERMS:
            yield Found(hit.start(), hit.end(), "period_count", value)
    for hit in _UNITS.finditer(folded) if _UNIT_SIGNS.in_line(folded) else ():
        value = number(hit.group("n"))
        if value is not None and 2 <= value <= _MOST_TERMS:
            yield Found(hit.start(), hit.end(), "period_count", value, _is_plan(folded, hit))
    for hit in _YEARS.finditer(folded) if _YEAR_SIGNS.in_line(folded) else ():
        years = 0.5 if hit.group("half") else 1 if hit.group("one") else number(hit.group("n")) or 0
        years += 0.5 if hit.group("more") else 0
        if 0 < years <= _MOST_YEARS and not _names_a_year(folded, hit.start()):
            yield Found(hit.start(), hit.end(), "period_count", int(years * 12), _is_plan(folded, hit))
    alone = _ALONE.fullmatch(folded)
    value = number(alone.group("n")) if alone else None
    if alone and value is not None and 2 <= value <= _MOST_TERMS:
        yield Found(alone.start("n"), alone.end("n"), "period_count", value)


def _is_plan(folded: str, hit: "regex.Match[str]") -> bool:
    """Say whether a time stands where a number of terms stands: after "split into", or as nearly the whole line."""
    before = folded[max(0, hit.start() - 30) : hit.start()]
    if _SINCE.search(before):
        return False
    if len(folded.strip()) - len(hit.group()) <= 1:
        return True
    # "Paid twice" is no plan: with times, only words for splitting say so.
    cue = _SPLIT_BEFORE if _TIMES.search(hit.group()) else _PLAN_BEFORE
    return bool(cue.search(before) or _PLAN_AFTER.match(folded, hit.end()))


def _names_a_year(folded: str, start: int) -> bool:
    return folded[max(0, start - 1) : start] in set("去今明前後每民這那第")
