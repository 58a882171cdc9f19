"""The kiosks' authentication: HTTP Message Signatures (RFC 9421) with the kiosk's Ed25519 key.

Covered: method, path, and the digest of the body when there is one; created, nonce, keyid. A signature is
good for a minute on either side of our clock, and once.
"""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import structlog
from flask import Request
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, InvalidSignature
from http_message_signatures.algorithms import ED25519
from redis.exceptions import RedisError

from nhi_core.domain.errors import CacheUnavailable, KioskRevoked, StoreUnavailable
from nhi_core.domain.kiosks import Kiosk
from nhi_core.security.device_keys import read_public_key
from nhi_core.wire.kiosk import SIGNATURE_LABEL, SIGNATURE_WINDOW

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from redis import Redis

    from nhi_core.ports import Clock
    from nhi_core.services.kiosks import KioskService

log = structlog.get_logger(__name__)

NONCE_KEPT = timedelta(minutes=3)  # longer than any signature is good
_NONCE = re.compile(r"[A-Za-z0-9_-]{22,64}", re.ASCII)
_COVERED = ("@method", "@path")


class SignatureRefused(Exception):
    """The request is not signed by a kiosk of ours. The text is for the log."""


class ClockOff(Exception):
    """Signed outside the window: the kiosk's clock, or a very late request."""


class Replayed(Exception):
    """This signature was used before."""


class _Keys(HTTPSignatureKeyResolver):
    """Finds the public key of an enrolled kiosk, revoked or not: who may know of that must hold the key."""

    def __init__(self, kiosks: KioskService) -> None:
        self._kiosks = kiosks
        self.found: Kiosk | None = None

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        """Return the key. Raises Invalid, KioskRefused."""
        self.found = self._kiosks.find(key_id)
        return read_public_key(self.found.public_key)

    def resolve_private_key(self, key_id: str) -> Any:
        """We never sign."""
        raise NotImplementedError


class _Verifier(HTTPMessageVerifier):
    """The library's verifier, looking at our clock."""

    def __init__(self, keys: _Keys, now: float) -> None:
        super().__init__(signature_algorithm=ED25519, key_resolver=keys)
        self._now = now

    def validate_created_and_expires(self, sig_input: Any, max_age: object = None) -> None:  # noqa: ARG002 - the library calls it so
        """Accept what was made within the window. Raises ClockOff, InvalidSignature."""
        created = sig_input.params.get("created")
        if type(created) is not int:
            raise InvalidSignature("no time")
        if abs(created - self._now) > SIGNATURE_WINDOW:
            raise ClockOff


class Signatures:
    """Tells which kiosk a request comes from."""

    def __init__(self, kiosks: KioskService, redis: Redis, clock: Clock) -> None:
        self._kiosks = kiosks
        self._redis = redis
        self._clock = clock

    def kiosk_of(self, request: Request) -> Kiosk:
        """Return the kiosk that signed the request.

        Raises SignatureRefused, ClockOff, Replayed, KioskRevoked, CacheUnavailable, StoreUnavailable.
        """
        kiosk, nonce = self._verified(request)
        if kiosk.revoked_at is not None:
            raise KioskRevoked
        if not self._first(kiosk.id, nonce):
            raise Replayed
        return self._kiosks.seen(kiosk)

    def _verified(self, request: Request) -> tuple[Kiosk, str]:
        keys = _Keys(self._kiosks)
        body = request.get_data()
        message = SimpleNamespace(method=request.method, url=request.url, headers=request.headers)
        required = (*_COVERED, "content-digest") if body else _COVERED
        if request.query_string:
            raise SignatureRefused("a query, which no signature covers")
        try:
            verifier = _Verifier(keys, self._clock.now().timestamp())
            results = verifier.verify(message, require_components=required, body=body)
        except InvalidSignature as error:
            # A database that is away is no forged request.
            if isinstance(error.__cause__, StoreUnavailable):
                raise error.__cause__ from None
            raise SignatureRefused(type(error.__cause__ or error).__name__) from None
        found, [result] = keys.found, results
        nonce = result.nonce or ""
        if found is None or result.label != SIGNATURE_LABEL or not _NONCE.fullmatch(nonce):
            raise SignatureRefused("label or nonce")
        return found, nonce

    def _first(self, kiosk_id: str, nonce: str) -> bool:
        try:
            name = f"nhi:kiosk-nonce:{kiosk_id}:{nonce}"
            return bool(self._redis.set(name, b"1", nx=True, px=NONCE_KEPT))
        except RedisError as error:
            raise CacheUnavailable("the replay store does not answer") from error
