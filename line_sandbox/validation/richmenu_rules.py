"""Geometry of rich menus and their pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from line_sandbox.validation.action_rules import check_actions
from line_sandbox.validation.schema import Issue

MIN_RATIO = 1.45
MAX_IMAGE_BYTES = 1024 * 1024


def check_richmenu(menu: dict[str, Any]) -> Iterator[Issue]:
    """Issues of a rich menu object that already passed the schema."""
    size = menu["size"]
    if size["width"] / size["height"] < MIN_RATIO:
        yield Issue(("size",), "The aspect ratio (width / height) must be at least 1.45")
    for index, area in enumerate(menu["areas"]):
        box = area["bounds"]
        if box["x"] + box["width"] > size["width"] or box["y"] + box["height"] > size["height"]:
            yield Issue(("areas", index, "bounds"), "the area is out of the image")
    yield from check_actions(menu, ())


def image_problem(width: int, height: int, size: dict[str, int]) -> str | None:
    """What LINE says against a picture of these pixels for a menu of this size, or None."""
    if not 800 <= width <= 2500 or height < 250 or width / height < MIN_RATIO:
        return "Image size is invalid"
    if (width, height) != (size["width"], size["height"]):
        return "The image size does not match the size of the rich menu"
    return None
