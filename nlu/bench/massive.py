"""The pipeline's configuration, trained on MASSIVE train and scored on MASSIVE dev, one language at a time.

MASSIVE 1.1: FitzGerald et al., arXiv:2204.08582, CC BY 4.0, derived from SLURP (Bastianelli et al., EMNLP
2020). The paper's figures are for its test part; ours here are for dev.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path
from typing import List, NamedTuple, Optional, Sequence, Tuple

import regex

from nlu.components import tagger
from nlu.components.machine import WEIGHTS, train
from nlu.components.normalise import fold
from nlu.components.sequence import Labelled, features, labels
from nlu.components.tokens import cut

LOCALES = {"zh-TW": "zh-TW", "en": "en-US", "id": "id-ID", "vi": "vi-VN", "th": "th-TH"}
# XLM-R base, fine-tuned on all 51 languages: intent accuracy on test (the paper's table).
PAPER = {"zh-TW": 83.0, "en": 88.3, "id": 87.1, "vi": 86.3, "th": 84.7}
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


def slot_f1(learn: Sequence[Line], check: Sequence[Line]) -> float:
    """Return the F1 of exact spans with their slot, in per cent."""
    rows, written = [], []
    for line in learn:
        tokens = cut(fold(line.text))
        rows.append(features(tokens))
        written.append(labels(tokens, line.slots))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "slots.crf"
        tagger.train(rows, written, path)
        model = tagger.Tagger(path.read_bytes())
    hits = wrong = missed = 0
    for line in check:
        tokens = cut(fold(line.text))
        found, given = set(model.spans(tokens, features(tokens))), set(line.slots)
        hits, wrong, missed = (
            hits + len(found & given),
            wrong + len(found - given),
            missed + len(given - found),
        )
    return 200 * hits / max(1, 2 * hits + wrong + missed)


def report(folder: Path, languages: Optional[Sequence[str]], slots: bool, part: str = "dev") -> None:
    """Print the table; `part` is the part that is scored: dev, or test where it is at hand."""
    print(
        f"MASSIVE {part} (trained on train)\n\n| language | intent accuracy | slot F1 | XLM-R base, intents (paper, test) |\n|---|---|---|---|"
    )
    for language in languages or LOCALES:
        learn, check = read(folder, language, "train"), read(folder, language, part)
        accuracy = intent_accuracy(learn, check, language)
        f1 = f"{slot_f1(learn, check):.1f}" if slots else "–"
        print(f"| {language} | {accuracy:.1f} | {f1} | {PAPER[language]} |", flush=True)
