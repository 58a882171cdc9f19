"""The session's cookie: a random token, readable by the browser alone, for this host alone."""

from __future__ import annotations

from flask import Flask, Request, current_app
from werkzeug.wrappers import Response

from nhi_core.domain.staff import ABSOLUTE

_KEY = "CONSOLE_COOKIE"
_FORMS = "nhi_console_form"
_SESSION = "nhi_console"


def configure(app: Flask, public_url: str, secret: bytes) -> None:
    """Name the cookies of this deployment: `__Host-` needs https, so a plain address goes without.

    Flask's own session holds the form token, the language and the next message: nothing of a person.
    """
    secure = public_url.startswith("https://")
    prefix = "__Host-" if secure else ""
    app.config[_KEY] = (prefix + _SESSION, secure)
    app.config.update(
        SECRET_KEY=secret,
        SESSION_COOKIE_NAME=prefix + _FORMS,
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=int(ABSOLUTE.total_seconds()),
    )


def token_of(request: Request) -> str:
    """Return the token that the browser sent, or nothing."""
    name, _secure = current_app.config[_KEY]
    return request.cookies.get(name, "")


def give(answer: Response, token: str) -> Response:
    """Put the token into the browser, until it is closed; the row behind it ends sooner in any case."""
    name, secure = current_app.config[_KEY]
    answer.set_cookie(name, token, httponly=True, secure=secure, samesite="Lax", path="/")
    return answer


def take(answer: Response) -> Response:
    """Take the token out of the browser."""
    name, secure = current_app.config[_KEY]
    answer.delete_cookie(name, httponly=True, secure=secure, samesite="Lax", path="/")
    return answer
