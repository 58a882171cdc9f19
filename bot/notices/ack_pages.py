"""`/n/ack/<token>`: a clerk's own address to say that a notice was read.

Looking says nothing: previews of links open addresses too. Only the button does, by POST.
There is no cookie to ride on: the signed address is the key, and only who has it can send the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, make_response, render_template, request

from bot.pay.words import page_language
from bot.pay.words import words as pay_words
from bot.pay.writing import NAMES
from bot.rendering import formats
from bot.rendering.catalogue import Catalogue
from nhi_core.domain.errors import LinkExpired, StoreUnavailable
from nhi_core.wire import LANGUAGES

if TYPE_CHECKING:
    from nhi_core.services.notice_ack_links import NoticeAckLinks
    from nhi_core.settings import Settings

_DOMAIN = "notice"
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"


def blueprint(links: NoticeAckLinks, settings: Settings) -> Blueprint:
    """Return the page."""
    pages = Blueprint("notice_acks", __name__, template_folder="templates")

    @pages.get("/n/ack/<string(maxlength=400):token>")
    def show(token: str) -> Response:
        return _answered(settings, token, lambda: {"state": "ask", "view": links.page(token)})

    @pages.post("/n/ack/<string(maxlength=400):token>")
    def say(token: str) -> Response:
        return _answered(settings, token, lambda: {"state": links.acknowledge(token).value, "view": None})

    return pages


def _answered(settings: Settings, token: str, answer: Any) -> Response:
    try:
        values, status = answer(), 200
    except LinkExpired:
        values, status = {"state": "expired", "view": None}, 410
    except StoreUnavailable:
        values, status = {"state": "away", "view": None}, 503
    language = page_language(request)
    body = render_template(
        "notices/ack.html",
        t=_text(language),
        language=language,
        languages=[(code, NAMES[code]) for code in LANGUAGES],
        here=f"/n/ack/{token}" if status == 200 else "",
        day=lambda value: formats.day(value.isoformat(), language),
        sandbox=not settings.production,
        phone=settings.office_phone,
        dial=formats.dial(settings.office_phone),
        **values,
    )
    page = make_response(body, status)
    page.headers["Content-Security-Policy"] = _POLICY
    page.headers["X-Robots-Tag"] = "noindex, nofollow"
    return page


def _text(language: str) -> Any:
    ours, shared = words(language), pay_words(language)

    def look_up(key: str, args: Mapping[str, Any] | None = None) -> str:
        return (ours if key in ours.keys() else shared).text(key, args)  # noqa: SIM118 - no mapping

    return look_up


@cache
def words(language: str) -> Catalogue:
    """Return the page's catalogue of `language`, read once."""
    return Catalogue(language, domain=_DOMAIN)
