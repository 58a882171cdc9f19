"""Who may talk to the sandbox: only names of this machine, and for the control API only its own page."""

from __future__ import annotations

from flask import Flask, Response, abort, request

LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
# Pictures in messages are the bot's business; everything else must come from here.
POLICY = (
    "default-src 'self'; style-src 'self'; img-src 'self' data: blob: https:"
    " http://127.0.0.1:* http://localhost:*; media-src 'self' https: blob:; object-src 'none';"
    " base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


def protect(app: Flask, allowed_hosts: frozenset[str]) -> None:
    """Refuse foreign Host names (DNS rebinding) everywhere and foreign pages on the control API."""

    @app.before_request
    def check() -> None:
        host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
        if host not in LOOPBACK | allowed_hosts:
            abort(421)
        if request.path.startswith("/_sandbox"):
            origin = request.headers.get("Origin")
            if origin is not None and origin != f"{request.scheme}://{request.host}":
                abort(403)
            if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
                abort(403)

    @app.after_request
    def harden(answer: Response) -> Response:
        answer.headers.setdefault("Content-Security-Policy", POLICY)
        answer.headers.setdefault("X-Content-Type-Options", "nosniff")
        answer.headers.setdefault("Referrer-Policy", "no-referrer")
        return answer
