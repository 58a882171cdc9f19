"""The console in a real browser: sign in with a code and decide an application, all by keyboard.

Every page is measured for WCAG 2.2 AA by axe-core: names of fields, contrast as drawn, headings, targets.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from nhi_core import sandbox
from nhi_core.security.timecodes import STEP_SECONDS, Totp
from tests.browser.conftest import keep
from tests.plugins.product import Product

pytestmark = pytest.mark.stack

WAIT = 10_000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """A desk-sized page that must not complain on its console."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-TW")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert problems == []


def address(product: Product, path: str = "/console/") -> str:
    return f"http://127.0.0.1:{product.stack.ports['web']}{path}"


def fresh_code(username: str) -> str:
    """Wait for the next time step, so that no two tests of the run use the same code."""
    time.sleep(STEP_SECONDS - time.time() % STEP_SECONDS + 0.2)
    return Totp().code(sandbox.totp_secret_for(username))


def sign_in(page: Page, product: Product, username: str) -> None:
    page.goto(address(product))
    page.fill("#username", username)
    page.fill("#password", sandbox.STAFF_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_visible(timeout=WAIT)
    page.fill("#code", fresh_code(username))
    page.keyboard.press("Enter")
    expect(page.locator(".menu")).to_be_visible(timeout=WAIT)


def looked_at(page: Page) -> list[str]:
    """Return what axe finds wrong on the open page: rule and place."""
    asked = {"runOnly": RULES, "resultTypes": ["violations"]}
    found = Axe().run(page, options=asked).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def menu(page: Page) -> list[str]:
    links: list[str] = page.locator(".menu a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    return links


def test_a_reviewer_decides_by_keyboard_alone(desk: Page, product: Product) -> None:
    desk.goto(address(product))
    assert looked_at(desk) == []
    keep(desk, "console-1-sign-in")
    desk.keyboard.press("Tab")
    expect(desk.locator(".skip")).to_be_focused()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")
    expect(desk.locator("#username")).to_be_focused()
    desk.keyboard.type("reviewer")
    desk.keyboard.press("Tab")
    desk.keyboard.type(sandbox.STAFF_PASSWORD)
    desk.keyboard.press("Enter")
    expect(desk.locator("#code")).to_be_focused(timeout=WAIT)
    keep(desk, "console-2-code")
    desk.keyboard.type(fresh_code("reviewer"))
    desk.keyboard.press("Enter")
    expect(desk.locator(".menu")).to_be_visible(timeout=WAIT)
    keep(desk, "console-3-start")

    desk.locator(".card").first.focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("table.list")).to_be_visible(timeout=WAIT)
    keep(desk, "console-4-queue")
    before = desk.locator("table.list tbody tr").count()
    first = desk.locator("table.list tbody a").first
    code = first.inner_text()
    first.focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("h1")).to_contain_text(code, timeout=WAIT)
    assert looked_at(desk) == []
    keep(desk, "console-5-application")
    desk.select_option("#return-ready", index=1)
    expect(desk.locator("#return-note")).not_to_be_empty()
    desk.locator("#return-note").focus()
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(desk.locator(".told.ok")).to_be_visible(timeout=WAIT)
    expect(desk.locator("table.list tbody tr")).to_have_count(before - 1)
    expect(desk.locator("table.list")).not_to_contain_text(code)


def test_every_page_of_the_menu_holds_what_wcag_asks(desk: Page, product: Product) -> None:
    sign_in(desk, product, "chief")
    pages = menu(desk)
    assert len(pages) > 8
    faults: dict[str, list[str]] = {}
    for path in [*pages, "/console/account"]:
        desk.goto(address(product, path))
        keep(desk, "console" + path.removeprefix("/console").replace("/", "-").rstrip("-"))
        for scale in (100, 200):
            desk.evaluate(f"document.documentElement.style.fontSize = '{scale}%'")
            found = looked_at(desk)
            if desk.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"wider than the window at {scale} %")
            faults[f"{path} at {scale} %"] = found
    assert {path: found for path, found in faults.items() if found} == {}


def test_on_a_tablet_or_a_phone_nothing_is_wider_than_the_screen(desk: Page, product: Product) -> None:
    desk.set_viewport_size({"width": 768, "height": 1024})
    sign_in(desk, product, "admin")
    for width, language in ((768, "zh-TW"), (390, "vi")):
        desk.set_viewport_size({"width": width, "height": 1024})
        desk.goto(address(product, f"/console/?lang={language}"))
        for path in [*menu(desk), "/console/account"]:
            desk.goto(address(product, path))
            assert not desk.evaluate("document.documentElement.scrollWidth > innerWidth"), (path, language)


def test_another_sites_form_cannot_act_for_who_is_signed_in(desk: Page, product: Product) -> None:
    sign_in(desk, product, "supervisor")
    answer = desk.request.post(address(product, "/console/account/sessions/end"))
    assert answer.status == 400
    desk.goto(address(product, "/console/account"))
    expect(desk.locator(".menu")).to_be_visible()


def test_the_measure_itself_finds_what_is_wrong(desk: Page) -> None:
    desk.set_content(
        "<body><main><h1>A</h1><h3>B</h3><p style='color:#999'>pale words</p><input name=x>"
        "<button id=a></button><i id=a>.</i><table><tr><th>h</th></tr></table></main></body>"
    )
    found = {one.partition(":")[0] for one in looked_at(desk)}
    assert {"html-has-lang", "heading-order", "color-contrast", "label", "button-name"} <= found
