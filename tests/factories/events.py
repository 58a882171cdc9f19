"""Webhook events as LINE sends them."""

from __future__ import annotations

import itertools
from typing import Any

USER = "U" + "1" * 32
OTHER = "U" + "2" * 32
GROUP = "C" + "3" * 32
_numbers = itertools.count(1)


def event(kind: str, *, user: str | None = USER, group: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return an event with an id, a reply token and a source of its own."""
    number = next(_numbers)
    source: dict[str, Any] = {"type": "group", "groupId": group} if group else {"type": "user"}
    if user is not None:
        source["userId"] = user
    raw: dict[str, Any] = {
        "type": kind,
        "mode": "active",
        "timestamp": 1_790_000_000_000 + number,
        "webhookEventId": f"01J{number:023d}",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": f"token{number}",
        "source": source,
        **fields,
    }
    return {name: value for name, value in raw.items() if value is not None}


def text(words: str, *, user: str | None = USER, group: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a text message."""
    message = {"type": "text", "id": str(next(_numbers)), "text": words, "quoteToken": "q", **fields}
    return event("message", user=user, group=group, message=message)


def message(kind: str, *, user: str | None = USER, group: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a message of another type."""
    return event(
        "message", user=user, group=group, message={"type": kind, "id": str(next(_numbers)), **fields}
    )


def tap(data: str, *, user: str | None = USER, group: str | None = None, **params: str) -> dict[str, Any]:
    """Return a tap on a button."""
    postback: dict[str, Any] = {"data": data} | ({"params": params} if params else {})
    return event("postback", user=user, group=group, postback=postback)
