"""What holds for every message we can send, in every language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from linebot.v3.messaging import ReplyMessageRequest

from bot.rendering import decode
from bot.rendering.formats import money
from bot.rendering.store import palette, samples, template_names
from line_sandbox.validation import check_request
from tests.contract.templates.gallery import SESSION, cases, contrast, leaves, nodes
from tests.contract.templates.intents import ENGINE, INTENTS, TAPS, TEMPLATE_OF

ROOT = Path(__file__).parents[3]
MARKS = {"green": "✓", "yellow": "▲", "red": "■"}
every_message = pytest.mark.parametrize("name", template_names())


@every_message
def test_line_would_take_it(name: str) -> None:
    for case in cases(name):
        body = {"replyToken": "0" * 32, "messages": case.messages}
        check_request("ReplyMessageRequest", body)
        # Nor does LINE's SDK lose anything on the way.
        sent = json.loads(ReplyMessageRequest.from_dict(body).to_json())
        assert sent["messages"] == body["messages"], case


@every_message
def test_the_notification_says_nothing_personal(name: str) -> None:
    for case in cases(name):
        alt = " ".join(message.get("altText", "") for message in case.messages)
        for value in leaves(case.sample.data):
            shown = money(value, case.language) if isinstance(value, int) else value
            assert shown not in alt or len(shown) < 3, case


@every_message
def test_every_button_means_something_we_know(name: str) -> None:
    for case in cases(name):
        for node, _ in nodes(case.messages):
            if node.get("type") in {"postback", "datetimepicker"}:
                tap = decode(node["data"])
                assert tap.intent in INTENTS | TAPS, case
                assert tap.session == SESSION, case


@every_message
def test_text_stands_out_from_what_is_behind_it(name: str) -> None:
    for case in cases(name):
        for node, background in nodes(case.messages):
            if node.get("type") == "text" and "color" in node:
                assert contrast(node["color"], background) >= 4.5, (str(case), node["text"])
            if node.get("style") == "primary":
                assert contrast(node["color"], "#FFFFFF") >= 4.5, case


@every_message
def test_a_status_is_a_symbol_and_words_never_colour_alone(name: str) -> None:
    marks = {palette()[f"{level}_ink"]: mark for level, mark in MARKS.items()}
    tints = {palette()[f"{level}_soft"] for level in MARKS}
    for case in cases(name):
        for node, background in nodes(case.messages):
            mark = marks.get(node.get("color", ""))
            assert (mark is not None) == (node.get("type") == "text" and background in tints), case
            if mark:
                assert node["text"].startswith(f"{mark} "), case
                assert len(node["text"]) > 3, case


@every_message
def test_there_is_always_a_next_step(name: str) -> None:
    for case in cases(name):
        assert case.messages[-1]["quickReply"]["items"], case


@every_message
def test_labels_are_never_cut(name: str) -> None:
    for case in cases(name):
        for node, _ in nodes(case.messages):
            if "label" in node:
                assert "…" not in node["label"], case


@pytest.mark.parametrize("intent", sorted(INTENTS))
def test_every_wish_has_an_answer(intent: str) -> None:
    assert TEMPLATE_OF.get(intent, intent) in template_names()


def test_the_dialogue_names_only_templates_and_intents_that_exist() -> None:
    intents, templates = set(), set()
    for path in (ROOT / "nlu" / "domain").glob("*.yml"):
        part = yaml.safe_load(path.read_text(encoding="utf-8"))
        intents |= {name for entry in part.get("intents") or [] for name in entry}
        answers = [answer for options in (part.get("responses") or {}).values() for answer in options]
        templates |= {answer["custom"]["template"] for answer in answers}
    assert templates <= set(template_names())
    assert INTENTS <= intents <= INTENTS | TAPS | ENGINE


@pytest.mark.parametrize("name", template_names())
def test_every_template_has_samples(name: str) -> None:
    given = samples(name)
    assert given
    assert len({sample.name for sample in given}) == len(given)
