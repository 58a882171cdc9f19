"""The compiled specification: spec/*.json and one validator a definition."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema.validators import extend

from line_sandbox.validation.keywords import Errors, LineValidator

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


def _absolute(node: Any, file: str) -> Any:
    if isinstance(node, dict):
        return {
            key: _urn(file) + value if key == "$ref" and value.startswith("#") else _absolute(value, file)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_absolute(value, file) for value in node]
    return node


def _urn(file: str) -> str:
    return f"urn:line-sandbox:{file}.json"


@cache
def _definitions() -> dict[str, Any]:
    return {
        f"{_urn(file)}#/$defs/{name}": _absolute(definition, file)
        for file, content in files().items()
        for name, definition in content["$defs"].items()
    }


def _ref(checker: Any, ref: str, instance: Any, _schema: Any) -> Errors:
    # Every reference is to a definition of ours: a table look-up is three times as fast as a resolver.
    yield from checker.descend(instance, _definitions()[ref])


_Validator: Any = extend(LineValidator, {"$ref": _ref})  # type: ignore[no-untyped-call]


@cache
def validator(name: str, file: str) -> Any:
    """The validator of one definition, e.g. validator("Message", "messages")."""
    return _Validator(_definitions()[f"{_urn(file)}#/$defs/{name}"])


def issues(name: str, file: str, body: Any) -> Iterator[Issue]:
    """Everything the specification says against `body`, each once, in reading order of the body."""
    seen: set[tuple[Path_, str]] = set()
    found = validator(name, file).iter_errors(body)
    for error in sorted(found, key=lambda e: [str(part) for part in e.absolute_path]):
        issue = Issue(tuple(error.absolute_path), error.message, str(error.validator))
        if (issue.path, issue.message) not in seen:
            seen.add((issue.path, issue.message))
            yield issue
