"""A project for stock Rasa made from ours: the same intents, some of the zh-TW lines, an action for each intent."""

from __future__ import annotations

from hashlib import sha256
from itertools import cycle
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Tuple

import yaml

ROOT = Path(__file__).resolve().parents[2]
CONFIG = Path(__file__).with_name("config.yml")
LANGUAGE = "zh-TW"
# From ours: what both answer with a call of the action server.
WITH_ACTION = "query_arrears"
_STORIES = 34
# What is not understood is answered by an action too, as in ours: every turn measured is one with an action.
_FALLBACK = "nlu_fallback"


class Sample(NamedTuple):
    """Some lines of one intent as they stand in the training files, entities marked."""

    intent: str
    lines: Tuple[str, ...]


def samples(each: int, data: Path = ROOT / "data" / "nlu" / LANGUAGE) -> List[Sample]:
    """Return at most `each` lines of every intent, spread evenly over its file."""
    found = []
    for file in sorted(data.glob("*.yml")):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            if "intent" in entry:
                lines = [row[2:].strip() for row in entry["examples"].splitlines() if row.startswith("- ")]
                step = max(1.0, len(lines) / each)
                picked = dict.fromkeys(lines[int(i * step)] for i in range(min(each, len(lines))))
                found.append(Sample(entry["intent"], tuple(picked)))
    return found


def write(folder: Path, each: int, epochs: int) -> Path:
    """Write the project unless it is there; return its folder, named for what is in it."""
    chosen = samples(each)
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    for component in [*config["pipeline"], *config["policies"]]:
        if "epochs" in component:
            component["epochs"] = epochs
    files = {
        "config.yml": config,
        "domain.yml": _domain(chosen),
        "data/nlu.yml": _nlu(chosen),
        **_dialogue(chosen),
    }
    texts = {
        name: yaml.safe_dump(content, allow_unicode=True, sort_keys=False) for name, content in files.items()
    }
    project = folder / sha256("\0".join(f"{n}\0{t}" for n, t in texts.items()).encode()).hexdigest()[:12]
    for name, text in texts.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")
    (project / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    (project / "endpoints.yml").write_text("action_endpoint:\n  url: ${ACTIONS_URL}\n", encoding="utf-8")
    return project


def _nlu(chosen: List[Sample]) -> Dict[str, Any]:
    return {
        "version": "3.1",
        "nlu": [
            {"intent": one.intent, "examples": "".join(f"- {line}\n" for line in one.lines)} for one in chosen
        ],
    }


def _domain(chosen: List[Sample]) -> Dict[str, Any]:
    session = yaml.safe_load((ROOT / "domain" / "session.yml").read_text(encoding="utf-8"))
    return {
        "version": "3.1",
        "session_config": session["session_config"],
        "intents": [{one.intent: {"use_entities": []}} for one in chosen],
        "entities": session["entities"],
        "actions": [f"action_{intent}" for intent in (*(one.intent for one in chosen), _FALLBACK)],
    }


def _dialogue(chosen: List[Sample]) -> Dict[str, Any]:
    """Return a rule for each intent, and stories of three intents each for the policies that learn."""
    intents = [one.intent for one in chosen]
    steps = {name: [{"intent": name}, {"action": f"action_{name}"}] for name in (*intents, _FALLBACK)}
    names = cycle(intents)
    stories = [
        {"story": f"story {number}", "steps": [step for _ in range(3) for step in steps[next(names)]]}
        for number in range(_STORIES)
    ]
    rules = [{"rule": intent, "steps": both} for intent, both in steps.items()]
    return {
        "data/rules.yml": {"version": "3.1", "rules": rules},
        "data/stories.yml": {"version": "3.1", "stories": stories},
    }
