"""The pipeline's configuration, trained on MASSIVE train and scored on MASSIVE dev, one language at a time.

MASSIVE 1.1: FitzGerald et al., arXiv:2204.08582, CC BY 4.0, derived from SLURP (Bastianelli et al., EMNLP
2020). The paper's figures are for its test part; ours here are for dev.
"""

from __future__ import annotations

import gzip
import json
import tempfile
import time
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

import pycrfsuite
import regex

from nlu.components import tagger
from nlu.components.learn import train
from nlu.components.machine import WEIGHTS
from nlu.components.normalise import fold
from nlu.components.sequence import Labelled, features, labels
from nlu.components.tokens import Span, cut

LOCALES = {"zh-TW": "zh-TW", "en": "en-US", "id": "id-ID", "vi": "vi-VN", "th": "th-TH"}
# Averaged perceptron: L-BFGS sums over all pairs of 111 labels at every step, and wants many steps (2,000 Thai
# lines by characters: 67 s for thirty steps and F1 13, against 13 s and 49).
SLOT_ALGORITHM = "ap"
SLOT_SETTINGS = {"max_iterations": 10, "feature.possible_transitions": False}
_STRETCH = regex.compile(r"\S+")
_ENDS = (1, 2, 3, 4, 6)
_ALL = 1_000_000


class Published(NamedTuple):
    """The paper's figures for test, in per cent, of models fine-tuned on all 51 languages; slots where known."""

    xlmr: float
    mt5_encoder: float
    slots: str = "–"


PAPER = {
    "zh-TW": Published(83.0, 83.8, "XLM-R base 68.7, mT5 text-to-text 72.9"),
    "en": Published(88.3, 89.0),
    "id": Published(87.1, 86.8),
    "vi": Published(86.3, 87.2),
    "th": Published(84.7, 85.5),
}
# What we want to reach: intent accuracy and slot F1.
AIMS = {"zh-TW": (84.5, 70), "en": (88.5, 77), "id": (87, 71), "vi": (86, 71), "th": (85, 82)}
_SLOT = regex.compile(r"\[(?P<slot>\w+) : (?P<words>[^\]]*)\]|(?P<plain>[^\[]+)")


class Line(NamedTuple):
    """One utterance with its intent and slots."""

    text: str
    intent: str
    slots: Tuple[Labelled, ...]


def read(folder: Path, language: str, part: str) -> List[Line]:
    """Return one part of one language."""
    with gzip.open(folder / f"{LOCALES[language]}.{part}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [_line(json.loads(row)) for row in file]


def _line(row: dict) -> Line:
    text, slots = "", []
    for piece in _SLOT.finditer(row["annot_utt"]):
        words = piece.group("words") or piece.group("plain")
        if piece.group("slot"):
            lead = len(words) - len(words.lstrip())
            slots.append(Labelled(len(text) + lead, len(text) + len(words.rstrip()), piece.group("slot")))
        text += words
    return Line(text, row["intent"], tuple(slots))


def intent_accuracy(learn: Sequence[Line], check: Sequence[Line], language: str) -> float:
    """Return the share of right intents, in per cent."""
    machine, _ = train([x.text for x in learn], [x.intent for x in learn], WEIGHTS[language])
    right = sum(machine.classes[int(machine.scores(x.text).classes.argmax())] == x.intent for x in check)
    return 100 * right / len(check)


def slot_tokens(text: str, language: str) -> List[Span]:
    """Return what slots are made of: our own tokens; for Thai the stretches between spaces.

    MASSIVE's Thai has a space at nearly every end of a slot, so stretches are what is labelled. Characters are
    nine times as many, and reached F1 61 where stretches reach 83.
    """
    if language == "th":
        return [Span(found.group(), found.start(), found.end()) for found in _STRETCH.finditer(text)]
    return cut(text)


def slot_rows(tokens: Sequence[Span], language: str) -> List[List[str]]:
    """Return the tagger's features; for stretches of Thai also the pieces they are made of."""
    rows = features(tokens)
    if language == "th":
        for token, row in zip(tokens, rows, strict=True):
            word = token.text
            row.append(f"n={min(len(word), 12)}")
            row += [f"P{size}={word[:size]}" for size in _ENDS if len(word) > size]
            row += [f"S{size}={word[-size:]}" for size in _ENDS if len(word) > size]
            row += ["i=" + word[at : at + size] for size in (3, 4) for at in range(len(word) - size + 1)]
    return rows


def slot_f1(learn: Sequence[Line], check: Sequence[Line], language: str) -> float:
    """Return the F1 of exact spans with their slot, in per cent."""
    trainer = pycrfsuite.Trainer(algorithm=SLOT_ALGORITHM, verbose=False)
    trainer.set_params(SLOT_SETTINGS)
    for line in learn:
        tokens = slot_tokens(fold(line.text), language)
        trainer.append(slot_rows(tokens, language), labels(tokens, line.slots))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "slots.crf"
        trainer.train(str(path))
        model = tagger.Tagger(path.read_bytes())
    hits = wrong = missed = 0
    for line in check:
        tokens = slot_tokens(fold(line.text), language)
        found, given = set(model.spans(tokens, slot_rows(tokens, language))), set(line.slots)
        hits, wrong, missed = (
            hits + len(found & given),
            wrong + len(found - given),
            missed + len(given - found),
        )
    return 200 * hits / max(1, 2 * hits + wrong + missed)


def report(
    folder: Path,
    languages: Optional[Sequence[str]],
    slots: bool,
    part: str = "dev",
    lines: Optional[int] = None,
) -> None:
    """Print the table. `part` is the part that is scored: dev, or test where it is at hand.

    With `lines`, only so many lines of each part: to try whether it runs.
    """
    print(
        f"| language | intents, ours ({part}) | aim | XLM-R base (paper, test) | mT5 encoder (paper, test) "
        f"| slot F1, ours ({part}) | aim | slots (paper, test) | trained in, s: intents, slots |\n|{'---|' * 9}"
    )
    took: Dict[str, float] = {}
    for language in languages or LOCALES:
        learn = read(folder, language, "train")[: lines or _ALL]
        check = read(folder, language, part)[: lines or _ALL]
        begun = time.perf_counter()
        accuracy = intent_accuracy(learn, check, language)
        took["intents"] = time.perf_counter() - begun
        begun = time.perf_counter()
        f1 = f"{slot_f1(learn, check, language):.1f}" if slots else "–"
        took["slots"] = time.perf_counter() - begun
        paper, (intents_aim, slots_aim) = PAPER[language], AIMS[language]
        print(
            f"| {language} | {accuracy:.1f} | {intents_aim} | {paper.xlmr} | {paper.mt5_encoder} | {f1} | {slots_aim} "
            f"| {paper.slots} | {took['intents']:.0f}, {took['slots']:.0f} |",
            flush=True,
        )
