"""The dialogue's lists agree: what Rasa is trained with, what the actions offer, what can be shown."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.base import TEMPLATE_OF_ERROR
from actions.registry import ACTIONS
from nhi_core.wire import LANGUAGES, ActionReply

ROOT = Path(__file__).resolve().parents[2]
# Rasa's own; listed in a domain only where a project overrides them.
OF_RASA = {"action_session_start", "action_listen", "action_restart", "action_default_fallback"}


def domain() -> Iterator[dict[str, Any]]:
    for path in sorted((ROOT / "nlu" / "domain").glob("*.yml")):
        yield yaml.safe_load(path.read_text(encoding="utf-8"))


def names(section: str) -> set[str]:
    found: set[str] = set()
    for part in domain():
        for item in part.get(section) or []:
            found |= {item} if isinstance(item, str) else set(item)
    return found


def templates() -> set[str]:
    return {path.parent.name for path in (ROOT / "templates").glob("*/message.json")}


def test_the_domains_actions_are_the_registered_actions() -> None:
    assert names("actions") - OF_RASA == {f"action_{action.verb}" for action in ACTIONS}


def test_no_two_actions_share_a_name() -> None:
    verbs = [action.verb for action in ACTIONS]
    assert len(verbs) == len(set(verbs))


def test_every_response_is_a_template_that_exists() -> None:
    responses = {
        name: variants for part in domain() for name, variants in (part.get("responses") or {}).items()
    }
    assert responses
    for name, variants in responses.items():
        for variant in variants:
            reply = ActionReply.model_validate(variant["custom"])
            assert reply.template in templates(), name


def test_every_template_that_an_action_names_exists() -> None:
    named = set(TEMPLATE_OF_ERROR.values())
    for path in (ROOT / "actions").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Answer" and node.args:
                named |= {n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)}
    assert named
    assert {name for name in named if isinstance(name, str)} - templates() == set()


def test_every_intent_that_can_be_said_has_lines_in_five_languages() -> None:
    said = {path.stem for path in (ROOT / "nlu" / "data" / "nlu" / "zh-TW").glob("*.yml")}
    assert len(said) == 68
    for language in LANGUAGES:
        found = {path.stem for path in (ROOT / "nlu" / "data" / "nlu" / language).glob("*.yml")}
        assert found == said, language


def test_every_said_intent_is_in_the_domain_and_has_a_rule() -> None:
    said = {path.stem for path in (ROOT / "nlu" / "data" / "nlu" / "zh-TW").glob("*.yml")}
    ruled: set[str] = set()
    for path in (ROOT / "nlu" / "data" / "rules").glob("*.yml"):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            ruled |= {step["intent"] for step in rule["steps"] if "intent" in step}
    assert said <= names("intents")
    assert said <= ruled


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_a_label_a_person_can_tap(language: str) -> None:
    from bot.rendering.catalogue import catalogue

    words = catalogue(language).keys()
    said = {path.stem for path in (ROOT / "nlu" / "data" / "nlu" / "zh-TW").glob("*.yml")}
    missing = [name for name in said if f"intent.{name}" not in words]
    assert missing == []


def test_the_wire_shape_that_nlu_restates_is_ours() -> None:
    ours = {"sender", "turn", "language", "text", "intent", "v"}
    theirs = json.loads((ROOT / "nlu" / "components" / "wire.json").read_text(encoding="utf-8"))
    assert set(theirs["properties"]) == ours
