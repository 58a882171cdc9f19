"""Turn scores into honest probabilities, and decide when not to answer. All from left-out scores of
training lines.

Temperature: scale.py. First look: first_look.py. Doubt: below a threshold
the bot asks "did you mean" instead of answering. Stranger: a small logistic model of four signs says
whether a line is none of our business; its threshold allows a fixed share of false alarms.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

import numpy as np

from nlu.components import first_look
from nlu.components.first_look import FirstLook
from nlu.components.scale import fit_temperature, probabilities

OUT_OF_SCOPE = "out_of_scope"
# Left-out lines are harder than people's: of fresh lines at 0.3 to 0.5 six in ten were right (Vietnamese),
# and a right answer beats a question. So doubt ends here, whatever the left-out lines say.
_DOUBTS = np.linspace(0.05, 0.35, 31)


class Signs(NamedTuple):
    """What speaks for and against a line being out of scope; one entry a line."""

    outside: np.ndarray
    inside: np.ndarray
    near_outside: np.ndarray
    near_inside: np.ndarray

    def matrix(self) -> np.ndarray:
        """Return the signs as columns (as a row for one line)."""
        return np.stack([self.outside, self.inside, self.near_outside, self.near_inside], axis=-1)


class Calibration(NamedTuple):
    """`stranger`: four weights, the bias, the threshold (a logit); empty when nothing is out of scope."""

    temperature: float
    doubt: float
    stranger: List[float]
    first: Optional[FirstLook] = None

    def as_dict(self) -> Dict[str, object]:
        """Return it for JSON."""
        return {**self._asdict(), "first": self.first and list(self.first)}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Calibration:
        """Return what `as_dict` gave."""
        return cls(**{**kept, "first": kept["first"] and FirstLook(*kept["first"])})


def fit_doubt(confidence: np.ndarray, right: np.ndarray, least_right: float) -> float:
    """Return the highest threshold below which a smaller share than `least_right` would be right."""
    chosen = _DOUBTS[0]
    for threshold in _DOUBTS:
        below = confidence < threshold
        if below.sum() >= 5 and right[below].mean() < least_right:
            chosen = threshold
    return float(chosen)


def signs(probability: np.ndarray, likeness: np.ndarray, owner: np.ndarray, classes: Sequence[str]) -> Signs:
    """Return the signs of lines, given their probabilities and likenesses to the training lines."""
    column = list(classes).index(OUT_OF_SCOPE)
    outside_lines = owner == column
    others = np.delete(probability, column, axis=-1)
    return Signs(
        probability[..., column],
        others.max(axis=-1),
        likeness[..., outside_lines].max(axis=-1),
        likeness[..., ~outside_lines].max(axis=-1),
    )


def fit_stranger(seen: Signs, is_outside: np.ndarray, false_alarms: float) -> List[float]:
    """Return weights, bias and threshold; about `false_alarms` of the lines inside are turned away."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - only needed to train

    model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=500).fit(seen.matrix(), is_outside)
    logits = model.decision_function(seen.matrix())
    threshold = float(np.quantile(logits[~is_outside], 1 - false_alarms))
    return [*map(float, model.coef_[0]), float(model.intercept_[0]), threshold]


def is_stranger(seen: Signs, stranger: Sequence[float]) -> bool:
    """Say whether one line is out of scope."""
    *weights, bias, threshold = stranger
    return float(seen.matrix() @ np.array(weights) + bias) > threshold


def answers(
    probability: np.ndarray, seen: Optional[Signs], stranger: Sequence[float], outside: int
) -> np.ndarray:
    """Return the class of each line: the likeliest, or number `outside` for a stranger."""
    likeliest: np.ndarray = probability.argmax(axis=-1)
    if seen is None:
        return likeliest
    *weights, bias, threshold = stranger
    return np.where(seen.matrix() @ np.array(weights) + bias > threshold, outside, likeliest)


def calibrate(
    scores: np.ndarray,
    likeness: np.ndarray,
    owner: np.ndarray,
    classes: Sequence[str],
    *,
    least_right: float,
    false_alarms: float,
    first: Optional[np.ndarray] = None,
    first_look_costs: float = 0.0,
) -> Calibration:
    """Fit all on left-out scores; `first` are those of the first look, where there is one."""
    temperature = fit_temperature(scores, owner)
    probability = probabilities(scores, temperature)
    right = probability.argmax(axis=1) == owner
    doubt = fit_doubt(probability.max(axis=1), right, least_right)
    stranger: List[float] = []
    seen, outside = None, -1
    if OUT_OF_SCOPE in classes and len(classes) > 1:
        outside = list(classes).index(OUT_OF_SCOPE)
        seen = signs(probability, likeness, owner, classes)
        stranger = fit_stranger(seen, owner == outside, false_alarms)
    enough = None
    if first is not None:
        answer = answers(probability, seen, stranger, outside)
        enough = first_look.fit(first, answer, owner, first_look_costs)
    return Calibration(temperature, doubt, stranger, enough)
