"""A rough sentence vector for next to nothing: the mean of what the encoder knows of each piece of a line.

The encoder keeps a vector for each of its 128,000 pieces of text and then reads them together, which is most
of the time a line takes. Their plain mean, rare pieces counting more, already says what a line is about.
With it the text alone decides most lines (machine.py, the first look), and beside the encoder's own vectors
it adds a little.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, Optional, Sequence

import numpy as np

from nlu.components import encoder

SIZE = 512
# A piece weighs by how rare it is in the encoder's own corpus: its log-probability below e⁻⁴, half at least.
_COMMON, _LEAST = 4.0, 0.5


class _Pieces(NamedTuple):
    """The encoder's table, one byte a number: `table · scale + low`, in interleaved chunks of rows."""

    table: np.ndarray
    scale: np.ndarray
    low: np.ndarray
    weights: np.ndarray


@lru_cache(maxsize=1)
def _pieces() -> Optional[_Pieces]:
    model = encoder.backend()
    if model is None:
        return None
    weights = np.maximum(-np.array(model.sp._scores, np.float32) - _COMMON, _LEAST)
    return _Pieces(model.table, model.scale, model.lo, weights)


def available() -> bool:
    """Say whether the encoder is here and keeps its pieces as we read them."""
    return _pieces() is not None


def encode(lines: Sequence[str]) -> np.ndarray:
    """Return unit vectors, shape (lines, 512), float32; zeros when the encoder is absent."""
    found = _pieces()
    made = np.zeros((len(lines), SIZE), np.float32)
    if found is None:
        return made
    for row, line in enumerate(lines):
        index = np.array(encoder.cut(line)[1:-1])
        weights, chunk = found.weights[index], index % len(found.scale)
        made[row] = (weights * found.scale[chunk]) @ found.table[index] + weights @ found.low[chunk]
    return made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9)
