"""The classifier itself: kernel ridge regression over text pieces and sentence vectors.

A line is a unit vector φ, put together from its views with weights of its language. Two lines are alike by
k(x, y) = exp(γ(φx·φy − 1)); a class's score is a weighted sum of likenesses to all training lines, solved
in one step (learn.py). There are no epochs and no seeds: the same lines give the same machine.

The encoder's vectors cost more than all the rest of a parse, and most lines do not need them. So there is a
first look, a machine of all the other views: where its best class leads far enough, the encoder never runs.
How far is enough is set in calibration, on lines left out, so that next to nothing is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, NamedTuple, Optional

import numpy as np
from scipy.sparse import csr_matrix

from nlu.components import encoder, gist, meaning
from nlu.components.normalise import fold
from nlu.components.tfidf import Tfidf
from nlu.components.views import VIEWS

# Chosen on MASSIVE dev (python -m nlu.bench massive) and on cross-validation of our own lines.
WEIGHTS: Dict[str, Dict[str, float]] = {
    "zh-TW": {"chars": 1.0, "words": 0.3, "sounds": 0.5, "gist": 2.0, "vectors": 2.5},
    "en": {"chars": 1.0, "words": 0.3, "gist": 2.0, "vectors": 2.0},
    "id": {"chars": 1.0, "words": 0.3, "gist": 2.0, "vectors": 3.0},
    "vi": {"chars": 1.0, "words": 0.6, "plain": 0.7, "meaning": 1.2},
    "th": {"chars": 1.0, "words": 0.3, "gist": 2.0, "vectors": 2.0},
}
SPARSE = tuple(VIEWS)
# Views that are sentence vectors.
DENSE: Dict[str, Any] = {"gist": gist, "meaning": meaning, "vectors": encoder}
# How many of a vector's main directions are kept: a third of the encoder's 512 does as well as all.
DIRECTIONS = {"gist": 64, "meaning": 128, "vectors": 128}
# The view that the first look does without.
COSTLY = "vectors"


class Scores(NamedTuple):
    """One line's scores (one a class, about −1 to 1) and its likeness φx·φy to every training line."""

    classes: np.ndarray
    likeness: np.ndarray


class Dense(NamedTuple):
    """One view's sentence vectors: the view's size × directions, and training lines × directions."""

    projection: np.ndarray
    vectors: np.ndarray


@dataclass
class Machine:
    """A trained machine; all arrays are float32, all views carry their weights."""

    classes: List[str]
    gamma: float
    views: Dict[str, Tfidf]
    columns: csr_matrix  # pieces × training lines
    dense: Dict[str, Dense]
    coefficients: np.ndarray  # training lines × classes
    first: Optional[np.ndarray]  # the same for the first look; None where no view is costly
    owner: np.ndarray  # class number of every training line
    shares: Mapping[str, float]

    def first_scores(self, text: str) -> Scores:
        """Return what the first look says; its likeness is the part of `scores`'s that is known by then."""
        likeness = self._cheap_likeness(text)
        known = np.float32(1 - self.shares.get(COSTLY, 0.0))
        return Scores(self._kernel(likeness / known) @ self.first, likeness)

    def scores(self, text: str, known: Optional[np.ndarray] = None) -> Scores:
        """Return the scores of one line; `known` is the likeness of a first look at it."""
        likeness = self._cheap_likeness(text) if known is None else known
        if COSTLY in self.dense:
            likeness = likeness + self._dense_likeness(COSTLY, text)
        return Scores(self._kernel(likeness) @ self.coefficients, likeness)

    def _kernel(self, likeness: np.ndarray) -> np.ndarray:
        return np.exp(np.float32(self.gamma) * (likeness - 1))

    def _dense_likeness(self, view: str, text: str) -> np.ndarray:
        projection, vectors = self.dense[view]
        return vectors @ (DENSE[view].encode([text])[0] @ projection)

    def _cheap_likeness(self, text: str) -> np.ndarray:
        folded, shares = fold(text), self.shares
        parts, values, offset = [], [], 0
        for name in SPARSE:
            share = shares.get(name, 0.0)
            if share:
                columns, row = self.views[name].row(VIEWS[name](folded))
                parts.append(columns + offset)
                values.append(row * np.float32(np.sqrt(share)))
            offset += len(self.views[name].vocabulary)
        picked = np.concatenate(parts)
        likeness = np.asarray(np.concatenate(values) @ self.columns[picked]).ravel()
        for view in self.dense:
            if view != COSTLY:
                likeness += self._dense_likeness(view, text)
        return likeness


def dense_views(shares: Mapping[str, float]) -> List[str]:
    """Return the names of the sentence vectors that are used and here."""
    return [name for name, source in DENSE.items() if shares.get(name) and source.available()]


def shares_of(weights: Mapping[str, float]) -> Dict[str, float]:
    """Return the views' weights as shares of one; what is not here gives its share to the others."""
    used = {
        name: w for name, w in weights.items() if w > 0 and (name not in DENSE or DENSE[name].available())
    }
    total = sum(used.values())
    return {name: w / total for name, w in used.items()}
