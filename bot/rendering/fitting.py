"""Shortens what is too long before it breaks one of LINE's limits: a cut label beats no answer."""

from __future__ import annotations

from typing import Any

from bot.rendering.lengths import shorten, shorten_utf16

ALT_TEXT = 1500
TEXT = 5000
QUICK_LABEL = 20
FLEX_LABEL = 40
DISPLAY_TEXT = 300


def fit(messages: list[dict[str, Any]], alt: str) -> None:
    """Give Flex messages their `altText` and cut over-long texts and labels, in place."""
    for message in messages:
        if message.get("type") == "flex":
            message["altText"] = shorten_utf16(message.get("altText", alt), ALT_TEXT)
            _fit_actions(message.get("contents"), FLEX_LABEL)
        elif isinstance(message.get("text"), str):
            message["text"] = shorten_utf16(message["text"], TEXT)
        _fit_actions(message.get("quickReply"), QUICK_LABEL)


def _fit_actions(node: Any, label_limit: int) -> None:
    if isinstance(node, list):
        for item in node:
            _fit_actions(item, label_limit)
    elif isinstance(node, dict):
        action = node.get("action")
        if isinstance(action, dict):
            for field, limit in (("label", label_limit), ("displayText", DISPLAY_TEXT)):
                if isinstance(action.get(field), str):
                    action[field] = shorten(action[field], limit)
        for value in node.values():
            _fit_actions(value, label_limit)
