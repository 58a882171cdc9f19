"""The Flask application: Messaging API, control API, chat page."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request

from line_sandbox import acting, guard
from line_sandbox.api import bp as line_api
from line_sandbox.api import oauth
from line_sandbox.config import SandboxConfig
from line_sandbox.control import bp as control
from line_sandbox.platform import Platform

MAX_UPLOAD = 25 * 1024 * 1024
LINKED = "<!doctype html><meta charset=utf-8><title>LINE</title><p>{}</p>"


def create_app(config: SandboxConfig | None = None) -> Flask:
    """A sandbox of its own; `app.extensions["line_sandbox"]` is its Platform (close it when done)."""
    app = Flask(__name__, static_folder="static", static_url_path="/static")
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = MAX_UPLOAD
    config = config or SandboxConfig()
    platform = Platform(config)
    app.extensions["line_sandbox"] = platform
    guard.protect(app, config.allowed_hosts)
    app.register_blueprint(line_api)
    app.register_blueprint(oauth.bp)
    app.register_blueprint(control)

    @app.get("/")
    def page() -> Response:
        return app.send_static_file("index.html")

    @app.get("/health/live")
    def live() -> Response:
        return jsonify({"status": "ok"})

    @app.get("/dialog/bot/accountLink")
    def account_link() -> str:
        """Stands for access.line.me: the person agrees by opening it."""
        nonce = request.args.get("nonce", "")
        event = acting.account_link(platform, request.args.get("linkToken", ""), nonce)
        if event is None:
            return LINKED.format("連結已失效 · The link has expired")
        platform.emit([event])
        if event["link"]["result"] == "ok":
            return LINKED.format("帳號連結完成 · Linked")
        return LINKED.format("帳號連結失敗 · Linking failed")

    return app
