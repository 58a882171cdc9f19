"""Our own data: what each line would have got had it been left out of training (exact, in closed form)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np

from nlu.components.calibration import OUT_OF_SCOPE, calibrate, probabilities, signs
from nlu.components.classifier import CounterClassifier
from nlu.components.machine import WEIGHTS, train
from nlu.lint import LANGUAGES, read

DATA = Path(__file__).resolve().parents[1] / "data" / "nlu"
_BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def lines_by_language(data: Path = DATA) -> Dict[str, List[Tuple[str, str]]]:
    """Return distinct (text, intent) pairs for each language, in a fixed order."""
    found: Dict[str, set] = {language: set() for language in LANGUAGES}
    for example in read(data):
        found[example.language].add((example.text, example.intent))
    return {language: sorted(pairs) for language, pairs in found.items() if pairs}


def report(languages: Optional[Sequence[str]]) -> None:
    """Print accuracy, out-of-scope, calibration and the commonest confusions for each language."""
    settings = CounterClassifier.get_default_config()
    for language, pairs in lines_by_language().items():
        if languages and language not in languages:
            continue
        texts, intents = zip(*pairs, strict=True)
        machine, left_out = train(texts, intents, WEIGHTS[language], settings["gamma"], settings["ridge"])
        found = calibrate(
            left_out.scores,
            left_out.likeness,
            machine.owner,
            machine.classes,
            least_right=settings["least_right"],
            false_alarms=settings["false_alarms"],
        )
        probability = probabilities(left_out.scores, found.temperature)
        answer = probability.argmax(axis=1)
        confidence = probability.max(axis=1)
        if found.stranger:
            *weights, bias, threshold = found.stranger
            seen = signs(probability, left_out.likeness, machine.owner, machine.classes).matrix()
            answer = np.where(
                seen @ np.array(weights) + bias > threshold, machine.classes.index(OUT_OF_SCOPE), answer
            )
        print(f"\n## {language}: {len(pairs)} lines, doubt below {found.doubt:.2f}")
        _print(machine.classes, machine.owner, answer, confidence)


def _print(classes: List[str], owner: np.ndarray, answer: np.ndarray, confidence: np.ndarray) -> None:
    right = answer == owner
    print(f"left-out accuracy {100 * right.mean():.1f} %")
    if OUT_OF_SCOPE in classes:
        outside = owner == classes.index(OUT_OF_SCOPE)
        called = answer == classes.index(OUT_OF_SCOPE)
        print(
            f"out of scope: recall {100 * called[outside].mean():.1f} %, false alarms {100 * called[~outside].mean():.1f} %"
        )
    print("| confidence | lines | right % |\n|---|---|---|")
    for low, high in zip(_BINS, _BINS[1:], strict=False):
        inside = (confidence >= low) & (confidence < high if high < 1 else confidence <= 1)
        if inside.any():
            print(f"| {low:.1f}–{high:.1f} | {inside.sum()} | {100 * right[inside].mean():.1f} |")
    confused = Counter((classes[a], classes[b]) for a, b in zip(owner[~right], answer[~right], strict=True))
    print("commonest confusions:", "; ".join(f"{a} → {b} {n}" for (a, b), n in confused.most_common(12)))
