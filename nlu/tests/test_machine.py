"""The kernel machine: its closed forms are true, and it is the same every time."""

from __future__ import annotations

import json

import numpy as np
import pytest

from nlu.components import encoder, first_look, learn, machine
from nlu.components.calibration import Calibration, calibrate, is_stranger, signs
from nlu.components.first_look import FirstLook
from nlu.components.scale import probabilities
from nlu.components.views import pieces

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
    _, left_out = learn.train(TEXTS, CLASSES, WEIGHTS)
    # The vocabulary stays that of all lines, as it does in the closed form.
    views = {name: learn.Tfidf.fit(pieces(name, TEXTS)) for name in machine.SPARSE}

    class Fixed:
        calls = iter(machine.SPARSE)

        @classmethod
        def fit(cls, _lines: list) -> object:
            return views[next(cls.calls)]

    monkeypatch.setattr(learn, "Tfidf", Fixed)
    rest, _ = learn.train(TEXTS[1:], CLASSES[1:], WEIGHTS)
    seen = rest.scores(TEXTS[0]).classes
    mine = left_out.scores[0][[sorted(set(CLASSES)).index(name) for name in rest.classes]]
    assert np.allclose(seen, mine, atol=0.06)


def test_training_twice_gives_the_same_numbers() -> None:
    one, _ = learn.train(TEXTS, CLASSES, WEIGHTS)
    two, _ = learn.train(TEXTS, CLASSES, WEIGHTS)
    assert np.array_equal(one.coefficients, two.coefficients)


def test_a_same_sounding_slip_is_understood() -> None:
    made, _ = learn.train(
        ["健保費多少", "健保欠費", "你好", "哈囉"], ["owe", "owe", "greet", "greet"], WEIGHTS
    )
    assert made.classes[int(made.scores("建保欠廢").classes.argmax())] == "owe"


def test_it_is_whole_without_the_sentence_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "_encoder", lambda: None)
    monkeypatch.setattr(machine.gist, "_pieces", lambda: None)
    made, left_out = learn.train(TEXTS, CLASSES, {**WEIGHTS, "gist": 2.0, "vectors": 2.0}, first_look=True)
    assert made.dense == {}
    assert made.first is left_out.first is None
    assert made.classes[int(made.scores("欠多少錢").classes.argmax())] == "owe"


def test_calibration_tells_strangers_and_sums_to_one() -> None:
    made, left_out = learn.train(TEXTS, CLASSES, WEIGHTS)
    found = calibrate(
        left_out.scores, left_out.likeness, made.owner, made.classes, least_right=0.4, false_alarms=0.02
    )
    for text, outside in (("後天天氣", True), ("欠多少", False)):
        scores, likeness = made.scores(text)
        probability = probabilities(scores, found.temperature)
        assert probability.sum() == pytest.approx(1)
        assert is_stranger(signs(probability, likeness, made.owner, made.classes), found.stranger) is outside


def test_the_first_look_says_what_a_machine_without_the_encoder_says() -> None:
    weights = {**WEIGHTS, "gist": 2.0}
    both, left_out = learn.train(TEXTS, CLASSES, {**weights, "vectors": 2.0}, first_look=True)
    alone, alone_left_out = learn.train(TEXTS, CLASSES, weights)
    assert left_out.first is not None
    assert np.allclose(left_out.first, alone_left_out.scores, atol=1e-3)
    for text in ("後天天氣", "欠多少"):
        first = both.first_scores(text)
        assert np.allclose(first.classes, alone.scores(text).classes, atol=1e-3)
        # The whole machine goes on from there, to the same end as on its own.
        assert np.allclose(both.scores(text, first.likeness).classes, both.scores(text).classes, atol=1e-5)


def _led(count: int, lead: float, best: int) -> np.ndarray:
    scores = np.full((count, 3), -0.9)
    scores[:, best] = -0.9 + lead
    return scores


def test_the_first_look_is_trusted_from_the_lead_at_which_it_loses_no_more_than_allowed() -> None:
    # All lines are of class 0, which the whole machine knows; the first look errs where it leads by 0.2.
    first = np.concatenate([_led(600, 0.9, 0), _led(300, 0.5, 0), _led(4, 0.2, 1), _led(96, 0.1, 0)])
    owner = answer = np.zeros(len(first), int)
    careful, generous = (first_look.fit(first, answer, owner, costs) for costs in (0.001, 0.01))
    assert careful is not None
    assert generous is not None
    assert 0.2 < careful.lead <= 0.5
    assert generous.lead <= 0.1 + 1e-9
    assert first_look.fit(first[:500], answer[:500], owner[:500], 0.001) is None


def test_a_first_look_that_is_never_right_is_never_trusted() -> None:
    first = _led(1200, 0.9, 1)
    owner = answer = np.zeros(len(first), int)
    assert first_look.fit(first, answer, owner, 0.001) is None


@pytest.mark.parametrize("first", [None, FirstLook(0.4, 5.0)])
def test_a_calibration_is_read_as_it_was_written(first: object) -> None:
    kept = Calibration(3.0, 0.3, [1.0, 2.0, 3.0, 4.0, 0.5, 0.1], first)  # type: ignore[arg-type]
    assert Calibration.read(json.loads(json.dumps(kept.as_dict()))) == kept
