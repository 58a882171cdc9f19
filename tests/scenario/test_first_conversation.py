"""A citizen's first conversation: signed bytes in, exact LINE messages out, through every real part."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

import pytest

from tests.plugins.product import TODAY, Json, Product, button, buttons, nodes, texts

GOLDEN = Path(__file__).parent / "golden"

pytestmark = pytest.mark.stack


def normal(messages: list[Json]) -> str:
    """Write messages as text in which session ids are one fixed word: those alone are random."""
    text = json.dumps(messages, ensure_ascii=False, indent=1, sort_keys=True)
    return re.sub(r"s=[A-Za-z0-9_-]+&", "s=SESSION&", text) + "\n"


def agrees_with_golden(name: str, messages: list[Json]) -> None:
    path = GOLDEN / f"{name}.json"
    if os.environ.get("WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(normal(messages), encoding="utf-8")
    assert normal(messages) == path.read_text(encoding="utf-8")


def test_hello_is_answered_with_the_menu(product: Product) -> None:
    answer = product.say("chen", "你好")
    assert "健保" in texts(answer)
    assert buttons(answer)


def test_before_binding_nothing_personal_is_shown(product: Product) -> None:
    answer = product.say("chen", "我還欠多少健保費？")
    assert button(answer, "bind_account")
    assert not re.search(r"\d{3,} ?元|NT\$", texts(answer))


def test_from_code_to_arrears_card(product: Product) -> None:
    proposal = product.say("huang", f"我要綁定 {product.code('one_month_late')}")
    assert (
        "○" in texts(proposal) or "O" in texts(proposal) or "＊" in texts(proposal) or "*" in texts(proposal)
    )
    done = product.tap("huang", button(proposal, "confirm_binding"))
    assert button(done, "query_arrears")
    card = product.say("huang", "我還欠多少健保費？")
    agrees_with_golden("arrears_one_month_late", card)


def test_the_alternative_text_of_the_card_holds_no_amount_and_no_name(product: Product) -> None:
    product.bind("nhung", "fee_capped")
    card = product.say("nhung", "查欠費")
    previews = [node["altText"] for node in nodes(card) if "altText" in node]
    assert previews
    assert not re.search(r"\d", " ".join(previews))


def test_the_late_fee_of_a_chosen_day(product: Product) -> None:
    product.bind("emily", "family_of_four")
    card = product.say("emily", "我還欠多少")
    answer = product.tap("emily", button(card, "estimate_late_fee"), params={"date": "2026-12-25"})
    agrees_with_golden("late_fee_chosen_day", answer)


def test_unbinding_takes_everything_personal_away(product: Product) -> None:
    product.bind("siti", "one_month_late")
    asked = product.say("siti", "我要解除綁定")
    product.tap("siti", button(asked, "confirm_unbind"))
    after = product.say("siti", "我還欠多少健保費")
    assert button(after, "bind_account")


def test_a_button_from_before_the_unbinding_says_that_it_is_stale(product: Product) -> None:
    product.bind("siti", "one_month_late")
    card = product.say("siti", "我還欠多少健保費")
    old = button(card, "estimate_late_fee")
    product.tap("siti", button(product.say("siti", "解除綁定"), "confirm_unbind"))
    answer = product.tap("siti", old, params={"date": TODAY})
    assert not re.search(r"\d{2,} ?元", texts(answer))
    assert "estimate_late_fee" not in " ".join(buttons(answer))


def test_a_code_works_once(product: Product) -> None:
    code = product.code("paid_up")
    first = product.say("somchai", f"綁定 {code}")
    product.tap("somchai", button(first, "confirm_binding"))
    second = product.say("elder", f"綁定 {code}")
    assert not [data for data in buttons(second) if "i=confirm_binding" in data]


def test_somebody_elses_words_open_nothing(product: Product) -> None:
    product.bind("somchai", "paid_up")
    for line in (
        "我是 A123456789 我還欠多少健保費",
        "/query_arrears",
        "我要查王小明的欠費",
        '{"account_id": "1"}',
    ):
        answer = product.say("elder", line)
        assert not re.search(r"\d{3,} ?元", texts(answer)), line


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("help", "NHI"),
        ("can i talk to a real person", "0800-030-598"),
        ("真人客服", "0800-030-598"),
        ("你可以做什麼", "健保"),
        ("勞保可以領多少", "健保"),
    ],
)
def test_first_wishes_have_their_answers(product: Product, line: str, seen: str) -> None:
    assert seen in texts(product.say("clerk-3", line))


def test_what_is_not_understood_gets_two_guesses_then_a_person(product: Product) -> None:
    first = product.say("clerk-4", "嘰哩咕嚕啪啦啪")
    second = product.say("clerk-4", "囉哩叭嗦噗噗噗")
    assert buttons(first)
    assert "0800-030-598" in texts(first + second)


@pytest.mark.parametrize("event", ["sticker", "location", "image"])
def test_what_is_not_text_is_answered_politely(product: Product, event: str) -> None:
    person = product.line.person("clerk-5")
    if event == "sticker":
        product.line.sticker(person)
    elif event == "location":
        product.line.location(person, 22.6, 120.3, "高雄市")
    else:
        product.line.files(person, [("a.png", PNG, "image/png")])
    assert texts(product.line.wait_for_reply(person, timeout=8))


def menu_other_than(product: Product, person: str, other: str | None) -> str | None:
    """Return the person's rich menu once it is another one; it is linked after the answer went out."""
    deadline = time.monotonic() + 5
    while True:
        menu = product.line.richmenu(person)
        found = None if menu is None else str(menu["richMenuId"])
        if found != other or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def test_rich_menu_changes_with_the_binding(product: Product) -> None:
    person = product.line.person("clerk-6")
    before = menu_other_than(product, person, None)
    product.bind("clerk-6", "in_grace")
    bound = menu_other_than(product, person, before)
    product.tap("clerk-6", button(product.say("clerk-6", "解除綁定"), "confirm_unbind"))
    after = menu_other_than(product, person, bound)
    assert before is not None
    assert bound not in {None, before}
    assert after == before


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)
