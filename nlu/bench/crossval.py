"""Our own data: what each line would have got had it been left out of training (exact, in closed form)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import yaml

from nlu.components.calibration import OUT_OF_SCOPE, answers, calibrate, signs
from nlu.components.classifier import CounterClassifier
from nlu.components.first_look import lead_of
from nlu.components.learn import train
from nlu.components.machine import WEIGHTS
from nlu.components.scale import probabilities
from nlu.lint import LANGUAGES, read

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data" / "nlu"
BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_COMMONEST = 8


class LeftOutLines(NamedTuple):
    """What every line of a language got when it was left out; arrays with one entry a line."""

    classes: List[str]
    owner: np.ndarray  # class number it belongs to
    answer: np.ndarray  # class number it got
    confidence: np.ndarray  # 0 to 1
    doubt: float  # below this confidence the bot asks instead of answering
    first_look: float = 0.0  # share of lines for which the first look was enough

    @property
    def right(self) -> np.ndarray:
        """Say of each line whether it got its own class."""
        return self.answer == self.owner

    def confusion(self, order: Sequence[str]) -> np.ndarray:
        """Return counts, rows what a line is and columns what it got, both in `order`."""
        place = np.array([order.index(name) for name in self.classes])
        counts = np.zeros((len(order), len(order)), dtype=int)
        np.add.at(counts, (place[self.owner], place[self.answer]), 1)
        return counts


class Bin(NamedTuple):
    """Lines of about the same confidence; shares are 0 to 1."""

    low: float
    high: float
    lines: int
    confidence: float
    right: float


def lines_by_language(data: Path = DATA) -> Dict[str, List[Tuple[str, str]]]:
    """Return distinct (text, intent) pairs for each language, in a fixed order."""
    found: Dict[str, set] = {language: set() for language in LANGUAGES}
    for example in read(data):
        found[example.language].add((example.text, example.intent))
    return {language: sorted(pairs) for language, pairs in found.items() if pairs}


def intents_by_group(domain: Path = ROOT / "domain") -> List[str]:
    """Return the intents as the domain's files group them, so that neighbours are kin."""
    order: List[str] = []
    for file in sorted(domain.glob("*.yml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        order += [next(iter(i)) if isinstance(i, dict) else i for i in content.get("intents", [])]
    return order


def leave_out(pairs: Sequence[Tuple[str, str]], language: str) -> LeftOutLines:
    """Return what each line would have got from a machine trained on all the others."""
    settings = CounterClassifier.get_default_config()
    texts, intents = zip(*pairs, strict=True)
    machine, left_out = train(
        texts, intents, WEIGHTS[language], settings["gamma"], settings["ridge"], first_look=True
    )
    found = calibrate(
        left_out.scores,
        left_out.likeness,
        machine.owner,
        machine.classes,
        first=left_out.first,
        first_look_costs=settings["first_look_costs"],
        least_right=settings["least_right"],
        false_alarms=settings["false_alarms"],
    )
    probability = probabilities(left_out.scores, found.temperature)
    confidence = probability.max(axis=1)
    seen, outside = None, -1
    if found.stranger:
        seen = signs(probability, left_out.likeness, machine.owner, machine.classes)
        outside = machine.classes.index(OUT_OF_SCOPE)
    answer = answers(probability, seen, found.stranger, outside)
    enough = np.zeros(len(answer), bool)
    if found.first is not None and left_out.first is not None:
        enough = lead_of(left_out.first) >= found.first.lead
        answer = np.where(enough, left_out.first.argmax(axis=1), answer)
        first = probabilities(left_out.first, found.first.temperature).max(axis=1)
        confidence = np.where(enough, first, confidence)
    return LeftOutLines(machine.classes, machine.owner, answer, confidence, found.doubt, float(enough.mean()))


def bins(lines: LeftOutLines, edges: Sequence[float] = BINS) -> Iterator[Bin]:
    """Yield the bins of confidence that hold lines."""
    for low, high in zip(edges, edges[1:], strict=False):
        inside = (lines.confidence >= low) & (
            lines.confidence < high if high < edges[-1] else lines.confidence <= high
        )
        if inside.any():
            yield Bin(
                low,
                high,
                int(inside.sum()),
                float(lines.confidence[inside].mean()),
                float(lines.right[inside].mean()),
            )


def calibration_error(lines: LeftOutLines) -> float:
    """Return the expected calibration error: how far confidence is from the share that is right, 0 to 1."""
    tenths = [step / 10 for step in range(11)]
    return sum(one.lines * abs(one.confidence - one.right) for one in bins(lines, tenths)) / len(lines.owner)


def report(languages: Optional[Sequence[str]], pictures: Optional[Path]) -> None:
    """Print the tables of all languages; with `pictures`, draw confusion and calibration into that folder."""
    measured = {
        language: leave_out(pairs, language)
        for language, pairs in lines_by_language().items()
        if not languages or language in languages
    }
    _print_accuracy(measured)
    _print_calibration(measured)
    _print_confusion(measured)
    if pictures is not None:
        from nlu.bench import pictures as draw  # noqa: PLC0415 - matplotlib takes seconds to import

        for written in draw.all_of(measured, intents_by_group(), pictures):
            print(f"\n![{written.words}](images/{written.file.name})")


def _print_accuracy(measured: Dict[str, LeftOutLines]) -> None:
    print(
        "| language | lines | left-out accuracy % | out-of-scope recall % | false alarms % | doubt below | first look enough % |\n|---|---|---|---|---|---|---|"
    )
    for language, lines in measured.items():
        recall = alarms = "–"
        if OUT_OF_SCOPE in lines.classes:
            outside = lines.owner == lines.classes.index(OUT_OF_SCOPE)
            called = lines.answer == lines.classes.index(OUT_OF_SCOPE)
            recall, alarms = f"{100 * called[outside].mean():.1f}", f"{100 * called[~outside].mean():.1f}"
        print(
            f"| {language} | {len(lines.owner)} | {100 * lines.right.mean():.1f} | {recall} | {alarms} | {lines.doubt:.2f} "
            f"| {100 * lines.first_look:.0f} |"
        )


def _print_calibration(measured: Dict[str, LeftOutLines]) -> None:
    spans = [f"{low:.1f}–{high:.1f}" for low, high in zip(BINS, BINS[1:], strict=False)]
    print("\nRight, in per cent, of the lines of each confidence (and how many lines that is):\n")
    print(f"| language | {' | '.join(spans)} | calibration error % |\n|---|{'---|' * len(spans)}---|")
    for language, lines in measured.items():
        cells = {one.low: f"{100 * one.right:.1f} ({one.lines})" for one in bins(lines)}
        row = " | ".join(cells.get(low, "–") for low in BINS[:-1])
        print(f"| {language} | {row} | {100 * calibration_error(lines):.1f} |")


def _print_confusion(measured: Dict[str, LeftOutLines]) -> None:
    order = intents_by_group()
    counts = {language: lines.confusion(order) for language, lines in measured.items()}
    print(
        "\nRight, in per cent, for each intent, and what its other lines were most often taken for (lines):\n"
    )
    print(f"| intent | {' | '.join(measured)} |\n|---|{'---|' * len(measured)}")
    for number, intent in enumerate(order):
        rows = [table[number] for table in counts.values()]
        if any(row.sum() for row in rows):
            print(f"| {intent} | {' | '.join(_cell(row, number, order) for row in rows)} |")
    for language, lines in measured.items():
        wrong = zip(lines.owner[~lines.right], lines.answer[~lines.right], strict=True)
        confused = Counter((lines.classes[a], lines.classes[b]) for a, b in wrong)
        worst = "; ".join(f"{a} → {b} {n}" for (a, b), n in confused.most_common(_COMMONEST))
        print(f"\nCommonest in {language}: {worst}.")


def _cell(row: np.ndarray, own: int, order: Sequence[str]) -> str:
    if not row.sum():
        return "–"
    others = row.copy()
    others[own] = 0
    share = f"{100 * row[own] / row.sum():.0f}"
    return f"{share} → {order[int(others.argmax())]} ({others.max()})" if others.max() > 1 else share
