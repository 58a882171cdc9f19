"""What the dialogue says when it is not sure: in the person's language, with a way on."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.rendering import decode, render
from bot.rendering.catalogue import catalogue
from nhi_core.wire import LANGUAGES

SESSION = "c2Vzc2lvbi1vbmU"
SCRIPT = {"zh-TW": r"[\u4e00-\u9fff]", "th": r"[\u0e00-\u0e7f]", "vi": r"[ăâđêôơưàáảãạếệộợ]"}
every_language = pytest.mark.parametrize("language", LANGUAGES)


def buttons(node: Any) -> list[tuple[str, str]]:
    """Return the footer's buttons: label and intent."""
    if isinstance(node, list):
        return [found for one in node for found in buttons(one)]
    if not isinstance(node, dict):
        return []
    if node.get("type") == "button" and node["action"].get("type") == "postback":
        return [(node["action"]["label"], decode(node["action"]["data"]).intent)]
    return [found for key, value in node.items() if key != "quickReply" for found in buttons(value)]


def words(node: Any) -> str:
    if isinstance(node, dict):
        return " ".join(words(value) for key, value in node.items() if key not in {"data", "uri"})
    return " ".join(map(words, node)) if isinstance(node, list) else str(node)


@every_language
def test_the_guesses_bear_labels_in_the_persons_language_and_a_person_is_the_third(language: str) -> None:
    guesses = ["query_arrears", "estimate_late_fee"]
    shown = buttons(render("did_you_mean", {"intents": guesses}, language=language, session=SESSION))
    assert [intent for _, intent in shown] == [*guesses, "talk_to_person"]
    labels = [label for label, _ in shown]
    assert labels[:2] == [catalogue(language).text(f"intent.{name}") for name in guesses]
    assert all(re.search(SCRIPT.get(language, r"[A-Za-z]"), label) for label in labels)


@every_language
def test_after_two_misses_it_is_explained_before_a_person_is_offered(language: str) -> None:
    plain = words(render("talk_to_person", {}, language=language, session=SESSION))
    after = words(render("talk_to_person", {"after_misses": True}, language=language, session=SESSION))
    assert plain != after
    assert "0800030598" in str(
        render("talk_to_person", {"after_misses": True}, language=language, session=SESSION)
    )


@every_language
def test_what_was_pointed_at_is_asked_about_with_ways_on(language: str) -> None:
    shown = buttons(render("last_matter", {}, language=language, session=SESSION))
    assert [intent for _, intent in shown] == [
        "pay_premium",
        "apply_instalment",
        "ask_due_date",
        "query_premium_detail",
    ]
