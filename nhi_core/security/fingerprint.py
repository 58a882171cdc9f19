"""Keyed fingerprints: sealed values can be looked up without being readable or guessable."""

from __future__ import annotations

import base64
import hmac
from functools import lru_cache

from nhi_core.security.rings import Key, KeyRing, framed


class KeyedFingerprints:
    """HMAC-SHA-256 under a ring; fulfils `ports.Fingerprints`.

    National IDs have few possible values: a plain hash could be reversed by trying all of them, a keyed one
    cannot be without the key. The text form is `<key id>.<base64url of 32 bytes>`.
    """

    def __init__(self, ring: KeyRing) -> None:
        """Use `ring`: the active key writes, all its keys are accepted."""
        self._keys = tuple(ring)

    def make(self, purpose: str, value: str) -> str:
        """Return the fingerprint under the active key."""
        return _fingerprint(self._keys[0], purpose, value)

    def candidates(self, purpose: str, value: str) -> tuple[str, ...]:
        """Return the fingerprints under every accepted key, the active one first."""
        return tuple(_fingerprint(key, purpose, value) for key in self._keys)

    @property
    def prefix(self) -> str:
        """How every fingerprint under the active key begins."""
        return f"{self._keys[0].id}."

    def is_current(self, fingerprint: str) -> bool:
        """Tell whether a stored fingerprint was made under the active key."""
        return fingerprint.startswith(self.prefix)


def _fingerprint(key: Key, purpose: str, value: str) -> str:
    digest = hmac.digest(key.secret, _head(purpose) + framed(value), "sha256")
    return f"{key.id}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


@lru_cache(maxsize=64)
def _head(purpose: str) -> bytes:
    # The same for every value of a purpose; files bring values by the million.
    return framed("fingerprint", purpose)
