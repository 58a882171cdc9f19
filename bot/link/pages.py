"""`/link/…`: authentication is the page's random token, once; then a cookie ties the log-in to a browser."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import structlog
from flask import Blueprint, Response, make_response, redirect, render_template, request

from bot.pay.words import page_language
from bot.rendering.catalogue import Catalogue
from nhi_core.domain.errors import (
    CacheUnavailable,
    CounterError,
    IdentityRefused,
    LinkExpired,
    StoreUnavailable,
)

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from nhi_core.bootstrap import Core

log = structlog.get_logger(__name__)

_COOKIE = "nhi_link"
_STATUS: dict[type[CounterError], tuple[str, int]] = {
    LinkExpired: ("over", 410),
    IdentityRefused: ("refused", 403),
    StoreUnavailable: ("away", 503),
    CacheUnavailable: ("away", 503),
}


@cache
def words(language: str) -> Catalogue:
    """Return the pages' texts."""
    return Catalogue(language, domain="link")


def blueprint(core: Core) -> Blueprint:
    """Return the pages; the made-up log-in among them in the sandbox alone."""
    pages = Blueprint("link", __name__, url_prefix="/link", template_folder="templates")
    desk = _Desk(core)
    pages.get("/back")(desk.back)
    if core.settings.web_identity == "sandbox":
        pages.get("/sandbox")(desk.sandbox)
    pages.get("/<string(length=32):token>")(desk.show)
    pages.post("/<string(length=32):token>")(desk.begin)
    pages.register_error_handler(CounterError, desk.refused)
    pages.after_request(desk.finish)
    return pages


class _Desk:
    def __init__(self, core: Core) -> None:
        self._core = core
        self._links = core.account_links
        access = core.settings.line_access_url
        self._policy = (
            "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self' https: {access}"
        )

    def show(self, token: str) -> Response:
        """What is about to happen, and a button."""
        self._links.open(token)
        return self._page("start", 200)

    def begin(self, token: str) -> AnyResponse:
        """To the log-in."""
        begun = self._links.begin(token)
        answer = redirect(begun.url, code=303)
        secure = self._core.settings.public_url.startswith("https://")
        answer.set_cookie(
            _COOKIE, begun.browser, max_age=600, httponly=True, secure=secure, samesite="Lax", path="/link"
        )
        return answer

    def back(self) -> AnyResponse:
        """From the log-in to LINE's dialogue."""
        address = self._links.prove(request.args.to_dict(), browser=request.cookies.get(_COOKIE, ""))
        answer = redirect(address, code=303)
        answer.delete_cookie(_COOKIE, path="/link")
        return answer

    def sandbox(self) -> Response:
        """The made-up log-in: pick who to be."""
        with self._core.uow() as uow:
            stories = [story for story in uow.people.stories() if "." not in story]
        return self._page("sandbox", 200, stories=stories, state=request.args.get("state", ""))

    def refused(self, error: CounterError) -> Response:
        """Say what went wrong; nothing was linked."""
        page, status = _STATUS.get(type(error), ("refused", 403))
        log.info("link_refused", code=error.code)
        return self._page(page, status)

    def finish(self, answer: Response) -> Response:
        """Give the pages their policy."""
        answer.headers["Content-Security-Policy"] = self._policy
        return answer

    def _page(self, page: str, status: int, **more: object) -> Response:
        language = page_language(request)
        body = render_template("link/page.html", page=page, language=language, t=words(language).text, **more)
        return make_response(body, status)
