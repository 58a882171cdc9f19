"""When the first look at a line is enough, and how sure it then is: both from left-out training lines."""

from __future__ import annotations

from typing import NamedTuple, Optional

import numpy as np

from nlu.components.scale import fit_temperature

# Fewer lines than this say nothing about a share of one in a thousand.
_LEAST_LINES = 1000


class FirstLook(NamedTuple):
    """`lead`: how far the best class must be before the second; `temperature`: for scores of such lines."""

    lead: float
    temperature: float


def lead_of(scores: np.ndarray) -> np.ndarray:
    """Return how far the best class of each line is before the second; scores along the last axis."""
    two = np.partition(scores, -2, axis=-1)[..., -2:]
    lead: np.ndarray = two[..., 1] - two[..., 0]
    return lead


def fit(first: np.ndarray, answer: np.ndarray, owner: np.ndarray, costs: float) -> Optional[FirstLook]:
    """Return the smallest lead at which at most a share `costs` of all lines is lost; None: there is none.

    `first`: left-out scores of the first look; `answer`: what the whole machine made of each line. Lost is
    the number of lines that only the whole machine gets right, less those that only the first look does.
    """
    if len(owner) < _LEAST_LINES:
        return None
    lead = lead_of(first)
    order = np.argsort(-lead, kind="stable")
    first_right, right = (first.argmax(axis=1) == owner)[order], (answer == owner)[order]
    lost = np.cumsum(right.astype(int) - first_right)
    # Of lines with one lead all are taken or none.
    ends = np.append(np.diff(lead[order]) < 0, True)
    allowed = np.flatnonzero(ends & (lost <= costs * len(owner)))
    if not len(allowed) or lead[order[allowed[-1]]] <= 0:
        return None
    enough = float(lead[order[allowed[-1]]])
    led = lead >= enough
    return FirstLook(enough, fit_temperature(first[led], owner[led]))
