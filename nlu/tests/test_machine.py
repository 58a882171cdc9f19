"""The kernel machine: its closed forms are true, and it is the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.components import encoder, machine
from nlu.components.calibration import calibrate, is_stranger, probabilities, signs

WEIGHTS = {"chars": 1.0, "words": 0.3, "sounds": 0.5}
TEXTS = [
    "我欠多少",
    "欠費查詢",
    "還欠多少錢",
    "你好",
    "哈囉你好",
    "早安你好",
    "天氣如何",
    "今天天氣好嗎",
    "明天天氣",
]
CLASSES = ["owe"] * 3 + ["greet"] * 3 + ["out_of_scope"] * 3


def test_left_out_scores_are_those_of_a_machine_that_never_saw_the_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, left_out = machine.train(TEXTS, CLASSES, WEIGHTS)
    # The vocabulary stays that of all lines, as it does in the closed form.
    views = {name: machine.Tfidf.fit(machine.pieces(name, TEXTS)) for name in machine.SPARSE}

    class Fixed:
        calls = iter(machine.SPARSE)

        @classmethod
        def fit(cls, _lines: list) -> object:
            return views[next(cls.calls)]

    monkeypatch.setattr(machine, "Tfidf", Fixed)
    rest, _ = machine.train(TEXTS[1:], CLASSES[1:], WEIGHTS)
    seen = rest.scores(TEXTS[0]).classes
    mine = left_out.scores[0][[sorted(set(CLASSES)).index(name) for name in rest.classes]]
    assert np.allclose(seen, mine, atol=0.06)


def test_training_twice_gives_the_same_numbers() -> None:
    one, _ = machine.train(TEXTS, CLASSES, WEIGHTS)
    two, _ = machine.train(TEXTS, CLASSES, WEIGHTS)
    assert np.array_equal(one.coefficients, two.coefficients)


def test_a_same_sounding_slip_is_understood() -> None:
    made, _ = machine.train(
        ["健保費多少", "健保欠費", "你好", "哈囉"], ["owe", "owe", "greet", "greet"], WEIGHTS
    )
    assert made.classes[int(made.scores("建保欠廢").classes.argmax())] == "owe"


def test_it_is_whole_without_the_sentence_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "_encoder", lambda: None)
    made, _ = machine.train(TEXTS, CLASSES, {**WEIGHTS, "vectors": 2.0})
    assert made.classes[int(made.scores("欠多少錢").classes.argmax())] == "owe"


def test_calibration_tells_strangers_and_sums_to_one() -> None:
    made, left_out = machine.train(TEXTS, CLASSES, WEIGHTS)
    found = calibrate(
        left_out.scores, left_out.likeness, made.owner, made.classes, least_right=0.4, false_alarms=0.02
    )
    for text, outside in (("後天天氣", True), ("欠多少", False)):
        scores, likeness = made.scores(text)
        probability = probabilities(scores, found.temperature)
        assert probability.sum() == pytest.approx(1)
        assert is_stranger(signs(probability, likeness, made.owner, made.classes), found.stranger) is outside
