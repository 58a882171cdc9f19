"""How it went, from the question under a finished matter to the last word, through every real part."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from tests.plugins.product import Json, Product, buttons, texts

pytestmark = pytest.mark.stack
WHO, STORY = "clerk-4", "student"
WORD = "字可以再大一點，我的電話是 0912345678"


def choice(messages: list[Json], do: str, grade: str | None = None) -> str:
    """Return the data of one of the question's buttons."""
    for data in buttons(messages):
        fields = parse_qs(data)
        if fields.get("do") == [do] and fields.get("grade") == ([grade] if grade else None):
            return data
    raise AssertionError(f"no button {do} {grade}: {buttons(messages)}")


def test_two_taps_and_a_word_then_silence_for_a_month(product: Product) -> None:
    bound = product.bind(WHO, STORY)
    before = product.line.counts()[product.line.person(WHO)]
    ease = choice(bound, "ease", "3")
    speed = product.tap(WHO, ease)
    asked = product.tap(WHO, choice(speed, "speed", "2"))
    product.tap(WHO, choice(asked, "write"))
    thanked = product.say(WHO, WORD)
    assert "謝謝" in texts(thanked)
    assert product.line.counts()[product.line.person(WHO)] - before <= 8, "answers alone: nothing is pushed"

    # The question is over: an old button says so, and a further matter brings no further question.
    assert "ease" not in str(product.tap(WHO, ease))
    record = product.say(WHO, "我的繳費紀錄")
    assert not [data for data in buttons(record) if "i=satisfaction" in data]
    assert "0912345678" not in product.logs()
    assert "字可以再大一點" not in product.logs()
