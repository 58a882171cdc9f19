"""What LINE refuses is refused, in LINE's words; what LINE takes is taken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from line_sandbox.errors import LineError
from line_sandbox.validation import Target, check_request
from tests.unit.line_sandbox.messages import (
    PICTURE,
    TAP,
    TEXT,
    URI,
    USER,
    bubble,
    button,
    buttons,
    column,
    flex,
    imagemap,
    mention,
    part,
    picker,
    quick,
    template,
    text,
    text_v2,
)

FAMILY = "👨‍👩‍👧‍👦"  # one grapheme, eleven UTF-16 units
MSG = {"type": "message", "label": "好", "text": "好"}


def post(**changes: Any) -> dict[str, Any]:
    return {**TAP, **changes}


def icon_in_vertical() -> dict[str, Any]:
    return part({"type": "icon", "url": PICTURE})


def baseline(child: dict[str, Any]) -> dict[str, Any]:
    return part({"type": "box", "layout": "baseline", "contents": [child]})


VIDEO = {
    "type": "video",
    "url": PICTURE,
    "previewUrl": PICTURE,
    "altContent": {"type": "image", "url": PICTURE},
}

# name, message, property LINE names, words
BAD: list[tuple[str, Any, str, str]] = [
    ("no type", {"text": "x"}, "messages[0].type", "Must be one of"),
    ("unknown type", {"type": "story"}, "messages[0].type", "Must be one of"),
    ("text missing", {"type": "text"}, "messages[0].text", "May not be empty"),
    ("text empty", text(text=""), "messages[0].text", "May not be empty"),
    ("text too long", text(text="字" * 5001), "messages[0].text", "between 0 and 5000"),
    ("emoji counts two", text(text="🙂" * 2501), "messages[0].text", "between 0 and 5000"),
    ("unknown key", text(comment="x"), "messages[0].comment", "unknown field"),
    ("sender says LINE", text(sender={"name": "LINE 官方"}), "messages[0].sender.name", "specified word"),
    ("sender too long", text(sender={"name": "字" * 21}), "messages[0].sender.name", "between 0 and 20"),
    ("sender icon http", text(sender={"iconUrl": "http://e.org/a"}), "messages[0].sender.iconUrl", "scheme"),
    ("14 quick replies", quick(*[MSG] * 14), "messages[0].quickReply.items", "Size must be between 1 and 13"),
    ("no quick replies", quick(), "messages[0].quickReply.items", "Size must be"),
    ("quick label missing", quick({"type": "message", "text": "x"}), ".action.label", "May not be empty"),
    ("quick label 21", quick({**MSG, "label": "字" * 21}), ".action.label", "between 0 and 20"),
    ("menu switch as quick reply", quick({"type": "richmenuswitch"}), ".action.type", "Must be one of"),
    ("postback data 301", quick(post(data="x" * 301)), ".action.data", "between 0 and 300"),
    ("postback without data", quick({"type": "postback", "label": "x"}), ".action.data", "May not be empty"),
    ("displayText with text", quick(post(displayText="a", text="b")), ".action.text", "same time"),
    ("fillInText alone", quick(post(fillInText="a")), ".action.fillInText", "openKeyboard"),
    ("unknown inputOption", quick(post(inputOption="x")), ".action.inputOption", "Must be one of"),
    ("message text 301", quick({**MSG, "text": "字" * 301}), ".action.text", "between 0 and 300"),
    ("ftp uri", quick({**URI, "uri": "ftp://a.b/"}), ".action.uri", "scheme"),
    ("javascript uri", quick({**URI, "uri": "javascript:alert(1)"}), ".action.uri", "scheme"),
    ("uri with a space", quick({**URI, "uri": "https://a.b/x y"}), ".action.uri", "invalid uri"),
    ("uri in raw Chinese", quick({**URI, "uri": "https://a.b/健保"}), ".action.uri", "invalid uri"),
    ("uri 1001", quick({**URI, "uri": "https://a.b/" + "x" * 989}), ".action.uri", "between 0 and 1000"),
    ("uri without host", quick({**URI, "uri": "https:///x"}), ".action.uri", "invalid uri"),
    (
        "clipboard empty",
        quick({"type": "clipboard", "label": "x", "clipboardText": ""}),
        "clipboardText",
        "empty",
    ),
    ("flex altText 1501", flex(alt="字" * 1501), "messages[0].altText", "between 0 and 1500"),
    ("flex altText empty", flex(alt=""), "messages[0].altText", "May not be empty"),
    ("flex without contents", {"type": "flex", "altText": "x"}, "messages[0].contents", "May not be empty"),
    ("bubble without block", flex({"type": "bubble"}), "/", "At least one block must be specified"),
    ("bubble unknown size", flex(bubble(size="huge")), "/size", "invalid property"),
    ("unknown style key", flex(bubble(styles={"type": "x"})), "/styles/type", "unknown field"),
    ("header is a text", flex(bubble(header=TEXT)), "/header", "invalid property"),
    ("button in hero", flex(bubble(hero={"type": "button", "action": TAP})), "/hero", "invalid property"),
    ("hero http", flex(bubble(hero={"type": "image", "url": "http://a.b/c"})), "/hero/url", "scheme"),
    ("hero video in kilo only up", flex(bubble(hero=VIDEO, size="micro")), "/hero", "invalid property"),
    (
        "hero video in carousel",
        flex({"type": "carousel", "contents": [bubble(hero=VIDEO)]}),
        "hero",
        "invalid",
    ),
    (
        "13 bubbles",
        flex({"type": "carousel", "contents": [bubble()] * 13}),
        "/contents",
        "Size must be between",
    ),
    ("no bubbles", flex({"type": "carousel", "contents": []}), "/contents", "Size must be between"),
    (
        "bubbles of two sizes",
        flex({"type": "carousel", "contents": [bubble(size="kilo"), bubble(size="mega")]}),
        "/contents",
        "same size",
    ),
    ("30 KB", flex(bubble(*[text(text="字" * 1000)] * 11)), "/", "Too large flex message"),
    (
        "50 KB",
        flex({"type": "carousel", "contents": [bubble(*[text(text="字" * 1000)] * 6)] * 3}),
        "/",
        "50 KB",
    ),
    ("icon in a vertical box", icon_in_vertical(), "/body/contents/0", "invalid property"),
    ("button in baseline", baseline({"type": "button", "action": TAP}), "/contents/0", "invalid property"),
    ("video in a box", part(VIDEO), "/body/contents/0", "invalid property"),
    ("spacer is gone", part({"type": "spacer"}), "/body/contents/0", "invalid property"),
    ("flex text empty", part(text(text="")), "/body/contents/0/text", "must be non-empty text"),
    ("flex text missing", part({"type": "text"}), "/body/contents/0", "must be specified"),
    ("flex text colour", part(text(color="red")), "/color", "invalid property"),
    ("flex text short colour", part(text(color="#fff")), "/color", "invalid property"),
    ("flex text size", part(text(size="huge")), "/size", "invalid property"),
    ("flex weight", part(text(weight="heavy")), "/weight", "invalid property"),
    ("flex typo", part(text(wieght="bold")), "/wieght", "unknown field"),
    ("flex negative flex", part(text(flex=-1)), "/flex", "greater than or equal"),
    ("flex wrap as string", part(text(wrap="true")), "/wrap", "invalid property"),
    ("flex null", part(text(color=None)), "/color", "invalid property"),
    ("flex margin", part(text(margin="huge")), "/margin", "invalid property"),
    ("box layout missing", part({"type": "box", "contents": []}), "/layout", "May not be empty"),
    (
        "image ratio too tall",
        part({"type": "image", "url": PICTURE, "aspectRatio": "1:4"}),
        "Ratio",
        "invalid",
    ),
    ("image url 2001", part({"type": "image", "url": "https://a.b/" + "x" * 1989}), "/url", "0 and 2000"),
    ("button without action", part({"type": "button"}), "/action", "May not be empty"),
    ("button without label", button({"type": "message", "text": "x"}), "/action/label", "May not be empty"),
    ("button label 41", button({**MSG, "label": "字" * 41}), "/action/label", "between 0 and 40"),
    ("camera in flex", button({"type": "camera", "label": "x"}), "/action", "invalid property"),
    (
        "gradient angle",
        part(
            {
                "type": "box",
                "layout": "vertical",
                "contents": [],
                "background": {
                    "type": "linearGradient",
                    "angle": "400deg",
                    "startColor": "#000000",
                    "endColor": "#ffffff",
                },
            }
        ),
        "/angle",
        "invalid property",
    ),
    (
        "11 animated",
        flex(bubble(*[{"type": "image", "url": PICTURE, "animated": True}] * 11)),
        "/",
        "animated",
    ),
    ("picker bad date", picker(initial="2026-13-01"), "/initial", "invalid property"),
    ("picker other format", picker(initial="2026/01/01"), "/initial", "invalid property"),
    ("picker before 1900", picker(min="1899-12-31"), "/min", "invalid property"),
    ("picker min after max", picker(min="2026-02-01", max="2026-01-01"), "/min", "less than max"),
    ("picker initial outside", picker(initial="2027-01-01", max="2026-01-01"), "/initial", "between min"),
    ("picker mode", picker(mode="week"), "/mode", "invalid property"),
    ("buttons text 161", buttons(text="字" * 161), "template.text", "between 0 and 160"),
    ("buttons text 61 with title", buttons(text="字" * 61, title="x"), "template.text", "between 0 and 60"),
    ("buttons title 41", buttons(title="字" * 41), "template.title", "between 0 and 40"),
    ("5 buttons", buttons(actions=[TAP] * 5), "template.actions", "Size must be between 1 and 4"),
    ("template label missing", buttons(actions=[{"type": "message", "text": "x"}]), ".label", "empty"),
    ("confirm of one", template("confirm", text="?", actions=[TAP]), "template.actions", "between 2 and 2"),
    ("confirm text 241", template("confirm", text="字" * 241, actions=[TAP, TAP]), "template.text", "240"),
    ("11 columns", template("carousel", columns=[column()] * 11), "template.columns", "between 1 and 10"),
    (
        "columns differ",
        template("carousel", columns=[column(), column(actions=[TAP, TAP])]),
        "actions",
        "same",
    ),
    ("title in one", template("carousel", columns=[column(), column(title="x")]), "title", "in all columns"),
    ("column text 121", template("carousel", columns=[column(text="字" * 121)]), "text", "between 0 and 120"),
    (
        "image carousel label 13",
        template("image_carousel", columns=[{"imageUrl": PICTURE, "action": {**URI, "label": "字" * 13}}]),
        "action.label",
        "between 0 and 12",
    ),
    (
        "image over http",
        {"type": "image", "originalContentUrl": "http://a.b/c", "previewImageUrl": PICTURE},
        "originalContentUrl",
        "scheme",
    ),
    (
        "location title 101",
        {"type": "location", "title": "字" * 101, "address": "x", "latitude": 1, "longitude": 1},
        "title",
        "between 0 and 100",
    ),
    (
        "latitude 91",
        {"type": "location", "title": "x", "address": "x", "latitude": 91, "longitude": 1},
        "latitude",
        "Must be between -90 and 90",
    ),
    ("imagemap area outside", imagemap(baseSize={"width": 1040, "height": 100}), ".area", "out of the image"),
    ("imagemap width", imagemap(baseSize={"width": 1000, "height": 1040}), "baseSize.width", "1040"),
    (
        "emoji not on a dollar",
        text(emojis=[{"index": 0, "productId": "5ac1", "emojiId": "001"}]),
        "emojis[0].index",
        "invalid property",
    ),
    ("textV2 unknown placeholder", text_v2("{who} 您好"), "messages[0].text", "without a substitution"),
    ("textV2 lone brace", text_v2("{ 您好"), "messages[0].text", "without a substitution"),
    ("mention alone with a person", text_v2("{a}", a=mention()), "mentionee", "only in group"),
    ("quote from elsewhere", text(quoteToken="made-up"), "quoteToken", "Invalid quote token"),
]

GOOD: list[tuple[str, Any]] = [
    ("text of 5000", text(text="字" * 5000)),
    ("families in a label", quick({**MSG, "label": FAMILY * 20})),
    ("Thai label of 20 clusters", quick({**MSG, "label": "ที่" * 20})),
    (
        "camera, gallery, place",
        quick(*[{"type": t, "label": "x"} for t in ("camera", "cameraRoll", "location")]),
    ),
    ("telephone", quick({**URI, "uri": "tel:0800-030-598"})),
    ("line scheme", quick({**URI, "uri": "line://nv/profile"})),
    ("percent-encoded", quick({**URI, "uri": "https://a.b/%E5%81%A5"})),
    ("bubble", flex()),
    ("12 bubbles", flex({"type": "carousel", "contents": [bubble(size="kilo")] * 12})),
    ("spans", part({"type": "text", "contents": [{"type": "span", "text": "NT$", "size": "xs"}]})),
    ("icon in baseline", baseline({"type": "icon", "url": PICTURE, "size": "20px"})),
    ("hero video", flex(bubble(hero=VIDEO, size="kilo"))),
    ("button label of 40", button({**MSG, "label": "字" * 40})),
    (
        "box action without label",
        part(
            {
                "type": "box",
                "layout": "vertical",
                "contents": [],
                "action": {"type": "uri", "uri": "https://a.b/"},
            }
        ),
    ),
    ("date picker", picker(initial="2026-01-01", min="2025-01-01", max="2026-12-31")),
    ("datetime picker", picker(mode="datetime", initial="2026-01-01t00:00")),
    ("buttons text 160", buttons(text="字" * 160)),
    ("confirm", template("confirm", text="是嗎？", actions=[TAP, MSG])),
    ("carousel", template("carousel", columns=[column(title="a"), column(title="b")])),
    ("imagemap", imagemap()),
    ("emoji on a dollar", text(text="$ 您好", emojis=[{"index": 0, "productId": "5ac1", "emojiId": "001"}])),
    ("escaped braces", text_v2("{{您好}}")),
    ("sender", text(sender={"name": "Caroline", "iconUrl": PICTURE})),
    ("sticker", {"type": "sticker", "packageId": "446", "stickerId": "1988"}),
]


def check(message: Any, target: Target) -> None:
    check_request("PushMessageRequest", {"to": USER, "messages": [message]}, target)


ALONE = Target("user", lambda _user: True, lambda _token: False)


@pytest.mark.parametrize(("message", "where", "words"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_line_refuses(message: Any, where: str, words: str) -> None:
    with pytest.raises(LineError) as caught:
        check(message, ALONE)
    details = caught.value.details
    assert caught.value.status == 400
    assert any(d["property"].endswith(where) and words in d["message"] for d in details), caught.value.body()


@pytest.mark.parametrize("message", [g[1] for g in GOOD], ids=[g[0] for g in GOOD])
def test_line_accepts(message: Any) -> None:
    check(message, ALONE)


def test_the_table_is_as_long_as_promised() -> None:
    assert len(BAD) >= 65
    assert len({name for name, *_ in BAD}) == len(BAD)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"to": "somebody", "messages": [TEXT]}, "to"),
        ({"to": 7, "messages": [TEXT]}, "to"),
        ({"to": USER, "messages": [text(text=5)]}, "messages[0].text"),
        ({"to": USER, "messages": "x"}, "messages"),
    ],
)
def test_a_wrong_json_type_names_the_property_in_the_message(body: Any, name: str) -> None:
    with pytest.raises(LineError) as caught:
        check_request("PushMessageRequest", body)
    assert caught.value.body() == {
        "message": f"The property, '{name}', in the request body is invalid (line: -, column: -)"
    }


@pytest.mark.parametrize("count", [0, 6])
def test_one_to_five_messages(count: int) -> None:
    with pytest.raises(LineError) as caught:
        check_request("PushMessageRequest", {"to": USER, "messages": [TEXT] * count})
    assert caught.value.body() == {
        "message": "The request body has 1 error(s)",
        "details": [{"message": "Size must be between 1 and 5", "property": "messages"}],
    }


def test_all_faults_outside_flex_are_listed_at_once() -> None:
    with pytest.raises(LineError) as caught:
        check_request("PushMessageRequest", {"to": USER, "messages": [text(text=""), {"type": "x"}]})
    assert caught.value.message == "The request body has 2 error(s)"


@pytest.mark.parametrize(
    "body",
    [
        {"to": [], "messages": [TEXT]},
        {"to": [USER] * 501, "messages": [TEXT]},
        {"to": [USER], "messages": [TEXT], "customAggregationUnits": ["a", "b"]},
        {"to": [USER], "messages": [TEXT], "customAggregationUnits": ["with space"]},
        {"to": ["C" + "0" * 32], "messages": [TEXT]},
    ],
)
def test_multicast_limits(body: Any) -> None:
    with pytest.raises(LineError):
        check_request("MulticastRequest", body)


def test_members_of_the_group_may_be_mentioned_and_nobody_else() -> None:
    group = Target("group", lambda user: user == USER, lambda _token: True)
    check(text_v2("{a}", a=mention()), group)
    with pytest.raises(LineError) as caught:
        check(text_v2("{a}", a=mention("U" + "1" * 32)), group)
    assert caught.value.details[0]["property"].endswith("mentionee.userId")


MENU = {
    "size": {"width": 2500, "height": 843},
    "selected": True,
    "name": "主選單",
    "chatBarText": "健保選單",
    "areas": [{"bounds": {"x": 0, "y": 0, "width": 2500, "height": 843}, "action": TAP}],
}


@pytest.mark.parametrize(
    "changes",
    [
        {"size": {"width": 799, "height": 400}},
        {"size": {"width": 2501, "height": 843}},
        {"size": {"width": 800, "height": 249}},
        {"size": {"width": 1000, "height": 700}},
        {"chatBarText": "字" * 15},
        {"name": "x" * 301},
        {"areas": MENU["areas"] * 21},  # type: ignore[operator]
        {"areas": [{"bounds": {"x": 2000, "y": 0, "width": 501, "height": 843}, "action": TAP}]},
        {"areas": [{"bounds": {"x": 0, "y": 0, "width": 1, "height": 1}, "action": {"type": "camera"}}]},
    ],
)
def test_rich_menu_limits(changes: Any) -> None:
    check_request("RichMenuRequest", MENU, file="richmenu")
    with pytest.raises(LineError):
        check_request("RichMenuRequest", {**MENU, **changes}, file="richmenu")


def test_every_template_sample_of_the_spec_files_is_json_with_a_source() -> None:
    spec = Path(__file__).parents[3] / "line_sandbox" / "spec"
    for path in spec.glob("*.json"):
        content = json.loads(path.read_text("utf-8"))
        assert content["$comment"], path.name
