"""Draws every template with every sample in every language, to be looked at: `make gallery`.

Writes artefacts/gallery/<language>.html (opens by itself) and <language>-<n>.png. The bubbles are drawn by
the page of the LINE sandbox from the very JSON that LINE would get.
"""

from __future__ import annotations

import html
import json
import mimetypes
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Route, sync_playwright

from bot.rendering.engine import render
from bot.rendering.store import samples, template_names
from nhi_core.wire import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "line_sandbox" / "static"
OUT = ROOT / "artefacts" / "gallery"
CHROMIUM = Path("/usr/bin/chromium")
ORIGIN = "http://gallery.invalid"
# Chromium draws at most 16,384 pixels in one go; a page stays well under it.
PANELS_A_PAGE = 24

_STYLE = """
body { display: block; height: auto; overflow: visible; background: #eef1f5; padding: 16px; }
main { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }
section { background: #8fb0dd; border-radius: 12px; padding: 10px; width: 356px; }
section.wide { width: 1600px; }
h2 { font-size: 13px; font-family: monospace; padding: 0 0 6px; }
.alt { font-size: 11px; color: #1d2b40; padding-top: 6px; }
.fx-carousel { overflow: visible; flex-wrap: wrap; } .fx-carousel .fx-bubble { max-width: 300px; }
.bubble { max-width: 330px; } .quick { display: flex; flex-wrap: wrap; gap: 6px; padding-top: 8px; }
.quick span { background: #fff; border-radius: 18px; padding: 5px 12px; font-size: 14px; color: #2f4156; }
"""
_SCRIPT = """
import { flex, fit } from "/static/js/flex/index.js";
import { el } from "/static/js/dom.js";
for (const panel of PANELS) {
  const section = el("section", {}, el("h2", { text: panel.title }));
  document.querySelector("main").append(section);
  for (const message of panel.messages) {
    if (message.contents?.type === "carousel") section.classList.add("wide");
    section.append(message.type === "flex" ? flex(message.contents, message.altText)
      : el("div", { class: "bubble" }, el("span", { class: "words", text: message.text })));
    if (message.altText) section.append(el("p", { class: "alt", text: "alt: " + message.altText }));
    const items = message.quickReply?.items ?? [];
    if (items.length) {
      section.append(el("div", { class: "quick" }, items.map((i) => el("span", { text: i.action.label }))));
    }
  }
  fit(section);
}
document.body.dataset.done = "yes";
"""


def panels(language: str) -> Iterator[dict[str, Any]]:
    """Yield title and messages of every sample of every template."""
    for name in template_names():
        for sample in samples(name):
            messages = render(name, sample.data, language=language, session="gallery-session-000001")
            yield {"title": f"{name}: {sample.name}", "messages": messages}


def page_html(language: str, shown: list[dict[str, Any]]) -> str:
    """Return a page that draws `shown`, with the sandbox's styles inside."""
    styles = "".join(
        (STATIC / "css" / f"{name}.css").read_text("utf-8") for name in ("base", "flex", "thread")
    )
    data = json.dumps(shown, ensure_ascii=False).replace("</", "<\\/")
    return (
        f'<!doctype html><html lang="{html.escape(language)}"><meta charset="utf-8"><title>{language}</title>'
        f"<style>{styles}{_STYLE}</style><body><main></main>"
        f'<script type="module">const PANELS = {data};{_SCRIPT}</script></body></html>'
    )


def _serve(first: str, route: Route) -> None:
    """Answer the page's requests from disk; nothing leaves the machine and no port is opened."""
    path = route.request.url.removeprefix(ORIGIN)
    file = ROOT / "line_sandbox" / path.lstrip("/")
    if path == "/":
        route.fulfill(body=first, content_type="text/html")
    elif path.startswith("/static/") and file.is_file():
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        route.fulfill(body=file.read_bytes(), content_type=kind)
    else:
        route.abort()


def draw(browser: Browser, language: str) -> list[Path]:
    """Draw one language; return the files written."""
    everything = list(panels(language))
    pages = [everything[at : at + PANELS_A_PAGE] for at in range(0, len(everything), PANELS_A_PAGE)]
    written, sections = [], []
    for number, shown in enumerate(pages, start=1):
        page = browser.new_page(viewport={"width": 1660, "height": 1000})
        document = page_html(language, shown)
        page.route("**/*", partial(_serve, document))
        page.goto(f"{ORIGIN}/")
        page.wait_for_selector("body[data-done]")
        picture = OUT / f"{language}-{number}.png"
        page.screenshot(path=picture, full_page=True)
        sections.append(page.inner_html("main"))
        written.append(picture)
        page.close()
    still = page_html(language, []).split("<main>")[0] + f"<main>{''.join(sections)}</main></body></html>"
    kept = OUT / f"{language}.html"
    kept.write_text(still, encoding="utf-8")
    return [kept, *written]


def main() -> int:
    """Draw everything; return the exit status."""
    if not CHROMIUM.exists():
        sys.stderr.write(f"{CHROMIUM} is missing: install the package chromium to draw the gallery.\n")
        return 1
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for language in LANGUAGES:
            for file in draw(browser, language):
                sys.stdout.write(f"{file.relative_to(ROOT)}\n")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
