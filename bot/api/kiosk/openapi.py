"""The calls as an OpenAPI 3.1 document, made of the wire's own models.

`python -m bot.api.kiosk.openapi > docs/openapi/kiosk.json` writes it anew.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from nhi_core.wire import kiosk as wire
from nhi_core.wire.kiosk import KioskErrorCode as Code

BASE = "/kiosk/v1"
_SIGNED = (Code.SIGNATURE_REFUSED, Code.REPLAYED, Code.CLOCK_OFF, Code.KIOSK_REVOKED, Code.TOO_MANY_REQUESTS)
_SESSION = (*_SIGNED, Code.SESSION_UNKNOWN, Code.SESSION_ENDED, Code.WRONG_STEP)
_STATUS = {
    Code.INVALID: 400,
    Code.SIGNATURE_REFUSED: 401,
    Code.REPLAYED: 401,
    Code.CLOCK_OFF: 401,
    Code.KIOSK_REVOKED: 403,
    Code.SECOND_FACT_WRONG: 403,
    Code.UNKNOWN_PERSON: 404,
    Code.SESSION_UNKNOWN: 404,
    Code.CARD_NOT_CURRENT: 409,
    Code.RELATION_REFUSED: 409,
    Code.WRONG_STEP: 409,
    Code.DIGITS_WRONG: 409,
    Code.CONSENT_OUTDATED: 409,
    Code.NOT_BOUND: 409,
    Code.KEY_REUSED: 409,
    Code.STILL_WORKING: 409,
    Code.SESSION_ENDED: 410,
    Code.TOO_MANY_ATTEMPTS: 429,
    Code.TOO_MANY_REQUESTS: 429,
    Code.UNAVAILABLE: 503,
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `summary` is for people, the rest is the contract."""

    method: str
    path: str
    summary: str
    answer: type[BaseModel]
    body: type[BaseModel] | None = None
    errors: tuple[Code, ...] = ()
    status: int = 200
    once: bool = True
    """Whether `Idempotency-Key` means something."""


CALLS: tuple[Call, ...] = (
    Call("get", "/time", "The server's clock; not signed.", wire.TimeAnswer, once=False),
    Call(
        "post", "/hello", "Who the server takes the kiosk for.", wire.HelloAnswer, wire.Nothing, _SIGNED,
        once=False,
    ),
    Call(
        "post", "/sessions", "A card was read and the privacy notice agreed to.", wire.SessionOpened,
        wire.OpenSession,
        (
            *_SIGNED, Code.UNKNOWN_PERSON, Code.CARD_NOT_CURRENT, Code.RELATION_REFUSED,
            Code.CONSENT_OUTDATED, Code.TOO_MANY_ATTEMPTS,
        ),
        201,
    ),
    Call(
        "post", "/sessions/{session}/second-fact", "What only the insured person should know.",
        wire.CodeShown, wire.SecondFact, (*_SESSION, Code.SECOND_FACT_WRONG, Code.TOO_MANY_ATTEMPTS),
    ),
    Call(
        "get", "/sessions/{session}", "Where the session stands.", wire.SessionView, None,
        (*_SIGNED, Code.SESSION_UNKNOWN), once=False,
    ),
    Call(
        "post", "/sessions/{session}/confirm", "The phone shows these digits, says the person at the kiosk.",
        wire.SessionView, wire.ConfirmDigits, (*_SESSION, Code.DIGITS_WRONG),
    ),
    Call(
        "post", "/sessions/{session}/renew", "A fresh code; the old one dies.", wire.CodeShown, wire.Nothing,
        _SESSION,
    ),
    Call(
        "post", "/sessions/{session}/unbind", "Untie the card's person; possible after the second fact.",
        wire.SessionView, wire.Nothing, (*_SESSION, Code.NOT_BOUND),
    ),
    Call(
        "delete", "/sessions/{session}", "The card is out, or the person has thought again; idempotent.",
        wire.SessionEnded, wire.EndSession, (*_SIGNED, Code.SESSION_UNKNOWN), once=False,
    ),
)  # fmt: skip


def document() -> dict[str, Any]:
    """Return the document."""
    models = {call.answer for call in CALLS} | {call.body for call in CALLS if call.body} | {wire.KioskError}
    _names, schemas = models_json_schema(
        [(model, "validation") for model in sorted(models, key=lambda model: model.__name__)],
        ref_template="#/components/schemas/{model}",
    )
    paths: dict[str, dict[str, Any]] = {}
    for call in CALLS:
        paths.setdefault(BASE + call.path, {})[call.method] = _operation(call)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kiosk and server", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "signature": {
                    "type": "http",
                    "scheme": "signature",
                    "description": "RFC 9421, Ed25519; see docs/kiosk-binding.md.",
                }
            },
        },
    }


def _operation(call: Call) -> dict[str, Any]:
    signed = call.path != "/time"
    found: dict[str, Any] = {
        "summary": call.summary,
        "security": [{"signature": []}] if signed else [],
        "parameters": _parameters(call),
        "responses": {
            str(call.status): {"description": "Done.", "content": _json(call.answer)},
            **_refusals(call),
        },
    }
    if call.body is not None:
        found["requestBody"] = {"required": True, "content": _json(call.body)}
    return found


def _parameters(call: Call) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if "{session}" in call.path:
        found.append({"name": "session", "in": "path", "required": True, "schema": {"type": "string"}})
    if call.once:
        schema = {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"}
        found.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema})
    return found


def _refusals(call: Call) -> dict[str, Any]:
    codes = [
        *call.errors,
        *([Code.INVALID] if call.body else []),
        *([Code.UNAVAILABLE] if call.errors else []),
    ]
    codes += [Code.KEY_REUSED, Code.STILL_WORKING] if call.once else []
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(_STATUS[code], []).append(code.value)
    return {
        str(status): {"description": ", ".join(sorted(names)), "content": _json(wire.KioskError)}
        for status, names in sorted(by_status.items())
    }


def _json(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), indent=2, ensure_ascii=False) + "\n")
