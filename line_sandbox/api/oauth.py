"""Stateless channel access tokens (`/oauth2/v3/token`), for a channel's id and secret. Never journalled."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, jsonify, request

from line_sandbox import faults
from line_sandbox.api.base import platform
from line_sandbox.errors import LineError
from line_sandbox.tokens import ACCESS_LIFE

ENDPOINT = "oauth.issue_token"
bp = Blueprint("oauth", __name__)


@bp.post("/oauth2/v3/token")
def issue_token() -> tuple[Response, int]:
    """A token for a quarter of an hour. Assertions (JWT) are not taken here."""
    config = platform().config
    with platform().lock:
        fault = platform().faults.take(ENDPOINT, named=True)
    try:
        faults.before(fault)
    except LineError as error:
        return jsonify(error.body()), error.status
    if request.form.get("grant_type") != "client_credentials":
        return _refused("invalid_request", "unsupported grant_type")
    known = hmac.compare_digest(request.form.get("client_id", "").encode(), config.channel_id.encode())
    right = hmac.compare_digest(
        request.form.get("client_secret", "").encode(), config.channel_secret.encode()
    )
    if not (known and right):
        return _refused("invalid_client", "invalid client_secret")
    with platform().lock:
        token = platform().access.issue()
    return jsonify({"token_type": "Bearer", "access_token": token, "expires_in": ACCESS_LIFE}), 200


def _refused(error: str, words: str) -> tuple[Response, int]:
    return jsonify(error=error, error_description=words), 400
