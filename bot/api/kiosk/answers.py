"""Answers to a kiosk: errors as codes, and the same answer to the same request when it comes again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from flask import Request, Response
from pydantic import BaseModel
from redis.exceptions import RedisError

from nhi_core.domain import errors
from nhi_core.wire.kiosk import EndReason, KioskError, KioskErrorCode

if TYPE_CHECKING:
    from redis import Redis

    from nhi_core.ports import Vault

KEPT = timedelta(minutes=10)
_WORKING = timedelta(seconds=30)
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
_CONTEXT = "kiosk-answer"

# The first that fits an error decides: subclasses stand before their bases.
STATUS_OF_ERROR: tuple[tuple[type[errors.CounterError], int, KioskErrorCode], ...] = (
    (errors.KioskRevoked, 403, KioskErrorCode.KIOSK_REVOKED),
    (errors.UnknownPerson, 404, KioskErrorCode.UNKNOWN_PERSON),
    (errors.CardNotCurrent, 409, KioskErrorCode.CARD_NOT_CURRENT),
    (errors.RelationRefused, 409, KioskErrorCode.RELATION_REFUSED),
    (errors.FactLocked, 429, KioskErrorCode.TOO_MANY_ATTEMPTS),
    (errors.SecondFactWrong, 403, KioskErrorCode.SECOND_FACT_WRONG),
    (errors.SessionUnknown, 404, KioskErrorCode.SESSION_UNKNOWN),
    (errors.SessionOver, 410, KioskErrorCode.SESSION_ENDED),
    (errors.DigitsWrong, 409, KioskErrorCode.DIGITS_WRONG),
    (errors.NotBound, 409, KioskErrorCode.NOT_BOUND),
    (errors.IllegalMove, 409, KioskErrorCode.WRONG_STEP),
    (errors.Invalid, 400, KioskErrorCode.INVALID),
    (errors.StoreUnavailable, 503, KioskErrorCode.UNAVAILABLE),
    (errors.CacheUnavailable, 503, KioskErrorCode.UNAVAILABLE),
)


def said(answer: BaseModel, status: int = 200) -> Response:
    """Return an answer as JSON."""
    body = answer.model_dump_json(exclude_none=True)
    return Response(body, status=status, mimetype="application/json")


def refused(
    code: KioskErrorCode,
    status: int,
    *,
    attempts_left: int | None = None,
    retry_in: int | None = None,
    now: int | None = None,
    reason: EndReason | None = None,
) -> Response:
    """Return a refusal as JSON."""
    error = KioskError(error=code, attempts_left=attempts_left, retry_in=retry_in, now=now, reason=reason)
    return said(error, status)


def refusal_of(error: errors.CounterError) -> Response:
    """Return what a kiosk is told of one of our errors."""
    found = ((status, code) for kind, status, code in STATUS_OF_ERROR if isinstance(error, kind))
    status, code = next(found, (500, KioskErrorCode.INTERNAL))
    return refused(
        code,
        status,
        attempts_left=error.attempts_left if isinstance(error, errors.SecondFactWrong) else None,
        retry_in=error.retry_in if isinstance(error, errors.FactLocked) else None,
        reason=cast("EndReason", error.reason) if isinstance(error, errors.SessionOver) else None,
    )


class Remembered:
    """Does a request with an `Idempotency-Key` once, and says the same again for ten minutes, sealed."""

    def __init__(self, vault: Vault, redis: Redis) -> None:
        self._vault = vault
        self._redis = redis

    def answer(self, kiosk_id: str, request: Request, work: Callable[[], Response]) -> Response:
        """Return the remembered answer, or do the work. Raises CacheUnavailable."""
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return work()
        if not _KEY.fullmatch(key):
            return refused(KioskErrorCode.INVALID, 400)
        name = f"kiosk-answer:{kiosk_id}:{key}"
        asked = _digest(request)
        before = self._vault.get(name, context=_CONTEXT)
        if before is not None:
            if before["asked"] != asked:
                return refused(KioskErrorCode.KEY_REUSED, 409)
            return Response(
                str(before["body"]), status=cast("int", before["status"]), mimetype="application/json"
            )
        if not self._begin(name):
            return refused(KioskErrorCode.STILL_WORKING, 409)
        try:
            done = work()
            if done.status_code < 500:
                kept = {"asked": asked, "status": done.status_code, "body": done.get_data(as_text=True)}
                self._vault.put(name, kept, context=_CONTEXT, ttl=KEPT)
            return done
        finally:
            self._finish(name)

    def _begin(self, name: str) -> bool:
        try:
            return bool(self._redis.set(f"nhi:working:{name}", b"1", nx=True, px=_WORKING))
        except RedisError as error:
            raise errors.CacheUnavailable("Redis does not answer") from error

    def _finish(self, name: str) -> None:
        try:
            self._redis.delete(f"nhi:working:{name}")
        except RedisError as error:
            raise errors.CacheUnavailable("Redis does not answer") from error


def _digest(request: Request) -> str:
    said = f"{request.method} {request.path}\n".encode() + request.get_data()
    return hashlib.sha256(said).hexdigest()
