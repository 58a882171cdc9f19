"""The compiled specification: spec/*.json and one validator a definition."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from referencing import Registry, Resource

from line_sandbox.validation.keywords import LineValidator

SPEC = Path(__file__).resolve().parent.parent / "spec"
Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Issue:
    """One thing LINE would refuse: where (path from the body), LINE's words, the keyword that found it."""

    path: Path_
    message: str
    keyword: str = "rule"


@cache
def files() -> dict[str, dict[str, Any]]:
    """Name of the file (without .json) to its parsed content."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(SPEC.glob("*.json"))}


@cache
def _registry() -> Any:
    resources = [Resource.from_contents(content) for content in files().values()]
    return resources @ Registry()


@cache
def validator(name: str, file: str) -> Any:
    """The validator of one definition, e.g. validator("Message", "messages")."""
    if name not in files()[file]["$defs"]:
        raise KeyError(f"{file}.json has no {name}")
    return LineValidator({"$ref": f"urn:line-sandbox:{file}.json#/$defs/{name}"}, registry=_registry())


def issues(name: str, file: str, body: Any) -> Iterator[Issue]:
    """Everything the specification says against `body`, each once, in reading order of the body."""
    seen: set[tuple[Path_, str]] = set()
    found = validator(name, file).iter_errors(body)
    for error in sorted(found, key=lambda e: [str(part) for part in e.absolute_path]):
        issue = Issue(tuple(error.absolute_path), error.message, str(error.validator))
        if (issue.path, issue.message) not in seen:
            seen.add((issue.path, issue.message))
            yield issue
