"""Signing in: password, then the authenticator's code; at the first time, setting both up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, g, redirect, request, session, url_for

from bot.console import cookies
from bot.console.gate import anybody, at_stage, everybody
from bot.console.pages import page, tell
from bot.pay.drawing import qr
from nhi_core import sandbox
from nhi_core.domain.errors import IdentityRefused, TooManyAttempts
from nhi_core.domain.staff import PASSWORD_MIN, PasswordUnfit, SignInRefused, Stage
from nhi_core.services.staff_sign_in import SignedIn

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from bot.console.blueprint import Console

_STEPS = {Stage.CODE: "code", Stage.ENROL: "enrol", Stage.FULL: "dashboard"}


def register(console: Console) -> None:
    """Add the pages."""
    pages = _Pages(console)
    console.add("sign_in", "/sign-in", pages.form)
    console.add("sign_in_try", "/sign-in", pages.password, methods=("POST",))
    console.add("code", "/sign-in/code", pages.code_form)
    console.add("code_try", "/sign-in/code", pages.code, methods=("POST",))
    console.add("enrol", "/sign-in/enrol", pages.enrol_form)
    console.add("enrol_try", "/sign-in/enrol", pages.enrol, methods=("POST",))
    console.add("outside", "/sign-in/outside", pages.outside)
    console.add("outside_back", "/sign-in/outside/back", pages.outside_back)
    console.add("sign_out", "/sign-out", pages.sign_out, methods=("POST",))


class _Pages:
    def __init__(self, console: Console) -> None:
        self._core = console.core
        self._sign_in = console.core.sign_in
        self._outside = console.core.outside_sign_in
        self._made_up = () if console.core.settings.production else tuple(sandbox.STAFF)

    @anybody
    def form(self) -> AnyResponse:
        """The first step."""
        if g.visitor is not None:
            return redirect(url_for(f"console.{_STEPS[g.visitor.session.stage]}"), code=303)
        return self._form()

    @anybody
    def password(self) -> AnyResponse:
        """Check the password; a right one opens the second step."""
        try:
            found = self._sign_in.begin(
                request.form.get("username", ""),
                request.form.get("password", ""),
                address=request.remote_addr or "",
                agent=_agent(),
            )
        except SignInRefused:
            return self._form("refused", status=403)
        except TooManyAttempts:
            return self._form("too_many", status=429)
        return self._go_on(found)

    @anybody
    def outside(self) -> AnyResponse:
        """To the organisation's own log-in."""
        try:
            begun = self._outside.begin(address=request.remote_addr or "")
        except (SignInRefused, IdentityRefused):
            return self._form("outside_away", status=403)
        except TooManyAttempts:
            return self._form("too_many", status=429)
        session["outside"] = begun.browser
        return redirect(begun.url, code=303)

    @anybody
    def outside_back(self) -> AnyResponse:
        """And back: the account that the log-in was tied to."""
        try:
            browser = str(session.pop("outside", ""))
            found = self._outside.finish(request.args.to_dict(), browser=browser, agent=_agent())
        except SignInRefused:
            return self._form("outside_refused", status=403)
        return self._go_on(found)

    @at_stage(Stage.CODE)
    def code_form(self) -> Response:
        """The second step."""
        return self._code_form()

    @at_stage(Stage.CODE)
    def code(self) -> AnyResponse:
        """Check the code."""
        try:
            token = cookies.token_of(request)
            found = self._sign_in.finish(token, request.form.get("code", ""), agent=_agent())
        except SignInRefused:
            return self._code_form("refused", status=403)
        except TooManyAttempts:
            return self._code_form("too_many", status=429)
        return self._go_on(found)

    @at_stage(Stage.ENROL)
    def enrol_form(self) -> Response:
        """The first time: an own password, and the authenticator's QR."""
        return self._enrol_form()

    @at_stage(Stage.ENROL)
    def enrol(self) -> AnyResponse:
        """Take both over, and show the recovery codes once."""
        password = request.form.get("password", "")
        if password != request.form.get("again", ""):
            return self._enrol_form("differ", status=400)
        try:
            found, recovery = self._sign_in.enrol(
                cookies.token_of(request),
                password=password,
                code=request.form.get("code", ""),
                agent=_agent(),
            )
        except PasswordUnfit:
            return self._enrol_form("unfit", status=400)
        except SignInRefused:
            return self._enrol_form("refused", status=403)
        self._fresh_session()
        return cookies.give(page("recovery.html", codes=recovery, first=True), found.token)

    @everybody
    def sign_out(self) -> AnyResponse:
        """End this session."""
        self._sign_in.sign_out(g.visitor)
        self._fresh_session()
        tell("sign_out.done")
        return cookies.take(redirect(url_for("console.sign_in"), code=303))

    def _go_on(self, found: SignedIn) -> AnyResponse:
        wanted = session.get("next", "")
        if found.stage is Stage.FULL:
            self._fresh_session()
        address = url_for(f"console.{_STEPS[found.stage]}")
        # Only ever a path of ours: it was kept in our own signed cookie.
        if found.stage is Stage.FULL and str(wanted).startswith("/console/"):
            address = str(wanted)
        return cookies.give(redirect(address, code=303), found.token)

    @staticmethod
    def _fresh_session() -> None:
        """Forget form tokens of before the sign-in; the language stays."""
        language = session.get("language")
        session.clear()
        if language is not None:
            session["language"] = language

    def _form(self, problem: str | None = None, *, status: int = 200) -> Response:
        return page(
            "sign_in.html",
            problem=problem,
            status=status,
            made_up=self._made_up,
            outside=self._outside.offered,
        )

    def _code_form(self, problem: str | None = None, *, status: int = 200) -> Response:
        return page("sign_in_code.html", problem=problem, status=status, hint=self._sign_in.hint(g.visitor))

    def _enrol_form(self, problem: str | None = None, *, status: int = 200) -> Response:
        found = self._sign_in.enrolment(cookies.token_of(request))
        return page(
            "sign_in_enrol.html",
            problem=problem,
            status=status,
            qr=qr(found.address),
            secret=" ".join(found.secret[at : at + 4] for at in range(0, len(found.secret), 4)),
            least=PASSWORD_MIN,
        )


def _agent() -> str:
    """Return a short name of the browser: enough for its owner to know it again."""
    sent = request.user_agent.string
    browsers = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
    systems = ("Windows", "iPhone", "iPad", "Android", "Mac OS", "Linux")
    browser = next((one for one in browsers if one in sent), "?")
    system = next((one for one in systems if one in sent), "?")
    return f"{browser} · {system}"
