"""Rules of actions that no schema can say: exclusive texts, date formats, min < max."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from line_sandbox.validation.schema import Issue, Path_

_FORMATS = {
    "date": (re.compile(r"\d{4}-\d{2}-\d{2}"), "%Y-%m-%d"),
    "time": (re.compile(r"\d{2}:\d{2}"), "%H:%M"),
    "datetime": (re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}"), "%Y-%m-%dT%H:%M"),
}
_SINGLE = {"action", "defaultAction"}


def find_actions(node: Any, path: Path_) -> Iterator[tuple[Path_, dict[str, Any]]]:
    """Every action object below `node` with its path."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in _SINGLE and isinstance(value, dict):
                yield (*path, key), value
            else:
                yield from find_actions(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            here = (*path, index)
            if path and path[-1] == "actions" and isinstance(value, dict):
                yield here, value
            yield from find_actions(value, here)


def check_actions(node: Any, path: Path_) -> Iterator[Issue]:
    """Issues of all actions below `node`."""
    for where, action in find_actions(node, path):
        kind = action.get("type")
        if kind == "postback":
            yield from _postback(action, where)
        elif kind == "datetimepicker":
            yield from _picker(action, where)


def _postback(action: dict[str, Any], path: Path_) -> Iterator[Issue]:
    if "displayText" in action and "text" in action:
        yield Issue((*path, "text"), "displayText and text properties cannot be specified at the same time")
    if "fillInText" in action and action.get("inputOption") != "openKeyboard":
        yield Issue((*path, "fillInText"), "can be specified only when inputOption is openKeyboard")


def _picker(action: dict[str, Any], path: Path_) -> Iterator[Issue]:
    values: dict[str, datetime] = {}
    for name in ("initial", "min", "max"):
        if name not in action:
            continue
        value = _moment(action["mode"], action[name])
        if value is None:
            yield Issue((*path, name), "invalid property")
        else:
            values[name] = value
    low, high, initial = values.get("min"), values.get("max"), values.get("initial")
    if low and high and low >= high:
        yield Issue((*path, "min"), "min must be less than max")
    elif initial and ((low and initial < low) or (high and initial > high)):
        yield Issue((*path, "initial"), "initial must be between min and max")


def _moment(mode: str, text: str) -> datetime | None:
    shape, pattern = _FORMATS[mode]
    if not shape.fullmatch(text):
        return None
    try:
        # Wall-clock values of the user's own phone: they have no zone.
        value = datetime.strptime(text.upper(), pattern)  # noqa: DTZ007
    except ValueError:
        return None
    return value if mode == "time" or 1900 <= value.year <= 2100 else None
