"""The chat page in a real browser: it shows what was sent, taps send what LINE sends, markup stays text."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect, sync_playwright

from line_sandbox.config import SANDBOX_TOKEN
from line_sandbox.testing import OFFICE_GROUP, Sandbox

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.net,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (apt-get install chromium)"),
]
STATIC = Path(__file__).parents[3] / "line_sandbox" / "static"
CHEN = Sandbox.person("chen")
PHONE = {"width": 390, "height": 844}
EVIL = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


@pytest.fixture(scope="module")
def line() -> Iterator[Sandbox]:
    with Sandbox.started(webhook_url=None) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def page(line: Sandbox, browser: Browser) -> Iterator[Page]:
    """A phone with Chen's chat open; any script error or foreign request fails the test."""
    line.reset()
    page = browser.new_page(viewport=PHONE)  # type: ignore[arg-type]
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith((line.url, "data:")) else errors.append(r.url))
    page.goto(f"{line.url}/#{CHEN}")
    expect(page.locator("#subtitle")).to_contain_text("陳志明")
    yield page
    page.close()
    assert errors == []


def push(line: Sandbox, to: str, *messages: dict[str, Any]) -> None:
    answer = requests.post(
        f"{line.url}/v2/bot/message/push",
        json={"to": to, "messages": list(messages)},
        headers={"Authorization": f"Bearer {SANDBOX_TOKEN}"},
        timeout=10,
    )
    assert answer.status_code == 200, answer.text


def last_event(line: Sandbox) -> dict[str, Any]:
    assert line.settle()
    event: dict[str, Any] = line.journal("webhook")[-1]["events"][-1]
    return event


def card(*components: dict[str, Any], alt: str = "欠費明細") -> dict[str, Any]:
    body = {"type": "box", "layout": "vertical", "contents": list(components)}
    return {"type": "flex", "altText": alt, "contents": {"type": "bubble", "body": body}}


def test_enter_sends_and_shift_enter_breaks_the_line(line: Sandbox, page: Page) -> None:
    page.fill("#text", "第一行")
    page.press("#text", "Shift+Enter")
    page.type("#text", "第二行")
    page.press("#text", "Enter")
    expect(page.locator(".mine .words")).to_have_text("第一行\n第二行")
    assert last_event(line)["message"]["text"] == "第一行\n第二行"


def test_enter_that_ends_a_composition_sends_nothing(line: Sandbox, page: Page) -> None:
    page.fill("#text", "ㄐㄧㄢ")
    page.evaluate(
        "document.querySelector('#text').dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    expect(page.locator("#text")).to_have_value("ㄐㄧㄢ")
    assert line.chat(CHEN) == []


def test_markup_in_messages_stays_text(line: Sandbox, page: Page) -> None:
    push(line, CHEN, {"type": "text", "text": EVIL}, card({"type": "text", "text": EVIL}, alt=EVIL))
    line.text(CHEN, EVIL)
    expect(page.locator(".words").first).to_have_text(EVIL)
    expect(page.locator(".fx-text p")).to_have_text(EVIL)
    assert page.title() == "LINE 沙盒"
    assert page.locator("#messages img, #messages script").count() == 0


def test_a_flex_button_sends_its_postback_and_shows_its_words(line: Sandbox, page: Page) -> None:
    action = {"type": "postback", "label": "試算滯納金", "data": "i=late_fee", "displayText": "試算"}
    push(line, CHEN, card({"type": "button", "action": action}))
    group = page.get_by_role("group", name="欠費明細")
    group.get_by_role("button", name="試算滯納金").click()
    expect(page.locator(".mine .words")).to_have_text("試算")
    assert last_event(line)["postback"] == {"data": "i=late_fee"}


def test_the_keyboard_is_enough(line: Sandbox, page: Page) -> None:
    action = {"type": "message", "label": "好", "text": "好的"}
    box = {
        "type": "box",
        "layout": "vertical",
        "contents": [{"type": "text", "text": "同意"}],
        "action": action,
    }
    push(line, CHEN, card(box))
    page.get_by_role("button", name="同意").press("Enter")
    expect(page.locator(".mine .words")).to_have_text("好的")


def test_a_picked_date_comes_with_the_postback(line: Sandbox, page: Page) -> None:
    action = {"type": "datetimepicker", "label": "選日期", "data": "d", "mode": "date", "min": "2026-01-01"}
    push(line, CHEN, card({"type": "button", "action": action}))
    page.get_by_role("button", name="選日期").click()
    page.fill("dialog input", "2026-12-01")
    page.get_by_role("button", name="確定").click()
    expect(page.locator("dialog")).to_have_count(0)
    page.wait_for_function("document.querySelectorAll('#journal .webhook').length === 1")
    assert last_event(line)["postback"] == {"data": "d", "params": {"date": "2026-12-01"}}


def test_quick_replies_go_when_used_and_when_something_newer_comes(line: Sandbox, page: Page) -> None:
    items = [{"type": "action", "action": {"type": "message", "label": "要", "text": "要"}}]
    asked = {"type": "text", "text": "要嗎？", "quickReply": {"items": items}}
    push(line, CHEN, asked)
    page.locator("#quick").get_by_role("button", name="要").click()
    expect(page.locator("#quick")).to_be_hidden()
    push(line, CHEN, asked)
    expect(page.locator("#quick")).to_be_visible()
    push(line, CHEN, {"type": "text", "text": "沒事了"})
    expect(page.locator("#quick")).to_be_hidden()


def test_dots_show_until_the_answer(line: Sandbox, page: Page) -> None:
    requests.post(
        f"{line.url}/v2/bot/chat/loading/start",
        json={"chatId": CHEN},
        headers={"Authorization": f"Bearer {SANDBOX_TOKEN}"},
        timeout=10,
    )
    expect(page.locator("#loading")).to_be_visible()
    push(line, CHEN, {"type": "text", "text": "好了"})
    expect(page.locator("#loading")).to_be_hidden()
    expect(page.locator("#announce")).to_contain_text("好了")


def test_a_refused_call_stands_in_the_drawer_with_line_s_words(line: Sandbox, page: Page) -> None:
    requests.post(
        f"{line.url}/v2/bot/message/push",
        json={"to": CHEN, "messages": [{"type": "text", "text": ""}]},
        headers={"Authorization": f"Bearer {SANDBOX_TOKEN}"},
        timeout=10,
    )
    page.get_by_role("button", name="原始 JSON").click()
    expect(page.locator("#journal .bad .problems")).to_contain_text("messages[0].text")


def test_in_the_group_one_writes_as_any_member(line: Sandbox, page: Page) -> None:
    page.click("#back")
    page.click(f'[data-chat="{OFFICE_GROUP}"]')
    expect(page.locator("#speaker option")).to_have_count(12)
    page.select_option("#speaker", Sandbox.person("clerk-3"))
    page.fill("#text", "收到")
    page.press("#text", "Enter")
    expect(page.locator(".mine .words")).to_have_text("收到")
    assert last_event(line)["source"]["userId"] == Sandbox.person("clerk-3")


def test_nothing_is_wider_than_the_phone(line: Sandbox, page: Page) -> None:
    long = "Takisvilainan" * 12
    push(line, CHEN, {"type": "text", "text": long}, card({"type": "text", "text": long, "wrap": True}))
    expect(page.locator(".fx-text")).to_be_visible()
    page.locator(".fx-bubble").scroll_into_view_if_needed()
    for selector in (".fx-bubble", ".bubble", "#composer"):
        box = page.locator(selector).first.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_page_s_own_files_never_write_markup_from_strings_and_load_nothing_from_outside() -> None:
    for path in [*STATIC.rglob("*.js"), *STATIC.rglob("*.html"), *STATIC.rglob("*.css")]:
        text = path.read_text("utf-8")
        for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert forbidden not in text, f"{forbidden} in {path.name}"
        for outside in ('src="http', 'href="http', "url(http", "@import", 'from "http'):
            assert outside not in text, f"{outside} in {path.name}"
