"""The sandbox gateway's page: decide as the made-up person would, and misbehave as gateways do.

Registered in the sandbox only. Its callbacks go out over HTTP like anybody's, signed over their exact bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import requests
import structlog
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request

from nhi_core.ports_payments import GatewayAway
from nhi_core.sandbox_gateway import HEADER, SandboxBooks, sign

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

log = structlog.get_logger(__name__)

_OTHER = 100  # NT$ that "another amount" takes less
_TRIES = 2
Deliver = Callable[[str, bytes, dict[str, str]], None]


def deliver(url: str, body: bytes, headers: dict[str, str]) -> None:
    """Post a callback, as a gateway does; a failure is the gateway's own business."""
    try:
        requests.post(url, data=body, headers=headers, timeout=(1, 5), allow_redirects=False)
    except requests.RequestException as error:
        log.warning("sandbox_callback_lost", error=type(error).__name__)


def blueprint(books: SandboxBooks, post: Deliver = deliver) -> Blueprint:
    """Return the page. `post` sends callbacks."""
    page = Blueprint("sandbox_gateway", __name__, url_prefix="/pay/sandbox", template_folder="templates")

    @page.get("/<reference>")
    def show(reference: str) -> Response:
        return make_response(render_template("pay/sandbox.html", entry=_entry(reference), ref=reference))

    @page.post("/<reference>")
    def act(reference: str) -> AnyResponse:
        entry = _entry(reference)
        what = request.form.get("do", "")
        work = _ACTS.get(what)
        if work is None:
            abort(400)
        calls, back = work(entry)
        books.write(reference, entry)
        for _ in range(calls):
            _call(reference, entry)
        if back == "stay":
            return redirect(request.path, code=303)
        return redirect(str(entry[back]), code=303)

    def _entry(reference: str) -> dict[str, Any]:
        try:
            entry = books.read(reference)
        except GatewayAway:
            abort(503)
        if entry is None:
            abort(404)
        return entry

    def _call(reference: str, entry: dict[str, Any]) -> None:
        body = json.dumps(
            {"order": reference, "status": entry["status"], "amount": entry["received"]}
        ).encode()
        post(
            str(entry["callback"]),
            body,
            {"Content-Type": "application/json", HEADER: sign(body)},
        )

    @page.after_request
    def headers(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; form-action 'self' https:; frame-ancestors 'none'"
        )
        return answer

    return page


def _pay(entry: dict[str, Any], amount: int) -> None:
    entry.update(status="paid", received=amount, silent=False)


def _approve(entry: dict[str, Any]) -> tuple[int, str]:
    _pay(entry, int(entry["amount"]))
    return 1, "back"


def _refuse(entry: dict[str, Any]) -> tuple[int, str]:
    entry.update(status="refused", silent=False)
    return 1, "back"


def _twice(entry: dict[str, Any]) -> tuple[int, str]:
    _pay(entry, int(entry["amount"]))
    return _TRIES, "back"


def _late(entry: dict[str, Any]) -> tuple[int, str]:
    """Take the money and say nothing: the callback comes when its button is pressed."""
    _pay(entry, int(entry["amount"]))
    return 0, "stay"


def _other(entry: dict[str, Any]) -> tuple[int, str]:
    _pay(entry, max(1, int(entry["amount"]) - _OTHER))
    return 1, "back"


def _silent(entry: dict[str, Any]) -> tuple[int, str]:
    """Take the money, then answer no question any more (until "wake")."""
    _pay(entry, int(entry["amount"]))
    entry["silent"] = True
    return 0, "back"


def _wake(entry: dict[str, Any]) -> tuple[int, str]:
    entry["silent"] = False
    return 0, "stay"


def _again(entry: dict[str, Any]) -> tuple[int, str]:
    del entry
    return 1, "stay"


def _turn_back(entry: dict[str, Any]) -> tuple[int, str]:
    del entry
    return 0, "cancelled"


_ACTS: dict[str, Callable[[dict[str, Any]], tuple[int, str]]] = {
    "approve": _approve,
    "refuse": _refuse,
    "twice": _twice,
    "late": _late,
    "other": _other,
    "silent": _silent,
    "wake": _wake,
    "call": _again,
    "cancel": _turn_back,
}
