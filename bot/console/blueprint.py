"""Puts the console together: gate, headers, errors in plain words, and the pages of every feature."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import structlog
from flask import Blueprint, Response, g, redirect, request, session
from flask.blueprints import BlueprintSetupState
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from bot.console import cookies
from bot.console.features import FEATURES
from bot.console.gate import Access, Gate, access_of, anybody
from bot.console.menu import Entry, Menu
from bot.console.pages import page
from bot.console.words import language_of, languages
from nhi_core.domain.errors import CacheUnavailable, CounterError, StoreUnavailable, TooManyAttempts
from nhi_core.security.rings import derive

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response as AnyResponse

    from nhi_core.bootstrap import Core
    from nhi_core.domain.approvals import Approval

log = structlog.get_logger(__name__)

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
_STATUS = {403: "forbidden", 404: "unknown", 405: "unknown", 413: "too_large"}


class Console:
    """What a feature's `register` gets: the business, and where to put pages and menu entries."""

    def __init__(self, core: Core, blueprint: Blueprint) -> None:
        self.core = core
        self.access: dict[str, Access] = {}
        self.most_bytes: dict[str, int] = {}
        self.menu = Menu(self.access)
        self._blueprint = blueprint
        self._approvals: dict[str, tuple[Callable[[str], str], str]] = {}

    def add(
        self,
        endpoint: str,
        rule: str,
        view: Callable[..., Any],
        *,
        methods: tuple[str, ...] = ("GET",),
        most_bytes: int | None = None,
    ) -> None:
        """Register a page below `/console`. Raises TypeError when the view does not say who may open it.

        `most_bytes`: how large its form may be, where it takes files.
        """
        self.access[endpoint] = access_of(view)
        if most_bytes is not None:
            self.most_bytes[endpoint] = most_bytes
        self._blueprint.add_url_rule(rule, endpoint, view, methods=methods)

    def approval(self, kind: str, link: Callable[[str], str], *, domain: str) -> None:
        """Say where a kind of proposal is looked at: `link` gives the address of a subject's page.

        Its word is `approval_kind.<kind>` of `domain`.
        """
        self._approvals[kind] = (link, domain)

    def approval_of(self, approval: Approval) -> tuple[str, str]:
        """Return the address and the word's domain of a proposal; raises LookupError for an unknown kind."""
        link, domain = self._approvals[approval.kind]
        return link(approval.subject), domain

    def entry(self, entry: Entry) -> None:
        """Put a line into the menu."""
        self.menu.add(entry)


def blueprint(core: Core) -> Blueprint:
    """Return the console. Authentication: the gate before every request, by the row of the session."""
    pages = Blueprint(
        "console", __name__, url_prefix="/console", static_folder="static", template_folder="templates"
    )
    csrf = CSRFProtect()
    console = Console(core, pages)
    for feature in FEATURES:
        feature(console)
    console.add("lost", "/<path:rest>", _lost, methods=("GET", "POST"))
    gate = Gate(core.sign_in, csrf, console.access)

    def prepare() -> AnyResponse | None:
        g.console = console
        asked = request.args.get("lang", "")
        if asked in languages():
            session["language"] = asked
        g.language = language_of(request)
        g.visitor = None
        most = console.most_bytes.get((request.endpoint or "").partition(".")[2])
        # Only who brings a session may send files: the form is read before the gate knows the visitor.
        if most is not None and cookies.token_of(request):
            request.max_content_length = most
        return gate()

    def set_up(state: BlueprintSetupState) -> None:
        secret = derive(core.keys.sign.active.secret, "console-forms")
        cookies.configure(cast("Flask", state.app), core.settings.public_url, secret)
        csrf.init_app(state.app)
        cast("Flask", state.app).extensions["console"] = console

    pages.record_once(set_up)
    pages.before_request(prepare)
    pages.after_request(_headers)
    pages.register_error_handler(CSRFError, _old_form)
    pages.register_error_handler(HTTPException, _refused)
    pages.register_error_handler(CounterError, _problem)
    pages.register_error_handler(Exception, _unexpected)
    return pages


@anybody
def _lost(rest: str) -> AnyResponse:
    """Whatever is below /console and is no page."""
    if rest == "":
        return redirect("/console/")
    return page("problem.html", status=404, problem="unknown")


def _old_form(_error: CSRFError) -> Response:
    return page("problem.html", status=400, problem="old_form")


def _refused(error: HTTPException) -> AnyResponse:
    if error.code is not None and error.code < 400:
        return error.get_response()
    status = error.code or 500
    return page("problem.html", status=status, problem=_STATUS.get(status, "wrong"))


def _problem(error: CounterError) -> Response:
    """What no view has caught: the database is away, or something stands otherwise than the page said."""
    if isinstance(error, StoreUnavailable | CacheUnavailable):
        return page("problem.html", status=503, problem="away")
    if isinstance(error, TooManyAttempts):
        return page("problem.html", status=429, problem="too_many")
    log.info("console_refused", code=error.code, endpoint=request.endpoint)
    return page("problem.html", status=409, problem="changed")


def _unexpected(error: Exception) -> Response:
    """A fault of ours: logged by kind and place, answered in words."""
    log.exception("console_failed", error=type(error).__name__, endpoint=request.endpoint)
    return page("problem.html", status=500, problem="wrong")


def _headers(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    # Forms are judged by where they come from as well; nothing is told to other sites.
    answer.headers["Referrer-Policy"] = "same-origin"
    if request.endpoint == "console.static":
        answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer
