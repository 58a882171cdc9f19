"""Measure stock Rasa and ours one after the other on this machine, and print both with the ratios."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List, Optional

from nlu.bench import held_out, served
from nlu.bench.stock import project
from nlu.components.learn import train
from nlu.components.machine import WEIGHTS

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / ".venvs" / "stock" / "bin" / "python"
PROJECTS = ROOT / "artefacts" / "stock"
LINES_EACH = 20
EPOCHS = 100
TURN_AIM = 0.25


def report(model: Optional[Path], turns: int, each: int = LINES_EACH, epochs: int = EPOCHS) -> None:
    """Train stock Rasa when it is not trained yet, measure both, print the tables."""
    if not PYTHON.exists():
        print(
            "Not measured: stock Rasa has no environment here; `python3 -m scripts.setup --for stock` makes it."
        )
        return
    from nlu.train import model_path  # noqa: PLC0415 - after lean.install

    our_model = model or model_path()
    folder = project.write(PROJECTS, each, epochs)
    stock_model, trained = _train(folder)
    gold = [line for line in held_out.read(project.LANGUAGE) if line.text]
    inside = {
        "stock Rasa": _inside(PYTHON, stock_model, [line.text for line in gold], ours=False),
        "ours": _inside(Path(sys.executable), our_model, [], ours=True),
    }
    over_http = {}
    for name in inside:
        port = served.free_port()
        server = (
            served.ours(our_model, port)
            if name == "ours"
            else served.stock(PYTHON, folder, stock_model, port)
        )
        over_http[name] = served.measure(server, port, turns)

    answers = inside["stock Rasa"]["answers"]
    stock_right = sum(answer == line.intent for answer, line in zip(answers, gold, strict=True))
    took = f"trained in {trained:.0f} s" if trained else "trained earlier"
    print(
        f"Stock Rasa 3.6.21: jieba, count vectors, DIET and ResponseSelector of {epochs} epochs, TED "
        f"({took} on {each} zh-TW lines of each intent). Ours is the whole model of five languages. The action "
        "server answers at once; conversations of ten turns.\n"
    )
    print("| in one process | parse, median ms | turn with an action, median ms |\n|---|---|---|")
    for name, found in inside.items():
        print(f"| {name} | {found['parse']:.1f} | {found['turn']:.1f} |")
    print("\n" + "\n".join(served.table(over_http)) + "\n")
    _print_ratios(inside, over_http)
    print(
        f"\nIntents right on the {len(gold)} held-out zh-TW lines, both trained on the same {each} lines of each "
        f"intent: stock Rasa {100 * stock_right / len(gold):.1f} %, our classifier {_ours_on_same(gold, each):.1f} %."
    )


def _print_ratios(inside: Dict[str, Any], over_http: Dict[str, served.Served]) -> None:
    theirs, own = over_http["stock Rasa"], over_http["ours"]
    ratios = {
        "parse": inside["ours"]["parse"] / inside["stock Rasa"]["parse"],
        "turn in one process": inside["ours"]["turn"] / inside["stock Rasa"]["turn"],
        "turn over HTTP": own.turn / theirs.turn,
        "ready": own.ready / theirs.ready,
        "memory": own.memory_after / theirs.memory_after,
        "turns a second": own.throughput / theirs.throughput,
    }
    print(
        "Ours divided by stock: " + ", ".join(f"{name} {value:.2f}" for name, value in ratios.items()) + ".\n"
    )
    worst = max(ratios["turn in one process"], ratios["turn over HTTP"])
    print(
        f"- turn with an action {worst:.2f} of stock's, aim ≤ {TURN_AIM}: {'met' if worst <= TURN_AIM else 'NOT met'}"
    )
    print("\n".join(served.verdicts(own)))


def _train(folder: Path) -> tuple:
    """Return the model of the project and the seconds it took, 0 when it was there."""
    model = folder / "models" / "stock.tar.gz"
    if model.exists():
        return model, 0.0
    print("training stock Rasa: minutes", file=sys.stderr, flush=True)
    begun = time.perf_counter()
    # Rasa glues stories together fifty times over, which takes TED many minutes and teaches ours nothing.
    words = [str(PYTHON), "-W", "ignore", "-m", "rasa", "train", "--augmentation", "0"]
    _run([*words, "--fixed-model-name", "stock"], folder)
    return model, time.perf_counter() - begun


def _inside(python: Path, model: Path, lines: List[str], *, ours: bool) -> Dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lines.json"
        file.write_text(json.dumps(lines, ensure_ascii=False), encoding="utf-8")
        words = [str(python), "-W", "ignore", "-m", "nlu.bench.stock.inside", "--model", str(model)]
        said = _run([*words, "--lines", str(file), *(["--ours"] if ours else [])], ROOT)
    found: Dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def _run(words: List[str], folder: Path) -> str:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "RASA_TELEMETRY_ENABLED": "false", "LOG_LEVEL": "ERROR",
           "TF_CPP_MIN_LOG_LEVEL": "3"}  # fmt: skip
    env.pop("OMP_NUM_THREADS", None)
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words[:6])} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def _ours_on_same(gold: List[held_out.Gold], each: int) -> float:
    from rasa.shared.nlu.training_data import entities_parser  # noqa: PLC0415 - Rasa only after lean.install

    pairs = [
        (entities_parser.replace_entities(line), one.intent)
        for one in project.samples(each)
        for line in one.lines
    ]
    texts, intents = zip(*pairs, strict=True)
    machine, _ = train(texts, intents, WEIGHTS[project.LANGUAGE])
    right = sum(
        machine.classes[int(machine.scores(line.text).classes.argmax())] == line.intent for line in gold
    )
    return 100 * right / len(gold)
