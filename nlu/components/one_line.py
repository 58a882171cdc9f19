"""The packaged encoder's sums for one line at a time, in the order that suits one line.

Its 13 MB of weights are read once for every line, and for a line of some ten pieces the reading is most of
the work; before a product BLAS also copies the matrix on its right. So each matrix stands transposed, on the
left, and all of them in one stretch of memory that the system may keep in large pages. The numbers are the
package's to the last digits (a test compares them). Its own arrays become views of that stretch, so nothing
is held twice, and many lines at once still go through the package.
"""

from __future__ import annotations

from typing import Any, List, NamedTuple, Optional, Sequence

import numpy as np

# What these sums are written for: (pieces in a window, of which before the piece), the width of its branch.
_WINDOWS = ((2, 0), (3, 1), (5, 2))
_WIDTH = 256
_SIZE = 512
_SQUARE = ("proj_W", "cnn_W", "d0", "d1", "d2", "d3", "p1", "p3")


class _Branch(NamedTuple):
    """One window's two layers."""

    window: int
    before: int
    first: np.ndarray
    first_bias: np.ndarray
    second: np.ndarray
    second_bias: np.ndarray


class OneLine:
    """Encodes single lines with the weights of the package's numpy backend, which it moves."""

    def __init__(self, backend: Any) -> None:
        """Raise AttributeError when the backend does not hold what version 0.2.1 holds."""
        if backend.proj_W.shape != (_SIZE, len(_WINDOWS) * _WIDTH):
            raise AttributeError("another encoder")
        names = [getattr(backend, name) for name in _SQUARE]
        moved = _in_one_stretch([*names, *backend.w1, *backend.w2])
        for name, weights in zip(_SQUARE, moved, strict=False):
            setattr(backend, name, weights)
        backend.w1, backend.w2 = moved[-2 * len(_WINDOWS) : -len(_WINDOWS)], moved[-len(_WINDOWS) :]
        self._w = backend
        self._cut = backend.sp.encode
        self._branches = [
            _Branch(window, before, first.T, first_bias, second.T, second_bias)
            for (window, before), first, first_bias, second, second_bias in zip(
                _WINDOWS, backend.w1, backend.b1, backend.w2, backend.b2, strict=True
            )
        ]

    @classmethod
    def of(cls, backend: Any) -> Optional["OneLine"]:
        """Return one for this backend, None when it is another than these sums are for."""
        try:
            return cls(backend)
        except AttributeError:
            return None

    def encode(self, line: str) -> np.ndarray:
        """Return the unit vector of a line, shape (512,), float32."""
        return self._closed(self._mean(self._cut(line, out_type=int, add_bos=True, add_eos=True)))

    def _mean(self, pieces: Sequence[int]) -> np.ndarray:
        """Return what is known of all pieces together: of each itself, and its three windows."""
        w, count = self._w, len(pieces)
        index = np.array(pieces)
        chunk = index % len(w.scale)
        known = np.empty((count, _SIZE + len(_WINDOWS) * _WIDTH), np.float32)
        own = w.table[index] * w.scale[chunk, None]
        own += w.lo[chunk, None]
        known[:, :_SIZE] = own
        inner = np.ascontiguousarray((w.proj_W.T @ own.T).T)
        inner += w.proj_b
        _normed(inner, w.ln_g_all, w.ln_b_all, w.eps)
        for number, branch in enumerate(self._branches):
            rows = inner[:, number * _WIDTH : (number + 1) * _WIDTH]
            rows = _layer(rows, branch, branch.first, branch.first_bias)
            rows = _layer(rows, branch, branch.second, branch.second_bias)
            start = _SIZE + number * _WIDTH
            known[:, start : start + _WIDTH] = rows
        total = _normed(known, w.ln_g, w.ln_b, w.eps).sum(axis=0) @ w.cnn_W
        return (total + np.float32(count) * w.cnn_b) / np.float32(np.sqrt(count))

    def _closed(self, mean: np.ndarray) -> np.ndarray:
        w = self._w
        inner = mean @ w.p1
        inner += np.maximum(mean @ w.d0, 0) @ w.d1
        np.maximum(inner, 0, out=inner)
        made = inner @ w.p3
        made += np.maximum(inner @ w.d2, 0) @ w.d3
        np.tanh(made, out=made)
        made /= np.float32(np.sqrt(max(float(made @ made), w.eps)))
        return made


def _in_one_stretch(arrays: Sequence[np.ndarray]) -> List[np.ndarray]:
    """Return the matrices as views, transposed, of one array."""
    stretch = np.empty(sum(array.size for array in arrays), np.float32)
    moved, start = [], 0
    for array in arrays:
        view = stretch[start : start + array.size].reshape(array.shape[::-1])
        view[:] = array.T
        moved.append(view.T)
        start += array.size
    return moved


def _normed(rows: np.ndarray, gain: np.ndarray, bias: np.ndarray, least: float) -> np.ndarray:
    rows -= rows.mean(axis=-1, keepdims=True)
    spread = np.einsum("ij,ij->i", rows, rows) / rows.shape[-1]
    rows *= np.reciprocal(np.sqrt(spread + np.float32(least)))[:, None]
    rows *= gain
    rows += bias
    return rows


def _layer(rows: np.ndarray, branch: _Branch, weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Return the rows plus what their windows say; outside the line all is zero."""
    count = len(rows)
    padded = np.zeros((count + branch.window - 1, _WIDTH), np.float32)
    padded[branch.before : branch.before + count] = rows
    windows = np.concatenate([padded[step : step + count] for step in range(branch.window)], axis=1)
    made = (weights @ windows.T).T + bias
    np.maximum(made, 0, out=made)
    made += rows
    return made
