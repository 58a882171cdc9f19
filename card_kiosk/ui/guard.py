"""Who may talk to the companion: this machine's own page, and nobody else.

Three locks: the Host (no other name reaches us: DNS rebinding), the Origin (no other page), and a token of
this start (no other program; the browser gets it by the address that the companion writes).
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Set

from flask import Flask, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

COOKIE = "kiosk"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'"
)
_OPEN = {"/enter", "/health"}


def protect(app: Flask, token: str, ports: Set[int]) -> str:
    """Guard every route; return the second token, which the page sends back with each touch.

    `ports` is looked at for each request: the port is known when the server is bound.
    """
    page_token = secrets.token_urlsafe(24)

    @app.before_request
    def check() -> None:
        if request.host not in {f"{name}:{port}" for port in ports for name in ("127.0.0.1", "localhost")}:
            abort(421)
        origin = request.headers.get("Origin")
        if origin is not None and origin != f"http://{request.host}":
            abort(403)
        if request.path in _OPEN or request.path.startswith("/static/"):
            return
        # The page itself is opened by the browser or by a person; all else comes from the page.
        site = {"same-origin", "none"} if request.path == "/" else {"same-origin"}
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in site:
            abort(403)
        if not _same(request.cookies.get(COOKIE, ""), token):
            abort(403)
        if request.method == "POST":
            if not _same(request.headers.get("X-Kiosk-Token", ""), page_token) or origin is None:
                abort(403)
            if request.mimetype != "application/json":
                abort(415)

    @app.get("/enter")
    def enter() -> AnyResponse:
        """Take the token of the address once, and put it where no script and no other site can read it."""
        if not _same(request.args.get("t", ""), token):
            abort(403)
        answer = redirect("/", 303)
        answer.set_cookie(COOKIE, token, httponly=True, samesite="Strict", path="/")
        return answer

    @app.after_request
    def harden(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = POLICY
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        answer.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        return answer

    return page_token


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())
