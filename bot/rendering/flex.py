"""The part of LINE's Flex schema that our design uses; a key or a value outside it is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?")
_SIZES = ("xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl")
_SPACES = ("none", "xs", "sm", "md", "lg", "xl", "xxl")
_ALIGN = ("start", "end", "center")
_ALLOWED: dict[str, Any] = {
    "size": _SIZES,
    "margin": _SPACES,
    "spacing": _SPACES,
    "align": _ALIGN,
    "gravity": ("top", "bottom", "center"),
    "weight": ("regular", "bold"),
    "wrap": (True, False),
    "scaling": (True, False),
    "style": ("primary", "secondary", "link"),
    "height": ("sm", "md"),
    "adjustMode": ("shrink-to-fit",),
    "layout": ("horizontal", "vertical", "baseline"),
    "alignItems": ("flex-start", "center", "flex-end"),
    "justifyContent": ("flex-start", "center", "flex-end", "space-between"),
    "flex": tuple(range(13)),
}
_BOX = {
    "type", "layout", "contents", "flex", "spacing", "margin", "backgroundColor", "cornerRadius",
    "borderColor", "borderWidth", "paddingAll", "paddingTop", "paddingBottom", "paddingStart", "paddingEnd",
    "alignItems", "justifyContent", "action", "width",
}  # fmt: skip
_TEXT = {
    "type", "text", "flex", "size", "color", "weight", "wrap", "align", "gravity", "margin", "maxLines",
    "adjustMode", "scaling",
}  # fmt: skip
_COMPONENTS = {
    "box": _BOX,
    "text": _TEXT,
    "button": {
        "type",
        "action",
        "style",
        "color",
        "height",
        "margin",
        "adjustMode",
        "gravity",
        "flex",
        "scaling",
    },
    "separator": {"type", "margin", "color"},
}
_CHILDREN = {"baseline": {"text"}, "horizontal": set(_COMPONENTS), "vertical": set(_COMPONENTS)}
_HERO = {"type", "url", "size", "aspectRatio", "aspectMode", "animated"}
_MOST_URL = 2000
_PIXELS = re.compile(r"\d{1,3}px")


class LimitError(ValueError):
    """A message that LINE would refuse. Names the place and the limit, never the value."""


def keys(node: dict[str, Any], allowed: set[str], where: str) -> None:
    """Raise LimitError when `node` has a key outside `allowed`."""
    unknown = sorted(node.keys() - allowed)
    if unknown:
        raise LimitError(f"{where}: unknown field {unknown[0]}")


def check_bubble(bubble: Any, where: str) -> Iterator[tuple[Any, str]]:
    """Check one bubble and yield each of its actions with its place. Raises LimitError."""
    if not isinstance(bubble, dict) or bubble.get("type") != "bubble":
        raise LimitError(f"{where}: a bubble")
    keys(bubble, {"type", "size", "header", "hero", "body", "footer", "styles"}, where)
    if bubble.get("size", "mega") not in {"nano", "micro", "kilo", "mega", "giga"}:
        raise LimitError(f"{where}.size")
    blocks = [name for name in ("header", "body", "footer") if name in bubble]
    if not blocks:
        raise LimitError(f"{where}: at least one block")
    if "hero" in bubble:
        _hero(bubble["hero"], f"{where}.hero")
    for block in blocks:
        yield from _component(bubble[block], {"box"}, f"{where}.{block}")


def _hero(node: Any, where: str) -> None:
    """Check the picture on top of a bubble: LINE fetches it, over https alone."""
    if not isinstance(node, dict) or node.get("type") != "image":
        raise LimitError(f"{where}: an image")
    keys(node, _HERO, where)
    url = node.get("url")
    if not (isinstance(url, str) and url.startswith("https://") and len(url) <= _MOST_URL):
        raise LimitError(f"{where}.url: an https address")


def _component(node: Any, kinds: set[str], where: str) -> Iterator[tuple[Any, str]]:
    kind = node.get("type") if isinstance(node, dict) else None
    if kind not in kinds:
        raise LimitError(f"{where}: not one of {sorted(kinds)}")
    keys(node, _COMPONENTS[kind], where)
    for field, value in node.items():
        _value(field, value, f"{where}.{field}")
    if kind == "text" and not (isinstance(node.get("text"), str) and node["text"].strip()):
        raise LimitError(f"{where}.text: may not be empty")
    if kind == "button" and "action" not in node:
        raise LimitError(f"{where}: a button without an action")
    if kind == "box":
        if node.get("layout") not in _CHILDREN or not isinstance(node.get("contents"), list):
            raise LimitError(f"{where}: a box has a layout and contents")
        for number, child in enumerate(node["contents"]):
            yield from _component(child, _CHILDREN[node["layout"]], f"{where}.contents[{number}]")
    if "action" in node:
        yield node["action"], f"{where}.action"


def _value(field: str, value: Any, where: str) -> None:
    if field in {"color", "backgroundColor", "borderColor"}:
        good = isinstance(value, str) and _COLOUR.fullmatch(value) is not None
    elif field in _ALLOWED:
        good = value in _ALLOWED[field]
    elif field in {"cornerRadius", "width", "borderWidth"} or field.startswith("padding"):
        good = isinstance(value, str) and (value in _SPACES or _PIXELS.fullmatch(value) is not None)
    else:
        good = True
    if not good:
        raise LimitError(f"{where}: invalid value")
