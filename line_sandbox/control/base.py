"""Blueprint and error answers of the control API."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from line_sandbox.acting import Impossible

bp = Blueprint("control", __name__, url_prefix="/_sandbox")


class BadControl(Exception):
    """The control request itself makes no sense."""


def sent() -> dict[str, Any]:
    """The JSON object of the request. Raises BadControl."""
    value = request.get_json(silent=True)
    if not isinstance(value, dict):
        raise BadControl("a JSON object is expected")
    return value


@bp.errorhandler(Impossible)
def impossible(error: Impossible) -> tuple[Response, int]:
    """409: the person cannot do that in the app."""
    return jsonify({"message": str(error)}), 409


@bp.errorhandler(BadControl)
@bp.errorhandler(ValueError)
@bp.errorhandler(KeyError)
def bad(error: Exception) -> tuple[Response, int]:
    """400: a missing or wrong field."""
    said = f"missing: {error.args[0]}" if isinstance(error, KeyError) else str(error)
    return jsonify({"message": said}), 400
