"""The audit of locked versions finds what it is for, and the repository passes it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from scripts import audit


@pytest.fixture
def snapshot() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(audit.SNAPSHOT.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def locks() -> dict[str, audit.Locked]:
    return {environment: audit.locked(environment) for environment in audit.LOCKS}


def test_the_repository_passes(snapshot: dict[str, Any], locks: dict[str, audit.Locked]) -> None:
    assert list(audit.problems(snapshot, locks)) == []


def test_a_hole_in_the_app_is_never_only_contained(
    snapshot: dict[str, Any], locks: dict[str, audit.Locked]
) -> None:
    locks["app"] = {**locks["app"], "werkzeug": frozenset(["3.0.1"])}
    for one in snapshot["advisories"]:
        if one["package"] == "werkzeug":
            one["contained_by"] = "not-loaded"
    found = list(audit.problems(snapshot, locks))
    assert any("CVE-2024-34069" in line and "fixed in 3.0.3" in line for line in found)


def test_a_hole_in_the_dialogue_engine_needs_its_containment(
    snapshot: dict[str, Any], locks: dict[str, audit.Locked]
) -> None:
    for one in snapshot["advisories"]:
        one.pop("contained_by", None)
    found = list(audit.problems(snapshot, locks))
    assert any("keras" in line and "nothing is said to contain it" in line for line in found)


def test_a_version_that_nobody_looked_at_is_named(
    snapshot: dict[str, Any], locks: dict[str, audit.Locked]
) -> None:
    locks["app"] = {**locks["app"], "flask": frozenset(["99.0"])}
    assert [line for line in audit.problems(snapshot, locks) if line.startswith("flask (app) was")]


def test_a_containment_that_is_not_needed_any_more_is_taken_away(
    snapshot: dict[str, Any], locks: dict[str, audit.Locked]
) -> None:
    changed = copy.deepcopy(snapshot)
    changed["watched"]["nlu"]["keras"] = "3.0"
    locks["nlu"] = {**locks["nlu"], "keras": frozenset(["3.0"])}
    assert [line for line in audit.problems(changed, locks) if "take `contained_by` away" in line]


def test_every_advisory_says_where_it_was_looked_up(snapshot: dict[str, Any]) -> None:
    for one in snapshot["advisories"]:
        assert one["source"], one["id"]
        assert one["what"], one["id"]
