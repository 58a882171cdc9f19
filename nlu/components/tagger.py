"""The tagger: a conditional random field over tokens, kept as CRFsuite's own file."""

from __future__ import annotations

from pathlib import Path
from typing import List, Sequence

import pycrfsuite

from nlu.components.sequence import Labelled, spans_of
from nlu.components.tokens import Span

SETTINGS = {"c1": 0.05, "c2": 0.05, "max_iterations": 60, "feature.possible_transitions": False}


def train(
    rows: Sequence[List[List[str]]], labels: Sequence[List[str]], path: Path, **settings: float
) -> None:
    """Learn from feature rows and their labels; the model is written to `path`."""
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    for row, label in zip(rows, labels, strict=True):
        trainer.append(row, label)
    trainer.set_params({**SETTINGS, **settings})
    trainer.train(str(path))


class Tagger:
    """A trained tagger."""

    def __init__(self, model: bytes) -> None:
        """`model` is the content of a file `train` wrote."""
        # CRFsuite reads from these very bytes as long as it lives.
        self._model = model
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(self._model)

    def spans(self, tokens: Sequence[Span], rows: List[List[str]]) -> List[Labelled]:
        """Return the labelled stretches of a line."""
        return spans_of(tokens, self._tagger.tag(rows)) if tokens else []
