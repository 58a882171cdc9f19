"""Flex rules beyond the schema: carousel sizes, hero videos, animated pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from line_sandbox.validation.schema import Issue, Path_

MAX_ANIMATED = 10
VIDEO_SIZES = {"kilo", "mega", "giga"}


def check_flex(contents: dict[str, Any], path: Path_) -> Iterator[Issue]:
    """Issues of one Flex container that already passed the schema."""
    carousel = contents["type"] == "carousel"
    bubbles = contents["contents"] if carousel else [contents]
    if carousel and len({b.get("size", "mega") for b in bubbles}) > 1:
        yield Issue((*path, "contents"), "all bubbles in a carousel must have the same size")
    for index, bubble in enumerate(bubbles):
        here = (*path, "contents", index) if carousel else path
        hero = bubble.get("hero", {})
        if hero.get("type") == "video" and (carousel or bubble.get("size", "mega") not in VIDEO_SIZES):
            yield Issue((*here, "hero"), "invalid property")
    if _animated(contents) > MAX_ANIMATED:
        yield Issue(path, f"the number of animated images must be at most {MAX_ANIMATED}")


def _animated(node: Any) -> int:
    if isinstance(node, dict):
        own = node.get("type") == "image" and node.get("animated") is True
        return int(own) + sum(_animated(value) for value in node.values())
    if isinstance(node, list):
        return sum(_animated(value) for value in node)
    return 0
