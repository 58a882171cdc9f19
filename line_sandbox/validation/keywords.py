"""JSON Schema 2020-12 with the keywords LINE's written reference needs, worded as LINE words its errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from line_sandbox.validation.counting import grapheme_length, json_bytes, utf16_length
from line_sandbox.validation.uris import problem

Errors = Iterator[ValidationError]
_RATIO = re.compile(r"^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$")
# "LINE" as a word of its own; "Caroline" is somebody's name.
_LINE_WORD = re.compile(r"(?<![a-z])line(?![a-z])", re.I)


def _by_type(validator: Any, table: dict[str, Any], instance: Any, _schema: Any) -> Errors:
    if not isinstance(instance, dict):
        return
    kind = instance.get("type")
    if isinstance(kind, str) and kind in table:
        yield from validator.descend(instance, table[kind], schema_path=kind)
    else:
        yield ValidationError(f"Must be one of the following values: [{', '.join(table)}]", path=["type"])


def _utf16(_v: Any, bounds: list[int], instance: Any, _schema: Any) -> Errors:
    if isinstance(instance, str):
        yield from _length(utf16_length(instance), bounds)


def _graphemes(_v: Any, bounds: list[int], instance: Any, _schema: Any) -> Errors:
    if isinstance(instance, str):
        yield from _length(grapheme_length(instance), bounds)


def _length(length: int, bounds: list[int]) -> Errors:
    if length == 0 and bounds[0] > 0:
        yield ValidationError("May not be empty")
    elif not bounds[0] <= length <= bounds[1]:
        yield ValidationError(f"Length must be between 0 and {bounds[1]}")


def _uri(_v: Any, rule: dict[str, Any], instance: Any, _schema: Any) -> Errors:
    if isinstance(instance, str):
        said = problem(instance, rule["schemes"], rule["max"])
        if said:
            yield ValidationError(said)


def _json_bytes(_v: Any, most: int, instance: Any, _schema: Any) -> Errors:
    if json_bytes(instance) > most:
        yield ValidationError(
            "Too large flex message. The maximum size of JSON data"
            f" is {most // 1024} KB for {instance['type']}"
        )


def _at_least_one(_v: Any, names: list[str], instance: Any, _schema: Any) -> Errors:
    if isinstance(instance, dict) and all(instance.get(n) in (None, []) for n in names):
        blocks = "header" in names
        yield ValidationError("At least one block must be specified" if blocks else "must be specified")


def _aspect_ratio(_v: Any, _on: bool, instance: Any, _schema: Any) -> Errors:
    if not isinstance(instance, str):
        return
    match = _RATIO.match(instance)
    if not match:
        yield ValidationError("invalid property")
        return
    width, height = float(match[1]), float(match[2])
    if not (1 <= width <= 100_000 and 1 <= height <= 100_000 and height <= 3 * width):
        yield ValidationError("invalid property")


def _sender_name(_v: Any, _on: bool, instance: Any, _schema: Any) -> Errors:
    if isinstance(instance, str) and _LINE_WORD.search(instance):
        yield ValidationError("Cannot use the specified word")


def _required(_v: Any, names: list[str], instance: Any, _schema: Any) -> Errors:
    if isinstance(instance, dict):
        for name in names:
            if name not in instance:
                yield ValidationError("May not be empty", path=[name])


def _additional(validator: Any, allowed: Any, instance: Any, schema: Any) -> Errors:
    if not isinstance(instance, dict):
        return
    for name in instance.keys() - schema.get("properties", {}).keys():
        if allowed is False:
            yield ValidationError("unknown field", path=[name])
        elif isinstance(allowed, dict):
            yield from validator.descend(instance[name], allowed, path=name)


def _items_bounds(_v: Any, _bound: int, instance: Any, schema: Any) -> Errors:
    low, high = schema.get("minItems", 0), schema.get("maxItems")
    if isinstance(instance, list) and (len(instance) < low or (high is not None and len(instance) > high)):
        yield ValidationError(f"Size must be between {low} and {high}")


def _range(validator: Any, _bound: float, instance: Any, schema: Any) -> Errors:
    if not validator.is_type(instance, "number"):
        return
    low, high = schema.get("minimum"), schema.get("maximum")
    if (low is not None and instance < low) or (high is not None and instance > high):
        said = (
            f"Must be between {low} and {high}"
            if high is not None
            else f"must be greater than or equal to {low}"
        )
        yield ValidationError(said)


def _multiple_of(validator: Any, step: int, instance: Any, _schema: Any) -> Errors:
    if validator.is_type(instance, "integer") and instance % step:
        yield ValidationError("must be a multiple of five" if step == 5 else f"must be a multiple of {step}")


def _enum(_v: Any, values: list[Any], instance: Any, _schema: Any) -> Errors:
    if isinstance(instance, str) and instance not in values:
        yield ValidationError(f"Must be one of the following values: [{', '.join(map(str, values))}]")


def _pattern(_v: Any, pattern: str, instance: Any, _schema: Any) -> Errors:
    # fullmatch: "$" alone would let a final line feed through.
    if isinstance(instance, str) and not re.fullmatch(pattern, instance):
        yield ValidationError("invalid property")


def _min_length(_v: Any, _least: int, instance: Any, _schema: Any) -> Errors:
    if instance == "":
        yield ValidationError("must be non-empty text")


def _type(validator: Any, kind: str, instance: Any, _schema: Any) -> Errors:
    if not validator.is_type(instance, kind):
        yield ValidationError("invalid property")


KEYWORDS = {
    "byType": _by_type,
    "utf16": _utf16,
    "graphemes": _graphemes,
    "uri": _uri,
    "jsonBytes": _json_bytes,
    "atLeastOne": _at_least_one,
    "aspectRatio": _aspect_ratio,
    "senderName": _sender_name,
    "required": _required,
    "additionalProperties": _additional,
    "minItems": _items_bounds,
    "maxItems": _items_bounds,
    "minimum": _range,
    "maximum": _range,
    "multipleOf": _multiple_of,
    "enum": _enum,
    "pattern": _pattern,
    "minLength": _min_length,
    "type": _type,
}
# Typed loosely on purpose: the stubs do not describe classes made by `extend`.
LineValidator: Any = extend(Draft202012Validator, KEYWORDS)  # type: ignore[no-untyped-call]
