"""A reminder from the wish to the stop, through every real part: chat, beat, worker, push, button."""

from __future__ import annotations

import re
import time

import pytest

from tests.plugins.product import Json, Product, button, buttons, nodes, texts

pytestmark = pytest.mark.stack
WHO, STORY = "huang", "posting_late"
WAITING = "您有一件事可以看看了。"
ROUND = 75  # seconds: the beat asks once a minute


def pushed(product: Product, who: str, *, within: float) -> list[Json]:
    """Return the messages of the next push to one of the cast; raises TimeoutError without any."""
    deadline = time.monotonic() + within
    while True:
        try:
            return product.line.wait_for_reply(product.line.person(who), timeout=5)
        except TimeoutError:
            if time.monotonic() > deadline:
                raise


def switch(messages: list[Json], to: str) -> str:
    """Return the data of one switch of the settings card."""
    found = [data for data in buttons(messages) if "i=set_reminder" in data and f"to={to}" in data.split("&")]
    assert found, buttons(messages)
    return found[0]


def test_subscribe_be_reminded_look_and_stop_by_one_tap(product: Product) -> None:
    product.bind(WHO, STORY)
    card = product.say(WHO, "開啟提醒")
    assert "入帳通知：未開啟" in texts(card)
    on = product.tap(WHO, switch(card, "on_posting"))
    assert "入帳通知：開啟中" in texts(on)
    assert "planned     posting            1" in product.stack.cli("reminders", "status")

    # What would come at the chosen hour comes now; the product of the tests has no quiet hours.
    assert "1 brought forward" in product.stack.cli("reminders", "hurry")
    push = pushed(product, WHO, within=ROUND)
    said = texts(push) + " ".join(str(node.get("altText", "")) for node in nodes(push))
    assert WAITING in said
    assert not re.search(r"\d{3,}|童|入帳|欠", said)

    matter = product.tap(WHO, button(push, "ask_posting_delay"))
    assert re.search(r"\d{3,} ?元", texts(matter))

    assert "提醒都關了" in texts(product.tap(WHO, switch(push, "stop")))
    status = product.stack.cli("reminders", "status")
    assert "subscribed  posting            0" in status
    assert "sent        posting            1" in status
    history = product.line.history(product.line.person(WHO))
    assert len([one for one in history if one.get("altText") == WAITING]) == 1


def test_a_switch_from_before_the_unbinding_says_that_it_is_stale(product: Product) -> None:
    product.bind("emily", "not_due")
    card = product.say("emily", "開啟提醒")
    old = switch(card, "on_deadline")
    product.tap("emily", button(product.say("emily", "解除綁定"), "confirm_unbind"))
    answer = product.tap("emily", old)
    assert not [data for data in buttons(answer) if "to=off_deadline" in data]


def test_a_stranger_reads_how_to_bind(product: Product) -> None:
    answer = product.say("clerk-12", "開啟提醒")
    assert button(answer, "bind_account")
    assert not [data for data in buttons(answer) if "i=set_reminder" in data]
