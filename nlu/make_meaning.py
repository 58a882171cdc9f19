"""`python -m nlu.make_meaning FOLDER`: makes lexicon/vi-meaning.npz from the train part of MASSIVE.

Only needed when what a line is cut into changes (views.py). See nlu/components/meaning.py.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import List, Optional, Tuple

import numpy as np
from scipy.linalg import cho_solve, cholesky

from nlu.bench import massive
from nlu.components import encoder, meaning
from nlu.components.storage import save_arrays
from nlu.components.tfidf import Tfidf

TEACHERS = ("zh-TW", "en", "id", "th")
_RIDGE = 0.1
_LEAST_LINES = 2


def unit(rows: np.ndarray) -> np.ndarray:
    """Return the rows at length 1."""
    return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def targets(folder: Path) -> np.ndarray:
    """Return where the encoder puts every line, over four languages, along its main directions."""
    mean = unit(sum(encoder.encode([x.text for x in massive.read(folder, t, "train")]) for t in TEACHERS))
    _, directions = np.linalg.eigh(mean.T.astype(np.float64) @ mean)
    return mean @ directions[:, ::-1][:, : meaning.SIZE].astype(np.float32)


def fit(cut: List[List[str]], wanted: np.ndarray) -> Tuple[Tfidf, np.ndarray]:
    """Return the pieces and a vector for each: ridge regression of the targets on weighted pieces."""
    weights = Tfidf.fit(cut, min_lines=_LEAST_LINES)
    rows = weights.matrix(cut)
    gram = (rows @ rows.T).toarray()
    gram[np.diag_indices_from(gram)] += _RIDGE
    factor = cholesky(gram, lower=True, overwrite_a=True, check_finite=False)
    return weights, np.asarray(rows.T @ cho_solve((factor, True), wanted, check_finite=False))


def main(arguments: Optional[List[str]] = None) -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(prog="python -m nlu.make_meaning", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the MASSIVE files are")
    folder = parser.parse_args(arguments).folder
    lines = [line.text for line in massive.read(folder, "vi", "train")]
    weights, vectors = fit([meaning.pieces(line) for line in lines], targets(folder))
    step = np.abs(vectors).max(axis=1) / 127
    names = "\n".join(weights.vocabulary)
    if len(names.split("\n")) != len(weights.vocabulary):
        raise ValueError("a piece holds a line break")
    save_arrays(
        meaning.FILE,
        {
            "pieces": np.frombuffer(names.encode(), dtype=np.uint8),
            "idf": weights.idf.astype(np.float16),
            "table": np.round(vectors / np.maximum(step, 1e-9)[:, None]).astype(np.int8),
            "step": step.astype(np.float16),
        },
    )


if __name__ == "__main__":
    main()
