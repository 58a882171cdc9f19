"""A real browser on the chat page, against the whole product; pictures are kept in artefacts/browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.plugins.product import Product

PICTURES = Path(__file__).resolve().parents[2] / "artefacts" / "browser"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser(product: Product) -> Iterator[Browser]:
    """Start the system's Chromium; without one skip, or fail where the build is judged."""
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        reason = "no Chromium: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone-sized page; `open_chat` takes it to a chat."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, locale="zh-TW"
    )
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


def keep(what: Page | Locator, name: str) -> None:
    """Keep a picture of the page, or of a part of it, for whoever judges by eye."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    what.screenshot(path=str(PICTURES / f"{name}.png"))
