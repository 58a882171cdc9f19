"""Numbers as people write them in five languages: 12, 3,304, 一萬二, 十二, twelve, dua belas, mười hai, สิบสอง."""

from __future__ import annotations

import unicodedata
from typing import Dict, List, NamedTuple, Optional, Tuple

import regex

# word -> (kind, value): d a digit or small number, t a ten as in English, m multiplies what stands before it,
# b the Indonesian "-teen", - nothing.
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
    "hundred": ("m", 100), "thousand": ("m", 1000), "k": ("m", 1000), "and": ("-", 0), "dozen": ("m", 12),
}  # fmt: skip
INDONESIAN: Dict[str, Part] = {
    **_digits("nol satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas"),
    "belas": ("b", 10), "puluh": ("m", 10), "ratus": ("m", 100), "seratus": ("d", 100), "ribu": ("m", 1000), "rb": ("m", 1000),
    "seribu": ("d", 1000), "juta": ("m", 1000000), "jt": ("m", 1000000),
}  # fmt: skip
VIETNAMESE: Dict[str, Part] = {
    **_digits("không một/mốt hai ba bốn/tư năm/lăm sáu bảy/bẩy tám chín"),
    "mười": ("t", 10), "mươi": ("m", 10), "trăm": ("m", 100), "nghìn": ("m", 1000), "ngàn": ("m", 1000), "vạn": ("m", 10000),
    "triệu": ("m", 1000000),
}  # fmt: skip
THAI: Dict[str, Part] = {
    **_digits("ศูนย์ หนึ่ง/เอ็ด สอง/ยี่ สาม สี่ ห้า หก เจ็ด แปด เก้า"),
    "สิบ": ("m", 10), "ร้อย": ("m", 100), "พัน": ("m", 1000), "หมื่น": ("m", 10000), "แสน": ("m", 100000), "ล้าน": ("m", 1000000),
}  # fmt: skip

SPACED: Dict[str, Part] = {**ENGLISH, **INDONESIAN, **VIETNAMESE}
_UNSPACED: Dict[str, Part] = {**CHINESE, **THAI}
_DIGITS = r"(?:\p{Nd}{1,3}(?:[,.]\p{Nd}{3})+(?![\p{Nd}])|\p{Nd}+(?:\.\p{Nd}{1,2})?)"
_spaced_words = "|".join(sorted(map(regex.escape, SPACED), key=len, reverse=True))
_unspaced_words = "|".join(sorted(map(regex.escape, _UNSPACED), key=len, reverse=True))
# A run of number words or digits, in which one language does not mix with another often enough to matter.
NUMBER = (
    rf"(?:(?:{_DIGITS}|{_unspaced_words})(?:\s?(?:{_DIGITS}|{_unspaced_words}))*"
    rf"|(?:{_DIGITS}\s?)?\b(?:{_spaced_words})\b(?:[\s-](?:{_spaced_words})\b)*"
    rf"|{_DIGITS}(?:k|rb|jt)\b)"
)
_PART = regex.compile(rf"{_DIGITS}|{_unspaced_words}|{_spaced_words}")


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
        word = _UNSPACED.get(piece) or SPACED.get(piece)
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
        elif kind == "m":
            scaled = scaled or value >= 100
            if value >= 1000:
                total, section = total + (section + (pending or 0) or 1) * value, 0.0
            else:
                section += (pending if pending is not None else 1) * value
            pending, last = None, value
    if pending is not None:
        # 一萬二 is 12,000 and 三百五 is 350: a last digit counts tenths of the unit before it.
        tenths = (
            last >= 100 and not zero and pending < 10 and parts[-1][0] in "dn" and text[-1] in CHINESE
        ) or False
        section += pending * (last / 10 if tenths or _mixed(parts, last, text) else 1)
    return Amount(round(total + section), scaled)


def _mixed(parts: List[Part], last: float, text: str) -> bool:
    """Say whether this is 1萬2: a Chinese unit followed by one Arabic digit."""
    return (
        last >= 100 and parts[-1][0] == "n" and len(text) > 1 and text[-1].isdigit() and text[-2] in CHINESE
    )
