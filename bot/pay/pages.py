"""`/pay/…`: authentication is the signed link, and behind it the binding in force, at every request.

Looking changes nothing that matters; paying is a POST. No script, no cookie, nothing personal in an address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog
from flask import Blueprint, Response, make_response, redirect, request, send_file

from bot.pay import receipts
from bot.pay.words import page_language
from bot.pay.writing import Writer
from nhi_core.domain.errors import CacheUnavailable, StoreUnavailable
from nhi_core.domain.payment import (
    AmountChanged,
    AttemptPending,
    ChannelRefused,
    OrderClosed,
    OrderState,
    PayLinkOver,
)
from nhi_core.ports_payments import CallbackForged, GatewayAway, RawCallback

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from nhi_core.bootstrap import Core

log = structlog.get_logger(__name__)

# Gateways are other sites: a browser checks where a form's answer leads to as well.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self' https:"
)
_NOTES: Mapping[type[Exception], tuple[str, int]] = {
    AmountChanged: ("changed", 409),
    AttemptPending: ("busy", 409),
    ChannelRefused: ("refused", 409),
    OrderClosed: ("closed", 409),
    GatewayAway: ("away", 503),
}
_AWAY = (StoreUnavailable, CacheUnavailable)


def blueprint(core: Core) -> Blueprint:
    """Return the pages and the callbacks."""
    pages = Blueprint("pay", __name__, url_prefix="/pay", static_folder="static", template_folder="templates")
    desk = _Desk(core)
    pages.get("/<token>")(desk.show)
    pages.post("/<token>/start/<channel>")(desk.start)
    pages.get("/<token>/back")(desk.back)
    pages.get("/<token>/cancelled")(desk.cancelled)
    pages.get("/<token>/show/<channel>")(desk.hand_off)
    pages.get("/<token>/receipt.pdf")(desk.receipt)
    pages.post("/callbacks/<channel>")(desk.callback)
    pages.after_request(_headers)
    return pages


class _Desk:
    def __init__(self, core: Core) -> None:
        self._core = core
        self._pay = core.payments
        self._writer = Writer(core)

    def show(self, token: str) -> Response:
        """The page of an order."""
        return self._page(token)

    def start(self, token: str, channel: str) -> AnyResponse:
        """Begin to pay at a gateway, or say why not."""
        amount = request.form.get("amount", type=int)
        language = page_language(request)
        try:
            order_id = self._pay.links.read(token)
            address = self._pay.start(order_id, channel, amount=amount or 0, language=language)
        except PayLinkOver:
            return self._over()
        except tuple(_NOTES) as problem:
            note, status = _NOTES[type(problem)]
            log.info("payment_not_started", channel=channel, reason=note)
            return self._page(token, note=note, status=status)
        return redirect(address, code=303)

    def back(self, token: str) -> AnyResponse:
        """The browser is back from a gateway: ask, then show how it stands."""
        return self._returned(token, cancelled=False)

    def cancelled(self, token: str) -> AnyResponse:
        """The person turned back at the gateway."""
        return self._returned(token, cancelled=True)

    def hand_off(self, token: str, channel: str) -> Response:
        """Store barcodes, or the QR of the agency's page."""
        language = page_language(request)
        try:
            order_id = self._pay.links.read(token)
            body = self._writer.hand_off(order_id, token, channel, language)
        except PayLinkOver:
            return self._over()
        except _AWAY:
            return self._unavailable()
        return self._page(token, note="refused", status=409) if body is None else make_response(body)

    def receipt(self, token: str) -> Response:
        """The record of a payment, as a PDF."""
        language = page_language(request)
        try:
            order_id = self._pay.links.read(token)
            view = self._pay.page(order_id)
        except PayLinkOver:
            return self._over()
        if view.state is not OrderState.PAID:
            return self._page(token, status=404)
        return make_response(
            send_file(
                receipts.draw(view, language),
                mimetype="application/pdf",
                download_name="nhi-payment.pdf",
                as_attachment=True,
            )
        )

    def callback(self, channel: str) -> Response:
        """A gateway's report: its exact bytes are judged, its content is only a reason to ask."""
        body = request.get_data(cache=False)
        raw = RawCallback(body, dict(request.headers), request.remote_addr)
        try:
            outcome = self._pay.called_back(channel, raw, hashlib.sha256(body).hexdigest())
        except ChannelRefused:
            return Response(status=404)
        except CallbackForged:
            log.warning("payment_callback_forged", channel=channel[:32])
            return Response(status=401)
        except _AWAY:
            # Not taken: the gateway tries again, and the sweeper asks in any case.
            return Response(status=503)
        log.info("payment_callback", channel=channel, outcome=outcome)
        return Response("OK", mimetype="text/plain")

    def _returned(self, token: str, *, cancelled: bool) -> AnyResponse:
        try:
            self._pay.came_back(self._pay.links.read(token), cancelled=cancelled)
        except PayLinkOver:
            return self._over()
        except _AWAY:
            return self._unavailable()
        # A fresh address for the reader's history: going back to it asks nothing again.
        return redirect(f"/pay/{token}?lang={page_language(request)}", code=303)

    def _page(self, token: str, *, note: str | None = None, status: int = 200) -> Response:
        language = page_language(request)
        try:
            order_id = self._pay.links.read(token)
            view = self._pay.page(order_id)
        except PayLinkOver:
            return self._over()
        except _AWAY:
            return self._unavailable()
        return make_response(self._writer.order(view, token, language, note=note), status)

    def _over(self) -> Response:
        return make_response(self._writer.plain("over", page_language(request)), 410)

    def _unavailable(self) -> Response:
        return make_response(self._writer.plain("unavailable", page_language(request)), 503)


def _headers(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    if request.endpoint == "pay.static":
        answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer
