"""`/eslip/…`: authentication is the signed link, and behind it the binding in force, at every request.

Looking changes nothing; every change is a POST from our own form. No script, no cookie, nothing personal in
an address, and no password or code is ever shown again.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING

import structlog
from flask import Blueprint, Response, make_response, redirect, request, send_file

from bot.pay.words import page_language
from bot.slips.guard import FormGuard
from bot.slips.letters import slip_file
from bot.slips.writing import Writer
from nhi_core.domain.errors import CacheUnavailable, StoreUnavailable, TooManyAttempts
from nhi_core.domain.eslip import CodeOver, CodeWrong, EslipLinkOver, Holder
from nhi_core.domain.payment import NothingToPay
from nhi_core.services.eslip_views import FieldInvalid

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from nhi_core.bootstrap import Core

log = structlog.get_logger(__name__)

_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
_BAD, _MANY = 422, 429


def blueprint(core: Core) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("eslip", __name__, url_prefix="/eslip", template_folder="templates")
    desk = _Desk(core)
    pages.get("/<token>")(desk.show)
    pages.post("/<token>/address")(desk.address)
    pages.get("/<token>/code")(desk.code)
    pages.post("/<token>/code")(desk.confirm)
    pages.post("/<token>/again")(desk.again)
    pages.get("/<token>/slip")(desk.slip)
    pages.post("/<token>/slip.pdf")(desk.download)
    pages.after_request(_headers)
    return pages


class _Desk:
    def __init__(self, core: Core) -> None:
        self._core = core
        self._eslips = core.eslips
        self._guard = FormGuard(core.signer, core.clock, core.settings.public_url)
        self._writer = Writer(core, self._guard)

    def show(self, token: str) -> AnyResponse:
        """What is in force, and the form for an address and a password."""
        return self._safely(lambda: self._address_page(token))

    def address(self, token: str) -> AnyResponse:
        """Take the address; its code is on the way."""
        return self._safely(lambda: self._take_address(token))

    def code(self, token: str) -> AnyResponse:
        """The form for the code."""
        return self._safely(lambda: self._code_page(token))

    def confirm(self, token: str) -> AnyResponse:
        """Take the code."""
        return self._safely(lambda: self._take_code(token))

    def again(self, token: str) -> AnyResponse:
        """Send another code."""
        return self._safely(lambda: self._another_code(token))

    def slip(self, token: str) -> AnyResponse:
        """Today's slip: what it comes to, and how to open it."""
        return self._safely(lambda: self._slip_page(token))

    def download(self, token: str) -> AnyResponse:
        """The encrypted file."""
        return self._safely(lambda: self._file(token))

    def _take_address(self, token: str) -> AnyResponse:
        form, holder = request.form, _holder()
        email = form.get("email", "")
        if not self._guard.passes(request, token):
            return self._address_page(token, error="form", email=email)
        password = form.get("password", "")
        if holder is Holder.PERSON and password != form.get("again", ""):
            return self._address_page(token, error="again", email=email)
        try:
            self._eslips.request(
                token, email=email, password=password, holder=holder, language=page_language(request)
            )
        except FieldInvalid as problem:
            return self._address_page(token, error=_error_of(problem, holder), email=email)
        except TooManyAttempts:
            return self._address_page(token, error="limit", email=email, status=_MANY)
        return self._to(token, "/code", holder)

    def _take_code(self, token: str) -> AnyResponse:
        holder = _holder()
        if not self._guard.passes(request, token):
            return self._code_page(token, error="form")
        typed = "".join(char for char in request.form.get("code", "") if char.isalnum())[:12]
        try:
            self._eslips.confirm(token, holder, typed)
        except CodeWrong as wrong:
            return self._code_page(token, error="code", left=wrong.left)
        except (CodeOver, TooManyAttempts):
            return self._code_page(token, error="code_over")
        return self._to(token, "", holder, "&done=1")

    def _another_code(self, token: str) -> AnyResponse:
        holder = _holder()
        if not self._guard.passes(request, token):
            return self._code_page(token, error="form")
        try:
            self._eslips.again(token, holder)
        except TooManyAttempts:
            return self._code_page(token, error="limit", status=_MANY)
        except CodeOver:
            return self._to(token, "", holder)
        return self._to(token, "/code", holder, "&sent=1")

    def _file(self, token: str) -> AnyResponse:
        form, holder, language = request.form, _holder(), page_language(request)
        if not self._guard.passes(request, token):
            return self._slip_page(token, holder, error="form")
        password = form.get("password", "")
        if "again" in form and password != form["again"]:
            return self._slip_page(token, holder, error="again")
        try:
            file = self._eslips.download(token, holder, password)
        except FieldInvalid as problem:
            return self._slip_page(token, holder, error=_error_of(problem, holder))
        except NothingToPay:
            return self._slip_page(token)
        pdf = slip_file(self._core, file.content, file.password, language)
        name = f"nhi-slip-{file.content.made_on.isoformat()}.pdf"
        return make_response(
            send_file(BytesIO(pdf), mimetype="application/pdf", download_name=name, as_attachment=True)
        )

    def _address_page(
        self, token: str, *, error: str | None = None, email: str = "", status: int = _BAD
    ) -> Response:
        view = self._eslips.page(token)
        done = request.method == "GET" and request.args.get("done") == "1"
        body = self._writer.address(
            view, token, page_language(request), holder=_holder(), error=error, email=email, done=done
        )
        return make_response(body, status if error else 200)

    def _code_page(
        self, token: str, *, error: str | None = None, left: int = 0, status: int = _BAD
    ) -> AnyResponse:
        view, holder = self._eslips.page(token), _holder()
        sent = request.method == "GET" and request.args.get("sent") == "1"
        body = self._writer.code(
            view, token, page_language(request), holder=holder, error=error, left=left, sent=sent
        )
        if body is None:
            return self._to(token, "", holder)
        return make_response(body, status if error else 200)

    def _slip_page(self, token: str, wrong: Holder | None = None, *, error: str | None = None) -> Response:
        slips = self._eslips.slips(token)
        body = self._writer.slips(slips, token, page_language(request), wrong=wrong, error=error)
        return make_response(body, _BAD if error else 200)

    def _safely(self, answer: Callable[[], AnyResponse]) -> AnyResponse:
        language = page_language(request)
        try:
            return answer()
        except EslipLinkOver:
            log.info("eslip_link_over", endpoint=request.endpoint)
            return make_response(self._writer.plain("over", language), 410)
        except (StoreUnavailable, CacheUnavailable):
            return make_response(self._writer.plain("unavailable", language), 503)

    def _to(self, token: str, part: str, holder: Holder, more: str = "") -> AnyResponse:
        language = page_language(request)
        return redirect(f"/eslip/{token}{part}?lang={language}&holder={holder.value}{more}", code=303)


def _holder() -> Holder:
    return Holder.UNIT if request.values.get("holder") == Holder.UNIT.value else Holder.PERSON


def _error_of(problem: FieldInvalid, holder: Holder) -> str:
    return "unit" if problem.field == "password" and holder is Holder.UNIT else problem.field


def _headers(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
