"""LINE's documented limits for the messages we send (Messaging API reference, 2026-08).

Strict on purpose: what this file does not know LINE might refuse, and the person would hear nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.rendering import flex
from bot.rendering.fitting import ALT_TEXT, DISPLAY_TEXT, FLEX_LABEL, QUICK_LABEL, TEXT
from bot.rendering.flex import LimitError
from bot.rendering.lengths import graphemes, utf16

MESSAGES = 5
QUICK_ITEMS = 13
POSTBACK_DATA = 300
URI = 1000
BUBBLE_BYTES = 30_000
CAROUSEL_BYTES = 50_000
CAROUSEL_BUBBLES = 12
_SCHEMES = ("http", "https", "line", "tel")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def check(messages: object) -> None:
    """Raise LimitError unless LINE would take `messages` as one reply."""
    if not isinstance(messages, list):
        raise LimitError("not a list of messages")
    _size(messages, 1, MESSAGES, "messages")
    for number, message in enumerate(messages):
        where = f"messages[{number}]"
        if not isinstance(message, dict):
            raise LimitError(f"{where}: not an object")
        if message.get("type") == "text":
            flex.keys(message, {"type", "text", "quickReply"}, where)
            _text(message.get("text"), TEXT, f"{where}.text")
        elif message.get("type") == "flex":
            flex.keys(message, {"type", "altText", "contents", "quickReply"}, where)
            _text(message.get("altText"), ALT_TEXT, f"{where}.altText")
            _contents(message.get("contents"), f"{where}.contents")
        else:
            raise LimitError(f"{where}: a type we do not send")
        if "quickReply" in message:
            # LINE shows quick replies of the last message only.
            if number != len(messages) - 1:
                raise LimitError(f"{where}.quickReply: only on the last message")
            _quick_reply(message["quickReply"], f"{where}.quickReply")


def _size(value: Any, low: int, high: int, where: str) -> None:
    if not isinstance(value, list) or not low <= len(value) <= high:
        raise LimitError(f"{where}: {low} to {high} items")


def _text(value: object, limit: int, where: str) -> None:
    if not isinstance(value, str) or not value.strip() or utf16(value) > limit:
        raise LimitError(f"{where}: 1 to {limit} characters")


def _label(value: object, limit: int, where: str) -> None:
    if not isinstance(value, str) or not value.strip() or graphemes(value) > limit:
        raise LimitError(f"{where}: 1 to {limit} characters")


def _contents(contents: Any, where: str) -> None:
    kind = contents.get("type") if isinstance(contents, dict) else None
    bubbles = [contents] if kind == "bubble" else []
    if kind == "carousel":
        flex.keys(contents, {"type", "contents"}, where)
        bubbles = contents.get("contents")
        _size(bubbles, 1, CAROUSEL_BUBBLES, where)
        if len({bubble.get("size", "mega") for bubble in bubbles}) != 1:
            raise LimitError(f"{where}: bubbles of one carousel are of one size")
        _bytes(contents, CAROUSEL_BYTES, where)
    elif kind != "bubble":
        raise LimitError(f"{where}: a bubble or a carousel")
    for number, bubble in enumerate(bubbles):
        _bytes(bubble, BUBBLE_BYTES, f"{where}[{number}]")
        for action, place in flex.check_bubble(bubble, f"{where}[{number}]"):
            _action(action, FLEX_LABEL, place)


def _bytes(value: object, limit: int, where: str) -> None:
    if len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()) > limit:
        raise LimitError(f"{where}: over {limit} bytes")


def _quick_reply(value: Any, where: str) -> None:
    if not isinstance(value, dict) or value.keys() != {"items"}:
        raise LimitError(f"{where}: items alone")
    _size(value["items"], 1, QUICK_ITEMS, where)
    for number, item in enumerate(value["items"]):
        if not isinstance(item, dict) or item.get("type") != "action" or item.keys() != {"type", "action"}:
            raise LimitError(f"{where}[{number}]: an action")
        _action(item["action"], QUICK_LABEL, f"{where}[{number}].action")


_ACTION_KEYS = {
    "postback": {"type", "label", "data", "displayText"},
    "message": {"type", "label", "text"},
    "uri": {"type", "label", "uri"},
    "datetimepicker": {"type", "label", "data", "mode", "initial", "min", "max"},
}


def _action(action: Any, label_limit: int, where: str) -> None:
    if not isinstance(action, dict) or action.get("type") not in _ACTION_KEYS:
        raise LimitError(f"{where}: an action we do not send")
    flex.keys(action, _ACTION_KEYS[action["type"]], where)
    _label(action.get("label"), label_limit, f"{where}.label")
    if action["type"] in {"postback", "datetimepicker"}:
        _text(action.get("data"), POSTBACK_DATA, f"{where}.data")
    if "displayText" in action:
        _label(action["displayText"], DISPLAY_TEXT, f"{where}.displayText")
    if action["type"] == "message":
        _label(action.get("text"), DISPLAY_TEXT, f"{where}.text")
    if action["type"] == "uri":
        _uri(action.get("uri"), where)
    if action["type"] == "datetimepicker":
        _picker(action, where)


def _uri(uri: object, where: str) -> None:
    if not isinstance(uri, str) or utf16(uri) > URI or not uri.isascii() or " " in uri:
        raise LimitError(f"{where}.uri: percent-encoded, at most {URI} characters")
    if urlsplit(uri).scheme not in _SCHEMES:
        raise LimitError(f"{where}.uri: invalid uri scheme")


def _picker(action: Mapping[str, Any], where: str) -> None:
    days = [action.get(field) for field in ("min", "initial", "max")]
    if action.get("mode") != "date" or not all(isinstance(day, str) and _DAY.fullmatch(day) for day in days):
        raise LimitError(f"{where}: a date picker with min, initial and max")
    low, initial, high = (str(day) for day in days)
    if not "1900-01-01" <= low <= initial <= high <= "2100-12-31" or low == high:
        raise LimitError(f"{where}: min, initial, max out of order")
