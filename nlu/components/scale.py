"""From scores to probabilities: one number, fitted so that of lines with probability p a share p is right."""

from __future__ import annotations

import numpy as np

_TEMPERATURES = np.geomspace(0.5, 30, 60)


def probabilities(scores: np.ndarray, temperature: float) -> np.ndarray:
    """Return softmax(temperature · scores) over the last axis."""
    raised = np.exp(temperature * (scores - scores.max(axis=-1, keepdims=True)))
    made: np.ndarray = raised / raised.sum(axis=-1, keepdims=True)
    return made


def fit_temperature(scores: np.ndarray, owner: np.ndarray) -> float:
    """Return the temperature with the least log loss."""
    rows = np.arange(len(owner))

    def loss(temperature: float) -> float:
        return float(-np.log(probabilities(scores, temperature)[rows, owner] + 1e-9).mean())

    return float(min(_TEMPERATURES, key=loss))
