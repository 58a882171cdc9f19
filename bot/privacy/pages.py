"""`/privacy`: what PDPA §8 I asks to be told before collection, in five languages. Open to everybody."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from bot.pay.words import page_language
from bot.pay.words import words as pay_words
from bot.pay.writing import NAMES
from bot.rendering import formats
from bot.rendering.catalogue import Catalogue
from nhi_core.settings import Settings
from nhi_core.wire import LANGUAGES

PATH = "/privacy"
# Version → (day from which it applies, digest of all its texts). Who consents consents to a version: texts
# that change get a new line here; a test compares the digest.
VERSIONS: Mapping[str, tuple[date, str]] = {
    "1": (date(2026, 11, 28), "fac26f120955382b"),
}
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "agency": ("text",),
    "purpose": ("text",),
    "kinds": ("text",),
    "use": ("period", "area", "receivers", "manner"),
    "rights": ("text",),
    "choice": ("text",),
    "abroad": ("text",),
    "breach": ("text",),
}
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"


def blueprint(settings: Settings) -> Blueprint:
    """Return the page."""
    pages = Blueprint("privacy", __name__, template_folder="templates")

    @pages.get(PATH)
    def show() -> Response:
        language = page_language(request)
        version, day = current()
        body = render_template(
            "privacy/page.html",
            t=_text(language),
            language=language,
            languages=[(code, NAMES[code]) for code in LANGUAGES],
            sections=SECTIONS,
            version={"version": version, "date": formats.day(day.isoformat(), language)},
            here=PATH,
            sandbox=not settings.production,
            phone=settings.office_phone,
            dial=formats.dial(settings.office_phone),
        )
        page = make_response(body)
        page.headers["Content-Security-Policy"] = _POLICY
        return page

    return pages


def current() -> tuple[str, date]:
    """Return the version in force and since when."""
    version = max(VERSIONS, key=int)
    return version, VERSIONS[version][0]


def digest() -> str:
    """Return a digest of all texts in all languages."""
    texts = [
        f"{language}|{key}|{words(language).text(key, _MARKS)}"
        for language in LANGUAGES
        for key in sorted(words(language).keys())
    ]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


_MARKS = {"version": "v", "date": "d"}


@cache
def words(language: str) -> Catalogue:
    """Return the notice's catalogue of `language`, read once."""
    return Catalogue(language, domain="privacy")


def _text(language: str) -> Any:
    ours, shared = words(language), pay_words(language)

    def look_up(key: str, args: Mapping[str, Any] | None = None) -> str:
        return (ours if key in ours.keys() else shared).text(key, args)  # noqa: SIM118 - no mapping

    return look_up
