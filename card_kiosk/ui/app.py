"""The companion's pages: one page, its live view, its touches."""

from __future__ import annotations

from collections.abc import Callable, Set
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, jsonify, render_template, request

from card_kiosk.companion import Act, Verdict
from card_kiosk.ui.guard import protect
from card_kiosk.ui.hub import Hub
from nhi_core.wire import LANGUAGES

HERE = Path(__file__).resolve().parent
WORDS = HERE / "words"
_STATUS = {"ok": 200, "stale": 409, "refused": 422}
_MOST_BODY = 4096  # bytes


def create_app(
    hub: Hub, act: Callable[[Act], Verdict], *, token: str, ports: Set[int], sandbox: bool = False
) -> Flask:
    """Return the app; `sandbox` puts the card drawer on the page (its routes come from drawer.py)."""
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = _MOST_BODY
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    page_token = protect(app, token, ports)

    @app.get("/")
    def page() -> str:
        return render_template("kiosk.html", token=page_token, languages=LANGUAGES, sandbox=sandbox)

    @app.get("/words/<language>.json")
    def words(language: str) -> Response:
        if language not in LANGUAGES:
            abort(404)
        return Response((WORDS / f"{language}.json").read_text("utf-8"), mimetype="application/json")

    @app.get("/events")
    def events() -> Response:
        return Response(hub.stream(), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})

    @app.post("/act")
    def touch() -> tuple[Response, int]:
        body: Any = request.get_json(silent=True)
        if not isinstance(body, dict):
            abort(400)
        seq, name, value = body.get("seq"), body.get("act"), body.get("value", "")
        if type(seq) is not int or not isinstance(name, str) or not isinstance(value, str):
            abort(400)
        verdict = act(Act(seq, name, value))
        return jsonify({"verdict": verdict}), _STATUS[verdict]

    @app.get("/health")
    def health() -> Response:
        """For whoever supervises us: the screen's name, nothing of a person."""
        view = hub.latest
        return jsonify({"screen": view.get("screen"), "problem": view.get("problem")})

    return app
