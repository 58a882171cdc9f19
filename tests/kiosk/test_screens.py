"""Every screen in a real browser, in five languages and three sizes: nothing cut off, everything in reach.

`NHI_KIOSK_PICTURES=1` keeps pictures in artefacts/kiosk, for whoever judges by eye.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket
from playwright.sync_api import Browser, Page, sync_playwright

from card_kiosk.companion import Act
from card_kiosk.ui.app import create_app
from card_kiosk.ui.hub import Hub
from card_kiosk.ui.server import Server
from nhi_core.wire import LANGUAGES
from tests.kiosk.samples import views

pytestmark = pytest.mark.net

SAMPLES = dict(views())
SIZES = [(1080, 1920), (1920, 1080), (1024, 768)]
PICTURES = Path(__file__).resolve().parents[2] / "artefacts" / "kiosk"
TOKEN = "entry-token-of-this-start"
# What is wrong with the page as it stands, in words; empty when all is well.
LOOK = """() => {
  const wrong = [], screen = document.getElementById("screen");
  const [whole, seen] = [screen.scrollHeight, screen.clientHeight];
  if (whole > seen + 1) wrong.push(`the screen scrolls: ${whole} > ${seen}`);
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("wider than the window");
  for (const button of document.querySelectorAll("button")) {
    const box = button.getBoundingClientRect();
    if (!box.width) continue;
    const name = button.textContent.slice(0, 24) || button.getAttribute("aria-label");
    const inside = box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1
      && Math.min(box.left, box.top) >= -1;
    if (!inside) wrong.push(`out of reach: ${name}`);
    if (button.scrollWidth > button.clientWidth + 1) wrong.push(`cut off: ${name}`);
    if (box.height < 40 || box.width < 40) wrong.push(`too small to touch: ${name}`);
    if (!name) wrong.push("a button without a name");
  }
  if (document.querySelectorAll("h1").length !== 1) wrong.push("not one heading");
  for (const svg of document.querySelectorAll("main svg")) {
    const said = svg.hasAttribute("aria-hidden") || svg.hasAttribute("aria-label");
    if (!said) wrong.push("a picture without words");
  }
  return wrong;
}"""


class Kiosk:
    """The screens, with a companion that only remembers what is touched."""

    def __init__(self) -> None:
        self.hub, self.acts, self._seq = Hub(), [], 0
        ports: set[int] = set()
        app = create_app(self.hub, self._act, token=TOKEN, ports=ports)
        self._server = Server(app, 0)
        ports.add(self._server.port)
        self._server.start()
        self.address = f"{self._server.url}/enter?t={TOKEN}"

    def _act(self, act: Act) -> str:  # type: ignore[return]
        self.acts.append(act)
        return "ok"

    def show(self, page: Page, name: str, language: str = "zh-TW") -> None:
        """Publish a sample and wait until it is drawn."""
        self._seq += 1
        view = SAMPLES[name]
        self.hub.publish({**view, "seq": self._seq, "language": language})
        page.locator(f"html[lang='{language}'] #screen[data-seq='{self._seq}']").wait_for()

    def close(self) -> None:
        self.hub.close()
        self._server.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next(
        (p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None
    )
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium: apt-get install chromium", pytrace=False)
        pytest.skip("no Chromium: apt-get install chromium")
    pytest_socket.enable_socket()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def kiosk() -> Iterator[Kiosk]:
    pytest_socket.enable_socket()
    found = Kiosk()
    yield found
    found.close()


@pytest.fixture
def page(browser: Browser, kiosk: Kiosk) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if line.type in {"error", "warning"} else None)
    page.goto(kiosk.address)
    yield page
    context.close()
    assert problems == []


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_fits(page: Page, kiosk: Kiosk, size: tuple[int, int], language: str) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    wrong = {}
    for name in SAMPLES:
        kiosk.show(page, name, language)
        if found := page.evaluate(LOOK):
            wrong[name] = found
        if os.environ.get("NHI_KIOSK_PICTURES"):
            PICTURES.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(PICTURES / f"{name}_{language}_{size[0]}x{size[1]}.png"))
    assert wrong == {}


def test_the_heading_is_read_out_when_the_screen_changes(page: Page, kiosk: Kiosk) -> None:
    kiosk.show(page, "card")
    kiosk.show(page, "notice")
    assert page.evaluate("document.activeElement.tagName") == "H1"


def test_a_household_number_is_typed_by_touch_and_hidden_from_onlookers(page: Page, kiosk: Kiosk) -> None:
    kiosk.show(page, "fact")
    for key in "F9000001":
        page.locator(f"[data-key='{key}']").click()
    assert page.locator(".slots").inner_text().split() == ["●"] * 7 + ["1"]
    page.get_by_role("button", name="確定").click()
    page.wait_for_timeout(300)
    assert ("fact", "F9000001") in [(act.act, act.value) for act in kiosk.acts]


def test_the_keyboard_alone_is_enough(page: Page, kiosk: Kiosk) -> None:
    kiosk.acts.clear()
    kiosk.show(page, "fact")
    page.keyboard.type("f900000")
    page.keyboard.press("Backspace")
    page.keyboard.type("01")
    page.keyboard.press("Enter")
    kiosk.show(page, "compare")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    named = [(act.act, act.value) for act in kiosk.acts if act.act != "touch"]
    assert named == [("fact", "F9000001"), ("same", "")]


def test_what_was_typed_is_gone_with_the_screen(page: Page, kiosk: Kiosk) -> None:
    kiosk.show(page, "fact")
    page.keyboard.type("F90")
    kiosk.show(page, "problem-card_removed")
    kiosk.show(page, "fact")
    assert page.locator(".slots").inner_text().strip() == ""
    assert "王O明" not in page.content()


def test_the_warning_takes_the_focus_and_can_be_answered(page: Page, kiosk: Kiosk) -> None:
    kiosk.acts.clear()
    kiosk.show(page, "warning")
    dialog = page.get_by_role("dialog")
    assert "26" in dialog.inner_text() or "25" in dialog.inner_text()
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    assert [act.act for act in kiosk.acts] == ["stay"]
    kiosk.show(page, "notice")
    assert not dialog.is_visible()


def test_the_language_is_chosen_on_every_screen(page: Page, kiosk: Kiosk) -> None:
    kiosk.acts.clear()
    kiosk.show(page, "idle")
    page.get_by_role("button", name="Tiếng Việt").click()
    page.wait_for_timeout(300)
    assert ("language", "vi") in [(act.act, act.value) for act in kiosk.acts]
