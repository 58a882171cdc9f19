"""The web process: every blueprint is registered together with its authentication."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import structlog
from flask import Flask, Request, Response, abort, jsonify, request
from pydantic import SecretStr
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from bot import metrics, webhook
from bot.api import health, kiosk, media
from bot.api import metrics as metrics_api
from bot.api.figures import Figures
from bot.console import blueprint as console
from bot.link import pages as link
from bot.mailbox import Mailbox
from bot.notices import ack_pages
from bot.notices import pages as notice_pages
from bot.pay import pages as pay
from bot.pay import sandbox as sandbox_gateway
from bot.privacy import pages as privacy_page
from bot.slips import pages as slip_pages
from bot.workers.queue import bell_with, configured, tell_with
from nhi_core import bootstrap, logs, measures, tracing
from nhi_core.settings import Settings

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core

log = structlog.get_logger(__name__)

MAX_BODY = 1024 * 1024  # LINE's own webhooks are far below it

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000",
}


def create_app(
    settings: Settings | None = None,
    core: Core | None = None,
    *,
    enqueue: webhook.Enqueue | None = None,
    tell: kiosk.Tell | None = None,
) -> Flask:
    """Build the web application. Raises SettingsRefused when the environment cannot be used.

    `enqueue` queues a mailbox, `tell` hurries what accounts are to be told; both default to the task queue
    (a mailbox is then queued in the step that stores the mail).
    """
    settings = settings or Settings.load()
    logs.configure(settings, process="web")
    tracing.configure(settings, process="web")
    core = core or bootstrap.build(settings)
    mailbox = Mailbox(core.redis, core.sealer, None if enqueue else bell_with(configured(settings)))

    app = Flask("bot", static_folder=None)
    app.request_class = CleanRequest
    if settings.trusted_proxies:
        # The caller's address alone: host and scheme are ours to say (NHI_PUBLIC_URL).
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0
        )
    app.register_blueprint(
        webhook.blueprint(  # authentication: LINE's signature
            channel_secret=settings.line_channel_secret.get_secret_value(),
            mailbox=mailbox,
            fingerprints=core.fingerprints,
            clock=core.clock,
            enqueue=enqueue,
        )
    )
    app.register_blueprint(health.blueprint(health.checks(settings, core)))  # open: parts by name only
    # authentication: each request signed with the key of an enrolled kiosk
    app.register_blueprint(kiosk.blueprint(core, tell or tell_with(configured(settings))))
    if core.account_links.offered:
        app.register_blueprint(link.blueprint(core))  # authentication: the random token, once
    app.register_blueprint(pay.blueprint(core))  # authentication: signed links; callbacks: the gateways' own
    app.register_blueprint(slip_pages.blueprint(core))  # authentication: signed links; forms: their own token
    if core.payment_means.sandbox_books is not None:
        app.register_blueprint(sandbox_gateway.blueprint(core.payment_means.sandbox_books))  # sandbox only
    app.register_blueprint(console.blueprint(core))  # authentication: the session's row, and a role a page
    app.register_blueprint(notice_pages.blueprint(core.notice_links))  # authentication: signed addresses
    app.register_blueprint(ack_pages.blueprint(core.notice_ack_links, settings))  # the same
    app.register_blueprint(privacy_page.blueprint(settings))  # open: the same for everybody
    app.register_blueprint(media.blueprint(core.pictures, core.history))  # authentication: the random token
    # authentication: this machine only, or a token
    app.register_blueprint(metrics_api.blueprint(Figures(core, mailbox), _plain(settings.metrics_token)))
    finish_app(app)
    return app


def _plain(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def finish_app(app: Flask) -> None:
    """Give an application what holds for every page: the size limit, refusals in JSON, safe headers."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    # Its redirect to the tidy path would name the host that the caller claims.
    app.url_map.merge_slashes = False
    app.before_request(_refuse_zero)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)
    app.after_request(_finish)


class CleanRequest(Request):
    """A request whose form holds no zero byte: no database of ours can keep one, and no person types one."""

    def _load_form_data(self) -> None:
        super()._load_form_data()
        if _holds_zero(value for values in self.form.listvalues() for value in values):
            abort(400)


def _refuse_zero() -> Response | None:
    """The same for the path and the query, before anything looks at them."""
    values = (value for found in request.args.listvalues() for value in found)
    return _http_error(BadRequest()) if _holds_zero((request.path, *values)) else None


def _holds_zero(values: Iterable[str]) -> bool:
    return any("\0" in value for value in values)


def _http_error(error: HTTPException) -> Response:
    """Answer every refusal in JSON, with a code and nothing of the request."""
    status = error.code or 500
    answer = jsonify(error=(error.name or "error").lower().replace(" ", "_"))
    answer.status_code = status
    return answer


def _unexpected(error: Exception) -> Response:
    """A fault of ours: logged by kind and place, answered without a word about it."""
    log.exception("request_failed", error=type(error).__name__)
    answer = jsonify(error="internal")
    answer.status_code = 500
    return answer


def _finish(answer: Response) -> Response:
    for name, value in _HEADERS.items():
        answer.headers.setdefault(name, value)
    # What Flask says of a file ("no-cache") lets a browser keep it: a receipt on a shared computer.
    if not answer.cache_control.public:
        answer.headers["Cache-Control"] = _HEADERS["Cache-Control"]
    metrics.WEBHOOKS.labels(status=str(answer.status_code)).inc()
    measures.note_memory("web")
    return answer
