"""Sentence vectors for Vietnamese, which the packaged encoder does not know: a table of pieces of text.

Every piece (n-gram of characters, word, pair of words) has a vector; a line's vector is their weighted sum.
The table is fitted so that a Vietnamese line lands where the encoder puts the same line in Chinese, English,
Indonesian and Thai. It is made by `python -m nlu.make_meaning` from the train part of MASSIVE, which says
every line in all five languages, and lies in lexicon/vi-meaning.npz.

MASSIVE 1.1: FitzGerald et al., arXiv:2204.08582, CC BY 4.0, derived from SLURP (Bastianelli et al., EMNLP
2020).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import List, NamedTuple, Optional, Sequence

import numpy as np

from nlu.components.normalise import fold
from nlu.components.storage import load_arrays
from nlu.components.tfidf import Tfidf
from nlu.components.views import VIEWS

SIZE = 128
PIECES = ("chars", "words", "plain")
FILE = Path(__file__).resolve().parents[1] / "lexicon" / "vi-meaning.npz"


class Table(NamedTuple):
    """Vectors of pieces, shape (pieces, SIZE): `table` are steps of `step`, one a piece."""

    weights: Tfidf
    table: np.ndarray
    step: np.ndarray


def pieces(line: str) -> List[str]:
    """Return the pieces of a line; the name of their view tells them apart."""
    folded = fold(line)
    return [f"{view[0]}{piece}" for view in PIECES for piece in VIEWS[view](folded)]


@lru_cache(maxsize=1)
def _table() -> Optional[Table]:
    if not FILE.exists():
        return None
    arrays = load_arrays(FILE)
    names = bytes(arrays["pieces"]).decode().split("\n")
    return Table(Tfidf(names, arrays["idf"]), arrays["table"], arrays["step"].astype(np.float32))


def available() -> bool:
    """Say whether the table is there."""
    return _table() is not None


def encode(lines: Sequence[str]) -> np.ndarray:
    """Return unit vectors, shape (lines, SIZE), float32; zeros for a line of unknown pieces only."""
    found = _table()
    if found is None:
        return np.zeros((len(lines), SIZE), np.float32)
    # The whole table as numbers would be 17 MB: in one line only its own pieces are turned into numbers.
    if len(lines) == 1:
        columns, values = found.weights.row(pieces(lines[0]))
        made = ((values * found.step[columns]) @ found.table[columns].astype(np.float32))[None]
    else:
        rows = found.weights.matrix([pieces(line) for line in lines])
        rows.data *= found.step[rows.indices]
        made = np.asarray(rows @ found.table.astype(np.float32))
    return made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9)
