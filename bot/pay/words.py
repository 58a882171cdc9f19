"""The pages' texts, from `pay.po`, and which language a page speaks."""

from __future__ import annotations

from functools import cache

from flask import Request

from bot.rendering.catalogue import Catalogue
from nhi_core.wire import LANGUAGES

DOMAIN = "pay"


@cache
def words(language: str) -> Catalogue:
    """Return the pages' catalogue of `language`, read once."""
    return Catalogue(language, domain=DOMAIN)


def page_language(request: Request) -> str:
    """Return the language asked for by the address or the form, else by the browser, else Chinese."""
    asked = request.values.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return request.accept_languages.best_match(LANGUAGES, default="zh-TW") or "zh-TW"
