"""Which language Latin letters are written in: naive Bayes over character n-grams, a few thousand numbers."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import Dict, List, Sequence, Tuple

import numpy as np
import regex

from nlu.components.normalise import fold

LATIN = ("en", "id", "vi")
_LETTERS = regex.compile(r"[\p{Latin}\p{M}']+")
# Letters that only Vietnamese has.
VIETNAMESE = regex.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")
_SMOOTHING = 0.3
_LONGEST = 4


def without_marks(text: str) -> str:
    """Return the line as typed on a keyboard without Vietnamese."""
    parts = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(char for char in parts if not unicodedata.combining(char))


def _grams(text: str) -> List[str]:
    words = _LETTERS.findall(fold(unicodedata.normalize("NFC", text)))
    return [
        f" {word} "[start : start + size]
        for word in words
        for size in range(1, _LONGEST + 1)
        for start in range(len(word) + 3 - size)
    ]


class LetterModel:
    """Log-probabilities of n-grams in each of the three languages."""

    def __init__(self, grams: Sequence[str], table: np.ndarray) -> None:
        """`table[i, j]` is the log-probability of `grams[i]` in `LATIN[j]`; the last row: unknown ones."""
        self.grams, self.table = list(grams), table.astype(np.float32)
        self._row: Dict[str, int] = {gram: row for row, gram in enumerate(self.grams)}

    @classmethod
    def fit(cls, lines: Sequence[Tuple[str, str]], least: int = 2) -> "LetterModel":
        """Learn from (text, language); Vietnamese is learnt with and without its marks."""
        counts: Dict[str, Counter] = {language: Counter() for language in LATIN}
        for text, language in lines:
            if language in counts:
                counts[language].update(_grams(text))
                if language == "vi":
                    counts[language].update(_grams(without_marks(text)))
        total: Counter = sum(counts.values(), Counter())
        grams = sorted(gram for gram, count in total.items() if count >= least)
        table = np.full((len(grams) + 1, len(LATIN)), _SMOOTHING)
        for column, language in enumerate(LATIN):
            table[:-1, column] += [counts[language][gram] for gram in grams]
        return cls(grams, np.log(table / table.sum(axis=0)))

    def scores(self, text: str) -> np.ndarray:
        """Return one log-likelihood for each of LATIN, 0 for a line without letters."""
        if VIETNAMESE.search(fold(unicodedata.normalize("NFC", text))):
            return np.array([-50.0, -50.0, 0.0])
        unknown = len(self.grams)
        rows = [self._row.get(gram, unknown) for gram in _grams(text)]
        return self.table[rows].sum(axis=0) if rows else np.zeros(len(LATIN))
