"""Five languages, whole, and every problem with a picture and a next step."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from card_kiosk import ui
from card_kiosk.problems import Problem
from card_kiosk.states import Screen
from nhi_core.wire import LANGUAGES

HERE = Path(ui.__file__).parent
CATALOGUE = {name: json.loads((HERE / "words" / f"{name}.json").read_text("utf-8")) for name in LANGUAGES}
SCRIPTS = {path.name: path.read_text("utf-8") for path in (HERE / "static" / "js").glob("*.js")}
_PLACE = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_places(language: str) -> None:
    source, words = CATALOGUE["zh-TW"], CATALOGUE[language]
    assert set(words) == set(source)
    for key, text in words.items():
        assert text.strip(), key
        assert set(_PLACE.findall(text)) == set(_PLACE.findall(source[key])), key


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "zh-TW"])
def test_no_chinese_text_was_left_untranslated(language: str) -> None:
    """戶號 stays: it is what is printed in the booklet."""
    left = {k: t for k, t in CATALOGUE[language].items() if re.search(r"[一-鿿]", t.replace("戶號", ""))}
    assert left == {}


@pytest.mark.parametrize("problem", Problem)
def test_every_problem_has_a_picture_and_a_next_step(problem: Problem) -> None:
    assert re.search(rf"^  {problem.value}: \(", SCRIPTS["art.js"], re.MULTILINE)
    for words in CATALOGUE.values():
        assert words[f"problem_{problem.value}_title"]
        assert words[f"problem_{problem.value}_next"]


def test_every_screen_is_drawn() -> None:
    table = SCRIPTS["screens.js"].split("export const SCREENS = {")[1].split("};")[0]
    drawn = set(re.findall(r"(\w+)(?=[:,]|$)", re.sub(r":[^,]*(\([^)]*\))?", ":", table)))
    assert {screen.value for screen in Screen} <= drawn | {"card"}


def test_every_text_that_a_script_asks_for_is_there_and_none_is_idle() -> None:
    code = "\n".join(SCRIPTS.values()) + (HERE / "templates" / "kiosk.html").read_text("utf-8")
    asked = set(re.findall(r"(?:words|text|catalogue\[language\])\.(\w+)", code)) | set(
        re.findall(r'data-word="(\w+)"', code)
    )
    asked -= {"replace", "length", "textContent"}
    assert asked <= set(CATALOGUE["zh-TW"]), asked - set(CATALOGUE["zh-TW"])
    built = re.compile(
        r"(problem_\w+|notice_\d.*|idle_step_\d|code_lead_\d|kind_\w+|fact_(household_number|entry_permit|passport)_\w+"
        r"|relation_\w+|\w+_(title|lead))"
    )
    idle = {key for key in CATALOGUE["zh-TW"] if key not in asked and not built.fullmatch(key)}
    assert idle == set()


def test_the_notice_says_the_six_things_of_the_law() -> None:
    """Personal Data Protection Act §8 I, its six items in their order."""
    for words in CATALOGUE.values():
        assert all(words[f"notice_{n}"] and words[f"notice_{n}_title"] for n in range(1, 7))
    assert "{office}" in CATALOGUE["zh-TW"]["notice_1"]


def test_no_text_threatens() -> None:
    forbidden = ("強制執行", "罰", "鎖卡", "欠費", "警告")
    assert not [t for t in CATALOGUE["zh-TW"].values() if any(word in t for word in forbidden)]
