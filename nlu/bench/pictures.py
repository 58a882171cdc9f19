"""Pictures of our own lines left out: who is taken for whom, and whether confidence is honest."""

from __future__ import annotations

from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Sequence

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.colors import LogNorm

from nlu.bench.crossval import LeftOutLines, bins

_TENTHS = [step / 10 for step in range(11)]
_INCH = 15.0
_DOTS = 100
# Per cent: what is too rare to be shown, and from where the square is too dark for black figures.
_LEAST_SHOWN = 0.3
_DARK = 9


class Picture(NamedTuple):
    """A picture and what it shows, in words."""

    file: Path
    words: str


def all_of(measured: Dict[str, LeftOutLines], order: Sequence[str], folder: Path) -> Iterator[Picture]:
    """Draw every picture into `folder`; `order` is the intents' order along both sides."""
    folder.mkdir(parents=True, exist_ok=True)
    for language, lines in measured.items():
        file = folder / f"nlu-confusion-{language}.png"
        confusion(lines, order, f"{language}: {len(lines.owner)} lines, each left out of training", file)
        yield Picture(file, f"Confusion of intents in {language}")
    file = folder / "nlu-reliability.png"
    reliability(measured, file)
    yield Picture(file, "Confidence against the share that is right")


def confusion(lines: LeftOutLines, order: Sequence[str], title: str, file: Path) -> None:
    """Draw shares of each row in per cent: what is right in grey, what is wrong in colour."""
    names = [name for name in order if name in lines.classes]
    counts = lines.confusion(names)
    share = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    right, wrong = np.diag(share), share.copy()
    np.fill_diagonal(wrong, 0)

    figure, axes = plt.subplots(figsize=(_INCH, _INCH))
    # A logarithm of colours: the eye is to find the rare ones too.
    shown = np.ma.masked_less(wrong, _LEAST_SHOWN)
    image = axes.imshow(shown, cmap="YlOrRd", norm=LogNorm(_LEAST_SHOWN, 30), aspect="equal")
    axes.imshow(np.ma.masked_where(~np.eye(len(names), dtype=bool), share), cmap="Greys", vmin=0, vmax=250)
    for row, column in zip(*np.nonzero(wrong >= 3), strict=True):
        colour = "white" if wrong[row, column] > _DARK else "black"
        axes.text(
            column, row, f"{wrong[row, column]:.0f}", ha="center", va="center", fontsize=7, color=colour
        )
    places = range(len(names))
    axes.set_xticks(places)
    axes.set_xticklabels(names, rotation=90, fontsize=8.5)
    axes.set_yticks(places)
    axes.set_yticklabels([f"{name}  {right[i]:.0f}" for i, name in enumerate(names)], fontsize=8.5)
    axes.set_xticks([p - 0.5 for p in places], minor=True)
    axes.set_yticks([p - 0.5 for p in places], minor=True)
    axes.grid(which="minor", color="#e6e6e6", linewidth=0.5)
    axes.tick_params(which="minor", length=0)
    axes.set_xlabel("taken for", fontsize=12)
    axes.set_ylabel("is (and per cent right)", fontsize=12)
    axes.set_title(title, fontsize=14)
    bar = figure.colorbar(image, ax=axes, fraction=0.025, pad=0.01, ticks=[0.3, 1, 3, 10, 30])
    bar.ax.set_yticklabels(["0.3", "1", "3", "10", "30"])
    bar.set_label("wrong, % of the intent's lines", fontsize=11)
    _save(figure, file)


def reliability(measured: Dict[str, LeftOutLines], file: Path) -> None:
    """Draw for each language the share that is right against confidence, and how many lines there are."""
    figure, (above, below) = plt.subplots(
        2, 1, figsize=(7, 8), sharex=True, gridspec_kw={"height_ratios": [3, 1]}
    )
    above.plot([0, 1], [0, 1], color="#999999", linestyle="--", label="honest")
    width = 0.09 / max(1, len(measured))
    for number, (language, lines) in enumerate(measured.items()):
        found: List = list(bins(lines, _TENTHS))
        above.plot([b.confidence for b in found], [b.right for b in found], marker="o", label=language)
        middle = [b.low + 0.05 + (number - (len(measured) - 1) / 2) * width for b in found]
        below.bar(middle, [100 * b.lines / len(lines.owner) for b in found], width=width)
    above.set_ylabel("share that is right")
    above.set_ylim(0, 1.02)
    above.legend(loc="upper left")
    above.grid(color="#e6e6e6")
    below.set_ylabel("% of lines")
    below.set_xlabel("confidence, each line left out of training")
    below.set_xlim(0, 1)
    _save(figure, file)


def _save(figure: plt.Figure, file: Path) -> None:
    figure.tight_layout()
    # Without the program's version inside, the same figures give the same file.
    figure.savefig(file, dpi=_DOTS, metadata={"Software": None})
    plt.close(figure)
