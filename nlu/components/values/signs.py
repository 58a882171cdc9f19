"""Cheap signs that a rule may find something in a line: looking for a word in a set costs less than a pattern."""

from __future__ import annotations

from functools import lru_cache
from typing import FrozenSet, Iterable, Union

import regex

_WORD = regex.compile(r"[\p{Latin}\p{M}]+")


@lru_cache(maxsize=16)
def latin_words(folded: str) -> FrozenSet[str]:
    """Return the words in Latin letters of a line."""
    return frozenset(_WORD.findall(folded))


class Signs:
    """The Latin words, and the other characters, one of which every find of a rule has."""

    def __init__(self, names: Union[str, Iterable[str]], characters: str = "") -> None:
        """`names`: words with spaces between, or names of which the last Latin word is a sign.

        `characters`: the inside of a character class.
        """
        last = (_WORD.findall(name) for name in (names.split() if isinstance(names, str) else names))
        self._words = frozenset(words[-1] for words in last if words)
        self._characters = regex.compile(f"[{characters}]") if characters else None

    def in_line(self, folded: str) -> bool:
        """Say whether one of them is in the line."""
        if self._characters is not None and self._characters.search(folded):
            return True
        return not self._words.isdisjoint(latin_words(folded))
