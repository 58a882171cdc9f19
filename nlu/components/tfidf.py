"""TF-IDF vectors of a line's pieces, in a form that loads fast and needs no pickle."""

from __future__ import annotations

from collections import Counter
from math import log
from typing import Dict, List, Sequence, Tuple

import numpy as np
from scipy.sparse import csr_matrix


class Tfidf:
    """A vocabulary with weights: sublinear counts, smoothed inverse document frequency, unit length."""

    def __init__(self, vocabulary: Sequence[str], idf: np.ndarray) -> None:
        """`vocabulary[i]` has the weight `idf[i]`."""
        self.vocabulary = list(vocabulary)
        self.idf = idf.astype(np.float32)
        self._index: Dict[str, int] = {piece: column for column, piece in enumerate(self.vocabulary)}

    @classmethod
    def fit(cls, lines: Sequence[List[str]], min_lines: int = 1) -> Tfidf:
        """Learn from lines of pieces; a piece in fewer than `min_lines` lines is left out."""
        seen = Counter(piece for line in lines for piece in set(line))
        kept = sorted(piece for piece, count in seen.items() if count >= min_lines)
        idf = np.array([log((1 + len(lines)) / (1 + seen[piece])) + 1 for piece in kept], dtype=np.float32)
        return cls(kept, idf)

    def row(self, line: List[str]) -> Tuple[np.ndarray, np.ndarray]:
        """Return the columns and values of one line; both are empty when nothing is known."""
        counts = Counter(column for column in map(self._index.get, line) if column is not None)
        columns = np.fromiter(counts.keys(), dtype=np.int32, count=len(counts))
        values = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (1 + np.log(values)) * self.idf[columns]
        length = float(np.sqrt(np.dot(values, values)))
        return columns, values / length if length else values

    def matrix(self, lines: Sequence[List[str]]) -> csr_matrix:
        """Return the vectors of many lines, shape (lines, vocabulary)."""
        rows = [self.row(line) for line in lines]
        starts = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([columns for columns, _ in rows]) if rows else np.empty(0, np.int32)
        values = np.concatenate([values for _, values in rows]) if rows else np.empty(0, np.float32)
        return csr_matrix((values, columns, starts), shape=(len(lines), len(self.vocabulary)))
