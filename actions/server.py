"""Our own server around the SDK's executor: a token, no CORS, loopback, errors without content.

The SDK's own server binds every interface, allows any origin and echoes the tracker in its error body.
"""

from __future__ import annotations

import asyncio
import hmac
from typing import TYPE_CHECKING, Any

import click
import structlog
from flask import Flask, Response, jsonify, request
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionNotFoundException

from actions.registry import all_actions
from nhi_core import tracing
from nhi_core.bootstrap import Core, build
from nhi_core.logs import configure
from nhi_core.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger(__name__)

MAX_BODY = 2 * 1024 * 1024


def create_app(settings: Settings | None = None, core: Core | None = None) -> Flask:
    """Build the WSGI application. `POST /webhook` is Rasa's call; `GET /health/live` is open."""
    settings = settings or Settings.load()
    configure(settings, process="actions")
    tracing.configure(settings, process="actions")
    core = core or build(settings)
    executor = ActionExecutor()
    for action in all_actions(core):
        executor.register_action(action)
    app = Flask("actions", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    expected = f"Bearer {settings.actions_token.get_secret_value()}".encode()
    app.before_request(_token_check(expected))
    app.add_url_rule("/health/live", view_func=_live)
    app.add_url_rule("/webhook", view_func=_webhook(executor), methods=["POST"])
    return app


def _live() -> Response:
    return jsonify(status="ok")


def _token_check(expected: bytes) -> Callable[[], tuple[Response, int] | None]:
    def check() -> tuple[Response, int] | None:
        given = request.headers.get("Authorization", "").encode()
        if request.path != "/health/live" and not hmac.compare_digest(given, expected):
            return jsonify(error="unauthorized"), 401
        return None

    return check


def _webhook(executor: ActionExecutor) -> Callable[[], tuple[Response, int]]:
    def webhook() -> tuple[Response, int]:
        call: Any = request.get_json(silent=True)
        if not isinstance(call, dict) or not isinstance(call.get("tracker"), dict):
            return jsonify(error="bad_request"), 400
        # None of our actions reads the domain; without it the executor keeps no state between calls.
        call["domain"] = {}
        try:
            result = asyncio.run(executor.run(call))
        except ActionNotFoundException:
            return jsonify(error="unknown_action", action_name=str(call.get("next_action"))[:80]), 404
        except Exception as problem:
            log.exception("action_call_failed", error=type(problem).__name__)
            return jsonify(error="internal"), 500
        return jsonify(result.model_dump() if hasattr(result, "model_dump") else result), 200

    return webhook


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=5055, show_default=True, help="The port.")
@click.option("--threads", default=8, show_default=True, help="How many calls are answered at once.")
def main(host: str, port: int, threads: int) -> None:
    """Serve with one gunicorn process, on the loopback interface unless told otherwise."""
    from gunicorn.app.base import BaseApplication  # noqa: PLC0415 - gunicorn is not importable on Windows

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for key, value in {
                "bind": f"{host}:{port}",
                "workers": 1,
                "worker_class": "gthread",
                "threads": threads,
                "keepalive": 30,
                "loglevel": "warning",
                "proc_name": "nhi-actions",
            }.items():
                self.cfg.set(key, value)

        def load(self) -> Flask:
            return create_app()

    Server().run()


if __name__ == "__main__":
    main()
