"""Signed, expiring links. The payload is readable by anyone who has the link: put opaque ids in it only."""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import UTC, datetime
from hashlib import sha256

from nhi_core.domain.errors import CounterError
from nhi_core.security.rings import Key, KeyRing, derive, framed


class LinkForged(CounterError):
    """The signature does not match, or the text is not one of our links."""

    code = "link_forged"


class LinkExpired(CounterError):
    """The link was ours; its time is over."""

    code = "link_expired"


class Signer:
    """HMAC-SHA-256 links: `<key id>.<expiry, Unix seconds>.<payload>.<signature>`, URL-safe throughout."""

    def __init__(self, ring: KeyRing) -> None:
        """Use `ring`: the active key signs, all its keys verify."""
        self._ring = ring

    def sign(self, payload: str, *, context: str, expires_at: datetime) -> str:
        """Return the link text for `payload`, valid for `context` alone and before `expires_at` (aware)."""
        if expires_at.tzinfo is None:
            raise ValueError("expires_at must be timezone-aware")
        key = self._ring.active
        head = f"{key.id}.{int(expires_at.timestamp())}.{_encode(payload.encode())}"
        return f"{head}.{_encode(_mac(key, context, head))}"

    def verify(self, token: str, *, context: str, now: datetime) -> str:
        """Return the payload; raises LinkForged or LinkExpired. `now` is timezone-aware."""
        head, _, signature = token.rpartition(".")
        parts = head.split(".")
        key = self._ring.find(parts[0]) if len(parts) == 3 else None
        if key is None or not token.isascii():
            raise LinkForged("not a link of ours")
        # Compared before anything inside the text is looked at.
        if not hmac.compare_digest(_encode(_mac(key, context, head)), signature):
            raise LinkForged("the signature does not match")
        if now >= datetime.fromtimestamp(int(parts[1]), tz=UTC):
            raise LinkExpired("the link is over")
        return _decode(parts[2]).decode()


def _mac(key: Key, context: str, head: str) -> bytes:
    return hmac.new(derive(key.secret, "sign"), framed(context, head), sha256).digest()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise LinkForged("not a link of ours") from None
