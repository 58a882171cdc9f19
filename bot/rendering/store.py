"""The template files, parsed once: `templates/<name>/{message.json,alt.txt,sample.json}` and `_parts/`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

TEMPLATES_DIR = Path(__file__).resolve().parents[2] / "templates"
PARTS_DIR = TEMPLATES_DIR / "_parts"


class UnknownTemplate(LookupError):
    """No such template or part."""


@dataclass(frozen=True, slots=True)
class Template:
    """One message: a JSON-e list of LINE messages, and the JSON-e text that a screen reader says."""

    message: list[Any]
    alt: str


@dataclass(frozen=True, slots=True)
class Part:
    """A piece shared by templates. `params` are the optional arguments with their defaults."""

    params: Mapping[str, Any]
    body: Any


@dataclass(frozen=True, slots=True)
class Sample:
    """One example of a template's data, for the gallery and the tests."""

    name: str
    data: dict[str, Any]


@cache
def template_names() -> tuple[str, ...]:
    """Return the names of all templates, sorted."""
    return tuple(sorted(path.parent.name for path in TEMPLATES_DIR.glob("[a-z]*/message.json")))


@cache
def template(name: str) -> Template:
    """Return the parsed template; raise UnknownTemplate."""
    if name not in template_names():
        raise UnknownTemplate(name)
    folder = TEMPLATES_DIR / name
    message = _read(folder / "message.json")
    alt = folder / "alt.txt"
    # Plain text is read aloud as it is; only Flex needs an alternative, and the limits insist on it.
    return Template(message=message, alt=alt.read_text(encoding="utf-8").strip() if alt.exists() else "")


@cache
def part(name: str) -> Part:
    """Return the parsed part; raise UnknownTemplate."""
    try:
        value = _read(PARTS_DIR / f"{name}.json")
    except FileNotFoundError as error:
        raise UnknownTemplate(name) from error
    return Part(params=value.get("params", {}), body=value["body"])


_COLOUR = re.compile(r"\$\{color\.([a-z_]+)\}")


def _read(path: Path) -> Any:
    """Parse a template file. A leaf that is one colour's name is resolved here, once, not at every turn."""
    return _with_colours(json.loads(path.read_text(encoding="utf-8")))


def _with_colours(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _with_colours(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_with_colours(value) for value in node]
    match = _COLOUR.fullmatch(node) if isinstance(node, str) else None
    return palette()[match[1]] if match else node


@cache
def palette() -> Mapping[str, str]:
    """Return the colours by name."""
    colours: dict[str, str] = json.loads((PARTS_DIR / "palette.json").read_text("utf-8"))
    return colours


def samples(name: str) -> tuple[Sample, ...]:
    """Return the template's examples."""
    values = json.loads((TEMPLATES_DIR / name / "sample.json").read_text(encoding="utf-8"))
    return tuple(Sample(value["name"], value["data"]) for value in values)
