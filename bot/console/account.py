"""One's own account: password, open sessions, recovery codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, g, redirect, request, url_for

from bot.console import cookies
from bot.console.gate import everybody
from bot.console.pages import me, page, tell
from nhi_core.domain.errors import TooManyAttempts
from nhi_core.domain.staff import PASSWORD_MIN, PasswordUnfit, SignInRefused
from nhi_core.services.staff_sign_in import PER_ACCOUNT, WINDOW

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from bot.console.blueprint import Console


def register(console: Console) -> None:
    """Add the pages; the way there is the own name, above."""
    pages = _Pages(console)
    console.add("account", "/account", pages.show)
    console.add("account_password", "/account/password", pages.password, methods=("POST",))
    console.add("account_recovery", "/account/recovery", pages.recovery, methods=("POST",))
    console.add("account_end", "/account/sessions/<session_id>/end", pages.end, methods=("POST",))
    console.add("account_end_all", "/account/sessions/end", pages.end_all, methods=("POST",))


class _Pages:
    def __init__(self, console: Console) -> None:
        self._staff = console.core.staff
        self._sign_in = console.core.sign_in
        self._limiter = console.core.limiter

    @everybody
    def show(self) -> Response:
        """What there is."""
        return self._show()

    @everybody
    def password(self) -> AnyResponse:
        """Change the password."""
        new = request.form.get("password", "")
        if new != request.form.get("again", ""):
            return self._show("differ", 400)
        if not self._limiter.hit(f"console-change:{me().id}", limit=PER_ACCOUNT, window=WINDOW):
            raise TooManyAttempts
        old = request.form.get("old", "")
        try:
            self._staff.change_password(me().id, old=old, new=new, keep_session=g.visitor.session.id)
        except PasswordUnfit:
            return self._show("unfit", 400)
        except SignInRefused:
            return self._show("wrong", 403)
        tell("account.password_done")
        return _back()

    @everybody
    def recovery(self) -> Response:
        """Make new recovery codes; shown once."""
        return page("recovery.html", codes=self._staff.new_recovery_codes(me().id), first=False)

    @everybody
    def end(self, session_id: str) -> AnyResponse:
        """End one of the own sessions."""
        self._sign_in.end(me().id, session_id)
        tell("account.session_ended")
        return _back()

    @everybody
    def end_all(self) -> AnyResponse:
        """End all of the own sessions."""
        self._sign_in.sign_out_everywhere(me().id)
        tell("account.all_ended")
        return cookies.take(redirect(url_for("console.sign_in"), code=303))

    def _show(self, problem: str | None = None, status: int = 200) -> Response:
        return page(
            "account.html",
            status=status,
            problem=problem,
            sessions=self._sign_in.sessions(me().id),
            own=g.visitor.session.id,
            left=self._staff.recovery_left(me().id),
            least=PASSWORD_MIN,
        )


def _back() -> AnyResponse:
    return redirect(url_for("console.account"), code=303)
