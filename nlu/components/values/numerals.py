"""Numbers as people write them in five languages: 12, 3,304, 一萬二, 十二, twelve, dua belas, mười hai, สิบสอง."""

from __future__ import annotations

import unicodedata
from typing import Dict, List, NamedTuple, Optional, Tuple

import regex

# word -> (kind, value): d a digit or small number, t a ten as in English, m multiplies what stands before it,
# b the Indonesian "-teen", h half of the unit before it, z a nought that is only said, - nothing.
Part = Tuple[str, float]


def _digits(words: str) -> Dict[str, Part]:
    return {
        word: ("d", float(value)) for value, group in enumerate(words.split()) for word in group.split("/")
    }


CHINESE: Dict[str, Part] = {
    **_digits("零/〇 一/壹 二/兩/貳 三/參 四/肆 五/伍 六/陸 七/柒 八/捌 九/玖"),
    "廿": ("t", 20), "卅": ("t", 30),
    "十": ("m", 10), "拾": ("m", 10), "百": ("m", 100), "佰": ("m", 100), "千": ("m", 1000), "仟": ("m", 1000), "萬": ("m", 10000),
}  # fmt: skip
ENGLISH: Dict[str, Part] = {
    **_digits(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen"
    ),
    **{w: ("t", float(20 + 10 * i)) for i, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"])},
    "hundred": ("m", 100), "thousand": ("m", 1000), "and": ("-", 0), "dozen": ("m", 12),
}  # fmt: skip
INDONESIAN: Dict[str, Part] = {
    **_digits("nol satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas"),
    "belas": ("b", 10), "puluh": ("m", 10), "ratus": ("m", 100), "seratus": ("m", 100), "ribu": ("m", 1000), "rb": ("m", 1000),
    "seribu": ("m", 1000), "sejuta": ("m", 1000000), "juta": ("m", 1000000), "jt": ("m", 1000000),
}  # fmt: skip
VIETNAMESE: Dict[str, Part] = {
    **_digits("không một/mốt hai ba bốn/tư năm/lăm sáu bảy/bẩy tám chín"),
    "mười": ("t", 10), "mươi": ("m", 10), "trăm": ("m", 100), "nghìn": ("m", 1000), "ngàn": ("m", 1000), "vạn": ("m", 10000),
    "triệu": ("m", 1000000), "chục": ("m", 10), "rưỡi": ("h", 0.5), "lẻ": ("z", 0), "linh": ("z", 0),
    # As people type without marks; words that mean something else then (sau, nam, ngan) are left out.
    **{word: ("d", value) for word, value in (("mot", 1), ("bon", 4), ("tam", 8), ("chin", 9))},
    "muoi": ("m", 10), "tram": ("m", 100), "nghin": ("m", 1000), "ruoi": ("h", 0.5),
}  # fmt: skip
THAI: Dict[str, Part] = {
    **_digits("ศูนย์ หนึ่ง/เอ็ด สอง/ยี่ สาม สี่ ห้า หก เจ็ด แปด เก้า"),
    "นึง": ("-", 0), "เดียว": ("-", 0),
    "สิบ": ("m", 10), "ร้อย": ("m", 100), "พัน": ("m", 1000), "หมื่น": ("m", 10000), "แสน": ("m", 100000), "ล้าน": ("m", 1000000),
}  # fmt: skip

SPACED: Dict[str, Part] = {**ENGLISH, **INDONESIAN, **VIETNAMESE}
# Written to the digits only: a lone k is "không" in Vietnamese.
_ATTACHED: Dict[str, Part] = {"k": ("m", 1000), "rb": ("m", 1000), "jt": ("m", 1000000), "tr": ("m", 1000000)}
# In these, a last digit counts tenths of the unit before it, from the unit on: 三百五 350, một vạn hai 12000.
_TENTHS_FROM = {**dict.fromkeys(CHINESE, 100), **dict.fromkeys(VIETNAMESE, 100), **dict.fromkeys(THAI, 1000)}
_UNSPACED: Dict[str, Part] = {**CHINESE, **THAI}
_DIGITS = r"(?:\p{Nd}{1,3}(?:[,.]\p{Nd}{3})+(?![\p{Nd}])|\p{Nd}+(?:\.\p{Nd}{1,2})?)"
_spaced_words = "|".join(sorted(map(regex.escape, SPACED), key=len, reverse=True))
_unspaced_words = "|".join(sorted(map(regex.escape, _UNSPACED), key=len, reverse=True))
# Only these follow digits: in "tháng 8 năm 2025" the word after 8 is a year, not a five.
_scales = "|".join(word for word, (kind, value) in SPACED.items() if kind == "m" and value >= 100)
# A run of number words or digits, in which one language does not mix with another often enough to matter.
NUMBER = (
    rf"(?:{_DIGITS}(?:(?:k|rb|jt)\b|tr[1-9]?\b)|(?:{_DIGITS}\s?\b(?:{_scales})|\b(?:{_spaced_words}))\b(?:[\s-](?:(?:{_spaced_words})\b|[1-9]\b))*"
    rf"|(?:{_DIGITS}|{_unspaced_words})(?:\s?(?:{_DIGITS}|{_unspaced_words}))*)"
)
_PART = regex.compile(rf"{_DIGITS}|{_unspaced_words}|(?:{_spaced_words})\b|k|rb|jt|tr")


class Amount(NamedTuple):
    """A value, and whether it was written with a word such as 萬, nghìn or k."""

    value: int
    scaled: bool


def _plain(digits: str) -> float:
    ascii_digits = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in digits)
    if regex.fullmatch(r"\d{1,3}(?:[,.]\d{3})+", ascii_digits):
        return float(regex.sub(r"[,.]", "", ascii_digits))
    return float(ascii_digits)


def _parts(text: str) -> List[Part]:
    found: List[Part] = []
    for piece in _PART.findall(text):
        word = _UNSPACED.get(piece) or SPACED.get(piece) or _ATTACHED.get(piece)
        found.append(word if word is not None else ("n", _plain(piece)))
    return found


def _digit_by_digit(text: str, parts: List[Part]) -> Optional[int]:
    """Read 一一四 as 114."""
    if len(parts) == len(text) > 1 and all(kind == "d" and value < 10 for kind, value in parts):
        return int("".join(str(int(value)) for _, value in parts))
    return None


def read(text: str) -> Optional[Amount]:
    """Return the number that the whole of `text` says, or None when it is none."""
    parts = _parts(text.strip())
    if not parts:
        return None
    as_digits = _digit_by_digit(text.strip(), parts)
    if as_digits is not None:
        return Amount(as_digits, False)
    total, section, pending, last = 0.0, 0.0, None, 1.0  # type: float, float, Optional[float], float
    scaled, zero = False, False
    for kind, value in parts:
        if kind in "dn":
            if pending is not None and pending != 0:
                return None
            zero = zero or value == 0
            pending = value
        elif kind == "t":
            section += value
        elif kind == "b":
            section, pending = section + 10 + (pending or 0), None
        elif kind == "h":
            section, pending = section + value * last, None
        elif kind == "z":
            zero = True
        elif kind == "m":
            scaled = scaled or value >= 100
            if value >= 1000:
                total, section = total + (section + (pending or 0) or 1) * value, 0.0
            else:
                section += (pending if pending is not None else 1) * value
            pending, last = None, value
    if pending is not None:
        tenths = not zero and pending < 10 and parts[-1][0] in "dn" and _counts_tenths(text.strip(), last)
        section += pending * (last / 10 if tenths else 1)
    return Amount(round(total + section), scaled)


def _counts_tenths(text: str, last: float) -> bool:
    """Say whether a last digit counts tenths of the unit before it: 一萬二, 1萬2, một vạn hai, 1 vạn 2, 1tr2."""
    pieces = _PART.findall(text)
    if len(pieces) < 2:
        return False
    unit = pieces[-2]
    return last >= _TENTHS_FROM.get(unit, 1000 if unit == "tr" else float("inf"))
