"""A clerk's photos through every real part: LINE, worker, download, store, figures."""

from __future__ import annotations

import re
import time
from urllib.parse import parse_qs

import pytest

from tests.factories.pictures import picture
from tests.plugins.product import Json, Product, buttons, texts

pytestmark = pytest.mark.stack
WHO = "staff-71"
_STATIC = re.compile(r"靜態 (\d+) 件")


def choice(messages: list[Json], do: str, to: str | None = None) -> str:
    """Return the data of a button under a report."""
    for data in buttons(messages):
        fields = parse_qs(data)
        if fields.get("do") == [do] and (to is None or fields.get("to") == [to]):
            return data
    raise AssertionError(f"no button to {do} {to}")


def static(messages: list[Json]) -> int:
    """Return how many static reports of the month the card counts."""
    found = _STATIC.search(texts(messages))
    assert found, texts(messages)
    return int(found[1])


def send(product: Product, colours: tuple[str, ...], *, pending: int = 0) -> list[Json]:
    """Send photos together; return the one answer."""
    person = product.line.person(WHO)
    photos = [(f"{colour}.jpg", picture((900, 700), colour, place=True), "image/jpeg") for colour in colours]
    product.line.files(person, photos, pending=pending)
    return product.line.wait_for_reply(person, timeout=10)


def file(product: Product, asked: list[Json], theme: str, channel: str) -> list[Json]:
    """Choose theme and channel."""
    chosen = product.tap(WHO, choice(asked, "theme", theme))
    return product.tap(WHO, choice(chosen, "channel", channel))


def test_three_photos_become_one_report_that_counts_once_they_are_fetched(product: Product) -> None:
    asked = send(product, ("navy", "olive", "maroon"), pending=2)
    assert "宣導的主題是" in texts(asked)
    assert "出國停復保" not in texts(asked)
    filed = file(product, asked, "arrears", "poster")
    assert "健保欠費協助措施" in texts(filed)
    # The platform was not ready twice: the report counts when its photos are there.
    deadline, first = time.monotonic() + 40, static(filed)
    card = filed
    while static(card) == first and time.monotonic() < deadline:
        time.sleep(2)
        card = product.tap(WHO, choice(product.tap(WHO, choice(card, "fix_channel")), "channel", "poster"))
    assert static(card) == first + 1
    # The same picture once more in this month: said, and not counted.
    again = file(product, send(product, ("navy",)), "arrears", "poster")
    deadline = time.monotonic() + 20
    while "同一張只計一次" not in texts(again) and time.monotonic() < deadline:
        time.sleep(1)
        again = product.tap(WHO, choice(product.tap(WHO, choice(again, "fix_channel")), "channel", "poster"))
    assert "同一張只計一次" in texts(again)
    assert static(again) == first + 1


def test_a_citizen_s_photo_is_answered_as_ever(product: Product) -> None:
    person = product.line.person("emily")
    product.line.files(person, [("bill.jpg", picture(), "image/jpeg")])
    assert "宣導" not in texts(product.line.wait_for_reply(person, timeout=10))


def test_nothing_of_a_photo_or_its_note_is_in_the_logs(product: Product) -> None:
    send(product, ("teal",))
    product.say(WHO, "金絲雀里民大會擺攤")
    assert "金絲雀里民大會" not in product.logs()
