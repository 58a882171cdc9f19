"""Fold the many ways of writing one thing into one, without changing the text's length.

Every character becomes exactly one character, so that entity offsets in the folded text are offsets in what
the person wrote: full-width to half-width, capitals to small, simplified to traditional (both ways of
writing meet, whatever the standard), lone zhuyin letters used as slang to the character they stand for.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Dict

from opencc import OpenCC

# ㄉ for 的 and so on: how people shorten in chat.
ZHUYIN_SLANG = {
    "ㄉ": "的",
    "ㄇ": "嗎",
    "ㄅ": "吧",
    "ㄌ": "了",
    "ㄋ": "呢",
    "ㄍ": "個",
    "ㄟ": "欸",
    "ㄎ": "科",
}
# What NFKC leaves apart though people mean the same.
SAME = {
    "’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "～": "~", "〜": "~",
    "妳": "你", "祢": "你", "牠": "它", "臺": "台", "\u3000": " ", "\xa0": " ",
}  # fmt: skip


@lru_cache(maxsize=1)
def _to_traditional() -> OpenCC:
    return OpenCC("s2t")


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or char >= "\U00020000"


def fold_character(char: str) -> str:
    """Return the one character that stands for `char`."""
    folded = unicodedata.normalize("NFKC", SAME.get(char, char))
    if len(folded) != 1:
        return char
    if _is_han(folded):
        converted = _to_traditional().convert(folded)
        folded = converted if len(converted) == 1 else folded
    else:
        lower = folded.lower()
        folded = ZHUYIN_SLANG.get(folded, lower if len(lower) == 1 else folded)
    return SAME.get(folded, folded)


class _Table(Dict[int, str]):
    """A translation table that fills itself as characters turn up."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = fold_character(chr(code))
        return folded


_TABLE = _Table()


def fold(text: str) -> str:
    """Return `text` folded; `len(fold(text)) == len(text)` always."""
    return text.translate(_TABLE)
