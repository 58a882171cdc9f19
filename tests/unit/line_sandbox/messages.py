"""Small builders for message objects of the tests."""

from __future__ import annotations

from typing import Any

USER = "U" + "0" * 32
URI = {"type": "uri", "label": "開啟", "uri": "https://www.nhi.gov.tw/"}
TAP = {"type": "postback", "label": "查欠費", "data": "v=1"}
TEXT = {"type": "text", "text": "您好"}
PICTURE = "https://example.org/a.png"


def text(**changes: Any) -> dict[str, Any]:
    return {**TEXT, **changes}


def bubble(*contents: Any, **changes: Any) -> dict[str, Any]:
    body = {"type": "box", "layout": "vertical", "contents": list(contents) or [TEXT]}
    return {"type": "bubble", "body": body, **changes}


def flex(contents: Any = None, alt: str = "欠費明細") -> dict[str, Any]:
    return {"type": "flex", "altText": alt, "contents": bubble() if contents is None else contents}


def part(component: dict[str, Any]) -> dict[str, Any]:
    return flex(bubble(component))


def button(action: Any) -> dict[str, Any]:
    return part({"type": "button", "action": action})


def quick(*actions: Any) -> dict[str, Any]:
    return text(quickReply={"items": [{"type": "action", "action": action} for action in actions]})


def template(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": "template", "altText": "選單", "template": {"type": kind, **fields}}


def buttons(**changes: Any) -> dict[str, Any]:
    return template("buttons", **{"text": "請選擇", "actions": [TAP], **changes})


def column(**changes: Any) -> dict[str, Any]:
    return {"text": "服務中心", "actions": [TAP], **changes}


def picker(**changes: Any) -> dict[str, Any]:
    return button({"type": "datetimepicker", "label": "日期", "data": "d", "mode": "date", **changes})


def imagemap(**changes: Any) -> dict[str, Any]:
    area = {"x": 0, "y": 0, "width": 520, "height": 520}
    action = {"type": "message", "text": "左", "area": area}
    base = {"baseUrl": "https://example.org/map", "altText": "地圖", "actions": [action]}
    return {"type": "imagemap", **base, "baseSize": {"width": 1040, "height": 1040}, **changes}


def text_v2(words: str, **substitution: Any) -> dict[str, Any]:
    return {"type": "textV2", "text": words, "substitution": substitution}


def mention(user: str = USER) -> dict[str, Any]:
    return {"type": "mention", "mentionee": {"type": "user", "userId": user}}
