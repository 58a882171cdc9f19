"""What all Messaging API calls share: bearer token, rate limit, faults, request id, journal, error bodies."""

from __future__ import annotations

import hmac
import json
import time
from typing import Any, cast

from flask import Blueprint, Response, current_app, g, jsonify, request
from werkzeug.exceptions import HTTPException

from line_sandbox import faults, ids
from line_sandbox.errors import LineError, not_found, unauthorized
from line_sandbox.platform import Platform

MAX_JSON = 2 * 1024 * 1024
JOURNAL_JSON = 200 * 1024
bp = Blueprint("line", __name__)


def platform() -> Platform:
    """The platform of this app."""
    return cast(Platform, current_app.extensions["line_sandbox"])


def endpoint() -> str:
    """Short name of the called endpoint, as in limits.LIMITS and in ordered faults."""
    return (request.endpoint or "").removeprefix("line.")


def body() -> Any:
    """The JSON body. LineError 413 above 2 MB, 400 when it is no JSON object."""
    if (request.content_length or 0) > MAX_JSON:
        raise LineError(413, "Request entity too large")
    try:
        value = json.loads(request.get_data())
    except ValueError as error:
        raise LineError(400, "The request body could not be parsed as JSON") from error
    if not isinstance(value, dict):
        raise LineError(400, "The request body could not be parsed as JSON")
    return value


def done(answer: dict[str, Any] | None = None, status: int = 200) -> tuple[Response, int]:
    """A success with LINE's empty object by default."""
    return jsonify(answer or {}), status


@bp.before_request
def enter() -> None:
    """Token first, then the limit, then any ordered fault."""
    g.request_id = ids.request_id()
    g.fault = None
    sent = request.headers.get("Authorization", "")
    right = f"Bearer {platform().config.access_token}"
    with platform().lock:
        issued = platform().access.valid(sent.removeprefix("Bearer "))
        if not issued and not hmac.compare_digest(sent.encode(), right.encode()):
            raise unauthorized()
        platform().limits.take(endpoint())
        g.fault = platform().faults.take(endpoint())
    faults.before(g.fault)


@bp.errorhandler(LineError)
def refused(error: LineError) -> Response:
    """LINE's own body and headers."""
    answer = jsonify(error.body())
    answer.status_code = error.status
    answer.headers.extend(dict(error.headers))
    return answer


@bp.errorhandler(HTTPException)
def http_error(error: HTTPException) -> Response:
    """Wrong path or method."""
    return refused(not_found() if error.code == 404 else LineError(error.code or 500, error.name))


def _shown_request() -> Any:
    """The request for the journal; very large ones are only named, as the journal keeps a thousand."""
    if not request.is_json:
        return None
    size = request.content_length or 0
    return request.get_json(silent=True) if size <= JOURNAL_JSON else f"({size} bytes)"


@bp.after_request
def leave(answer: Response) -> Response:
    """Request id, journal, and the answer that gets lost on order."""
    fault = g.get("fault")
    if fault is not None and fault.kind == "lost_answer":
        time.sleep(fault.seconds)
        answer = refused(LineError(500, "Internal server error"))
    answer.headers["X-Line-Request-Id"] = g.request_id
    is_json = answer.is_json
    platform().journal.add(
        "api",
        platform().clock.ms(),
        endpoint=endpoint(),
        method=request.method,
        path=request.path,
        status=answer.status_code,
        requestId=g.request_id,
        request=_shown_request(),
        response=answer.get_json(silent=True) if is_json else None,
        retryKey=request.headers.get("X-Line-Retry-Key"),
    )
    return answer
