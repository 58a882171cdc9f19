"""What LINE would refuse is refused before it is sent; what is merely long is cut."""

from __future__ import annotations

from typing import Any

import pytest

from bot.rendering.fitting import fit
from bot.rendering.flex import LimitError
from bot.rendering.limits import check

POSTBACK = {"type": "postback", "label": "查欠費", "data": "v=1&s=a&i=greet", "displayText": "查欠費"}
TEXT = {"type": "text", "text": "您好"}


def flex(*contents: dict[str, Any], **block: Any) -> dict[str, Any]:
    body = {"type": "box", "layout": "vertical", "contents": list(contents), **block}
    return {"type": "flex", "altText": "查詢結果", "contents": {"type": "bubble", "body": body}}


def button(**action: Any) -> dict[str, Any]:
    return flex({"type": "button", "action": {**POSTBACK, **action}})


def link(uri: str) -> dict[str, Any]:
    return flex({"type": "button", "action": {"type": "uri", "label": "去", "uri": uri}})


def quick(*actions: dict[str, Any]) -> dict[str, Any]:
    return {**TEXT, "quickReply": {"items": [{"type": "action", "action": action} for action in actions]}}


PICKER = {
    "type": "datetimepicker", "label": "選一天", "data": "v=1&s=a&i=greet", "mode": "date",
    "initial": "2026-11-22", "min": "2026-11-22", "max": "2027-05-21",
}  # fmt: skip


@pytest.mark.parametrize("message", [TEXT, flex(TEXT), button(), quick(POSTBACK), quick(PICKER)])
def test_good_messages_pass(message: dict[str, Any]) -> None:
    check([message])


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([], "messages"),
        ([TEXT] * 6, "messages"),
        ("text", "list"),
        ([{"type": "text", "text": " "}], "text"),
        ([{"type": "text", "text": "長" * 5001}], "5000"),
        ([{"type": "sticker"}], "type"),
        ([{**TEXT, "color": "#fff"}], "unknown field color"),
        ([quick(*[POSTBACK] * 14)], "13"),
        ([quick({**POSTBACK, "label": "長" * 21})], "label"),
        ([quick(POSTBACK), TEXT], "last message"),
        ([{**flex(TEXT), "altText": ""}], "altText"),
        ([{**flex(TEXT), "altText": "長" * 1501}], "altText"),
        ([flex({"type": "text", "text": ""})], "may not be empty"),
        ([flex({**TEXT, "font": "Kai"})], "unknown field font"),
        ([flex({**TEXT, "size": "huge"})], "size"),
        ([flex({**TEXT, "color": "red"})], "color"),
        ([flex(TEXT, layout="diagonal")], "layout"),
        ([flex({"type": "button", "style": "link"})], "button without an action"),
        ([flex({"type": "button", "action": POSTBACK}, layout="baseline")], "not one of"),
        ([button(label="")], "label"),
        ([button(label="長" * 41)], "label"),
        ([button(data="x" * 301)], "data"),
        ([link("ftp://x")], "scheme"),
        ([link("https://健保")], "percent"),
        ([quick({**PICKER, "max": "2026-11-22"})], "order"),
        ([quick({**PICKER, "mode": "time"})], "picker"),
        ([{**flex(TEXT), "contents": {"type": "bubble"}}], "at least one block"),
        ([flex(*[{**TEXT, "text": "長" * 1000}] * 11)], "30000 bytes"),
        ([{**flex(), "contents": {"type": "carousel", "contents": [flex(TEXT)["contents"]] * 13}}], "12"),
        (
            [{**flex(), "contents": {"type": "carousel", "contents": [
                flex(*[{**TEXT, "text": "長" * 1000}] * 8)["contents"]] * 3}}],
            "50000 bytes",
        ),
        (
            [{**flex(), "contents": {"type": "carousel", "contents": [
                flex(TEXT)["contents"], {**flex(TEXT)["contents"], "size": "giga"}]}}],
            "one size",
        ),
    ],
)  # fmt: skip
def test_what_line_refuses_is_refused_here(messages: Any, said: str) -> None:
    with pytest.raises(LimitError, match=said):
        check(messages)


def test_long_texts_and_labels_are_cut_and_then_pass() -> None:
    messages = [button(label="長" * 60, displayText="長" * 400), {**TEXT, "text": "長" * 9000}]
    messages[0].pop("altText")
    fit(messages, alt="長" * 2000)
    check(messages)
    assert messages[0]["altText"].endswith("…")
    assert messages[1]["text"].endswith("…")
