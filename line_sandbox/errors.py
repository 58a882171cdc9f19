"""LINE's error answers. The words are LINE's (they may change); programs must branch on the status alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class LineError(Exception):
    """An answer other than 2xx. `details`: {"message", "property"} pairs; `extra`: further body keys."""

    status: int
    message: str
    details: Sequence[Mapping[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.status} {self.message}"

    def body(self) -> dict[str, Any]:
        """The JSON body that LINE would send."""
        body: dict[str, Any] = {"message": self.message}
        if self.details:
            body["details"] = [dict(d) for d in self.details]
        return {**body, **self.extra}


def invalid_property(name: str) -> LineError:
    """400: one property has the wrong JSON type or names nobody this channel can reach."""
    return LineError(400, f"The property, '{name}', in the request body is invalid (line: -, column: -)")


def invalid_reply_token() -> LineError:
    """400: unknown, used or dead token."""
    return LineError(400, "Invalid reply token")


def unauthorized() -> LineError:
    """401: no token or a wrong one."""
    return LineError(
        401,
        "Authentication failed. Confirm that the access token in the authorization header is valid.",
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


def not_available() -> LineError:
    """403: the account's plan or status does not include this API."""
    return LineError(403, "Access to this API is not available for your account")


def not_found() -> LineError:
    """404."""
    return LineError(404, "Not found")


def gone() -> LineError:
    """410: the sender unsent the message."""
    return LineError(410, "The content is gone")


def monthly_limit() -> LineError:
    """429: the plan's messages are used up."""
    return LineError(429, "You have reached your monthly limit.")


def rate_limit() -> LineError:
    """429: too many calls to one endpoint."""
    return LineError(429, "The API rate limit has been exceeded. Try again later.")


def retry_key_accepted(request_id: str, extra: Mapping[str, Any]) -> LineError:
    """409: the same retry key was accepted before; `extra` repeats sentMessages for a push."""
    return LineError(
        409,
        "The retry key is already accepted",
        headers={"X-Line-Accepted-Request-Id": request_id},
        extra=extra,
    )
