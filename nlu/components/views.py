"""What the classifier looks at in a line: pieces of text, by three views.

chars   n-grams of characters; across words in scripts without spaces, within words in the others
words   single tokens and pairs
sounds  n-grams of toneless Mandarin syllables, so that 建保 still sounds like 健保
plain   n-grams of characters without marks, for Vietnamese
"""

from __future__ import annotations

from functools import lru_cache
from typing import Callable, Dict, Iterator, List, Sequence

import regex
from pypinyin import Style, lazy_pinyin

from nlu.components.letters import without_marks
from nlu.components.tokens import cut

_SPACE = regex.compile(r"\s+")
_NUMBER = regex.compile(r"\d+")
_UNSPACED = regex.compile(r"[\p{Han}\p{Thai}\p{Bopomofo}]")


def squeeze(folded: str) -> str:
    """Return the line with runs of space made one and digits made alike (12345 is 98765 here)."""
    return _NUMBER.sub(lambda found: "0" * min(len(found.group()), 4), _SPACE.sub(" ", folded.strip()))


def _ngrams(text: str, low: int, high: int) -> Iterator[str]:
    for size in range(low, high + 1):
        for start in range(len(text) - size + 1):
            yield text[start : start + size]


def chars(folded: str) -> List[str]:
    """Return character n-grams: 1 to 3 of an unspaced line, 1 to 5 inside the words of a spaced one."""
    text = squeeze(folded)
    if _UNSPACED.search(text):
        return list(_ngrams(f" {text} ", 1, 4))
    return [gram for word in text.split(" ") for gram in _ngrams(f" {word} ", 1, 5)]


def words(folded: str) -> List[str]:
    """Return tokens and neighbouring pairs."""
    tokens = [span.text for span in cut(squeeze(folded))]
    return tokens + [f"{one} {two}" for one, two in zip(tokens, tokens[1:], strict=False)]


@lru_cache(maxsize=16384)
def _syllable(char: str) -> str:
    return lazy_pinyin(char, style=Style.NORMAL)[0]


def syllables(folded: str) -> List[str]:
    """Return the toneless syllable of each Chinese character, other tokens as they are."""
    return [_syllable(span.text) if span.text >= "\u3400" else span.text for span in cut(squeeze(folded))]


def sounds(folded: str) -> List[str]:
    """Return n-grams (1 to 3) of syllables; empty for a line without Chinese characters."""
    if not regex.search(r"\p{Han}", folded):
        return []
    line = ["^", *syllables(folded), "$"]
    return [" ".join(line[i : i + size]) for size in (1, 2, 3) for i in range(len(line) - size + 1)]


def plain(folded: str) -> List[str]:
    """Return character n-grams (2 to 4) of a Latin line without its marks: Vietnamese is often typed so."""
    if _UNSPACED.search(folded):
        return []
    return list(_ngrams(f" {without_marks(squeeze(folded))} ", 2, 4))


VIEWS: Dict[str, Callable[[str], List[str]]] = {
    "chars": chars,
    "words": words,
    "sounds": sounds,
    "plain": plain,
}


def pieces(view: str, lines: Sequence[str]) -> List[List[str]]:
    """Return the pieces of many lines."""
    return [VIEWS[view](line) for line in lines]
