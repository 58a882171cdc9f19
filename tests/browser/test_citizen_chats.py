"""A citizen's first chat: a real browser, every real part behind it; the pictures are for a person's eye."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import keep
from tests.plugins.product import Product

pytestmark = pytest.mark.stack

WAIT = 10_000


def open_chat(page: Page, product: Product, who: str) -> None:
    page.goto(f"{product.line.url}/#{product.line.person(who)}")
    expect(page.locator("#text")).to_be_visible()


def say(page: Page, text: str, expected: str) -> None:
    """Type, send, and wait for a new answer of the bot with the expected words."""
    before = page.locator("#messages li:not(.mine)").count()
    page.fill("#text", text)
    page.press("#text", "Enter")
    answers = page.locator("#messages li:not(.mine)")
    expect(answers).not_to_have_count(before, timeout=WAIT)
    expect(answers.last).to_contain_text(expected, timeout=WAIT)
    expect(page.locator("#loading")).to_be_hidden(timeout=WAIT)


def test_from_the_first_word_to_the_arrears_card(phone: Page, product: Product) -> None:
    open_chat(phone, product, "longname")
    say(phone, "你好", "健保")
    keep(phone, "1-hello")
    say(phone, "我還欠多少健保費？", "綁定")
    keep(phone, "2-not-bound")
    say(phone, f"綁定 {product.code('family_of_four')}", "是我")
    keep(phone, "3-is-it-you")
    phone.get_by_role("button", name="是我，綁定", exact=True).last.click()
    answers = phone.locator("#messages li:not(.mine)")
    # A finished matter is followed by a question about it, once.
    expect(answers.last).to_contain_text("這次辦起來容易嗎", timeout=WAIT)
    expect(answers.nth(-2)).to_contain_text("綁定完成")
    keep(phone, "4-bound")
    say(phone, "我還欠多少健保費？", "合計應繳")
    keep(phone, "5-arrears")
    card = phone.locator("#messages li:not(.mine)").last
    phone.set_viewport_size({"width": 390, "height": 1900})
    keep(card, "5-arrears-card")
    expect(card).to_contain_text("滯納金")
    expect(card).to_contain_text("已逾期")


def test_nothing_is_wider_than_the_phone(phone: Page, product: Product) -> None:
    open_chat(phone, product, "longname")
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_english_is_answered_in_english_and_asked_about_once(phone: Page, product: Product) -> None:
    open_chat(phone, product, "emily")
    say(phone, "hello, what can you do?", "You write in English")
    answers = phone.locator("#messages li:not(.mine)")
    expect(answers.nth(-2)).to_contain_text("NHI")
    keep(phone, "6-english")
    say(phone, "how much is the late fee", "NHI card")
