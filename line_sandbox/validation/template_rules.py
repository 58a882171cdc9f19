"""Template and imagemap rules that depend on a neighbour field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from line_sandbox.validation.counting import grapheme_length
from line_sandbox.validation.schema import Issue, Path_

# With a picture or a title the text has to leave room for it (reference, buttons and carousel templates).
SHORT_TEXT = 60


def check_template(template: dict[str, Any], path: Path_) -> Iterator[Issue]:
    """Issues of one template object that already passed the schema."""
    if template["type"] == "buttons":
        yield from _short_text(template, path)
    if template["type"] == "carousel":
        columns = template["columns"]
        for index, column in enumerate(columns):
            here = (*path, "columns", index)
            yield from _short_text(column, here)
            if len(column["actions"]) != len(columns[0]["actions"]):
                yield Issue((*here, "actions"), "the number of actions must be the same in all columns")
            for name in ("thumbnailImageUrl", "title"):
                if (name in column) != (name in columns[0]):
                    yield Issue((*here, name), "must be specified in all columns or in none")


def _short_text(node: dict[str, Any], path: Path_) -> Iterator[Issue]:
    has_neighbour = "thumbnailImageUrl" in node or "title" in node
    if has_neighbour and grapheme_length(node["text"]) > SHORT_TEXT:
        yield Issue((*path, "text"), f"Length must be between 0 and {SHORT_TEXT}")


def check_imagemap(message: dict[str, Any], path: Path_) -> Iterator[Issue]:
    """Areas must lie inside the picture."""
    size = message["baseSize"]
    areas = [((*path, "actions", i, "area"), a["area"]) for i, a in enumerate(message["actions"])]
    if "video" in message:
        areas.append(((*path, "video", "area"), message["video"]["area"]))
    for where, area in areas:
        if area["x"] + area["width"] > size["width"] or area["y"] + area["height"] > size["height"]:
            yield Issue(where, "the area is out of the image")
