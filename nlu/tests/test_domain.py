"""What our buttons carry is declared: Rasa drops every entity that its domain does not know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator, Set

import yaml

ROOT = Path(__file__).resolve().parents[2]
# Read by the bot itself: these taps never reach Rasa.
_BOT_ONLY = frozenset({"do", "grade", "ref", "report", "role", "survey"})


def _carried(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        entities = node.get("entities")
        if isinstance(entities, dict):
            yield from (name for name in entities if not name.startswith("$"))
        for value in node.values():
            yield from _carried(value)
    elif isinstance(node, list):
        for value in node:
            yield from _carried(value)


def test_what_buttons_carry_is_declared() -> None:
    declared: Set[str] = set()
    for file in (ROOT / "nlu" / "domain").glob("*.yml"):
        declared |= set(yaml.safe_load(file.read_text(encoding="utf-8")).get("entities") or [])
    carried = {
        name
        for file in (ROOT / "templates").rglob("*.json")
        for name in _carried(json.loads(file.read_text(encoding="utf-8")))
    }
    assert {"language", "to"} <= carried
    assert carried - declared <= _BOT_ONLY
