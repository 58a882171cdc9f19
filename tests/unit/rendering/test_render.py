"""Filling templates: what goes wrong says so without values, and quick means the same."""

from __future__ import annotations

from typing import Any

import pytest

from bot.rendering import RenderError, jsone_speed, render
from bot.rendering.catalogue import UnknownText, catalogue
from bot.rendering.store import samples, template_names

SESSION = "c2Vzc2lvbi1vbmU"


def words_of(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(words_of(item) for key, item in value.items() if key not in {"data", "uri"})
    if isinstance(value, list):
        return "\n".join(words_of(item) for item in value)
    return str(value)


@pytest.mark.parametrize(
    ("name", "data", "language"),
    [
        ("no_such_template", {}, "zh-TW"),
        ("_parts", {}, "zh-TW"),
        ("../templates/greet", {}, "zh-TW"),
        ("greet", {}, "fr"),
        ("arrears_summary", {}, "zh-TW"),
        ("did_you_mean", {"intents": ["no_such_wish"]}, "zh-TW"),
    ],
)
def test_what_cannot_be_filled_is_an_error(name: str, data: dict[str, Any], language: str) -> None:
    with pytest.raises(RenderError):
        render(name, data, language=language, session=SESSION)


def test_an_error_never_repeats_the_persons_data() -> None:
    data = {**samples("bind_confirm")[0].data, "masked_name": ["王大明"]}
    bad_day = {**samples("arrears_summary")[1].data, "as_of": "王大明"}
    for name, values in (("bind_confirm", data), ("arrears_summary", bad_day)):
        with pytest.raises(RenderError) as caught:
            render(name, values, language="zh-TW", session=SESSION)
        assert "王大明" not in str(caught.value)
        assert caught.value.__suppress_context__


def test_data_is_shown_as_it_is_and_never_read_as_a_template() -> None:
    data = {**samples("bind_confirm")[0].data, "masked_name": "${data.masked_number} {n} $eval"}
    shown = words_of(render("bind_confirm", data, language="zh-TW", session=SESSION))
    assert "${data.masked_number} {n} $eval" in shown


def test_a_very_long_name_is_cut_with_an_ellipsis() -> None:
    data = {**samples("bind_confirm")[0].data, "masked_name": "長" * 500}
    assert "長" * 39 + "…" in words_of(render("bind_confirm", data, language="th", session=SESSION))


def test_every_button_carries_the_session() -> None:
    [message] = render("welcome", {}, language="en", session=SESSION)
    assert str(message).count("postback") == str(message).count(f"s={SESSION}")


def test_a_turn_that_can_be_tried_again_offers_it() -> None:
    [message] = render("apology", {"ref": "abc123"}, language="en", session=SESSION)
    first = message["contents"]["footer"]["contents"][0]["action"]
    assert first["data"] == f"v=1&s={SESSION}&i=retry&ref=abc123"


def test_remembering_parsed_expressions_changes_nothing() -> None:
    jsone_speed.uninstall()
    try:
        slow = [_everything(name) for name in template_names()]
    finally:
        jsone_speed.install()
    assert slow == [_everything(name) for name in template_names()]


def _everything(name: str) -> list[Any]:
    return [render(name, sample.data, language="en", session=SESSION) for sample in samples(name)]


def test_english_counts_one_month_and_many() -> None:
    words = catalogue("en")
    assert words.text("arrears.year", {"year": "2026", "n": 1}) == "2026 (1 bill)"
    assert words.text("arrears.year", {"year": "2026", "n": 3}) == "2026 (3 bills)"


def test_a_forgotten_placeholder_is_an_error() -> None:
    with pytest.raises(UnknownText):
        catalogue("en").text("arrears.year", {"n": 1})
