"""Sealed values: AES-256-GCM, tied to where they stand."""

from __future__ import annotations

import base64
import binascii
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nhi_core.domain.errors import CounterError
from nhi_core.security.rings import Key, KeyRing, derive, framed

_VERSION = "s1"
_NONCE_BYTES = 12
_TAG_BYTES = 16


class SealBroken(CounterError):
    """The value was changed, cut, moved to another place, or sealed with a key that is not in the ring."""

    code = "seal_broken"


class Sealer:
    """Seals text under a ring: `s1.<key id>.<base64url of nonce, ciphertext and tag>`.

    `context` names the kind of place (`persons.name`), `row` the one place (the row's id). Both are
    authenticated, so a value copied into another column or another row does not open. Each context has
    its own subkey: random 96-bit nonces stay far below the bound of 2^32 uses a key (NIST SP 800-38D, 8.3).
    """

    def __init__(self, ring: KeyRing) -> None:
        """Use `ring`: the active key seals, all its keys open."""
        self._ring = ring
        self._active = ring.active
        # Context → what a seal under the active key needs again and again; files bring rows by the million.
        self._prepared: dict[str, tuple[AESGCM, bytes]] = {}

    def seal(self, value: str, *, context: str, row: str = "") -> str:
        """Return the envelope of `value`."""
        key = self._active
        prepared = self._prepared.get(context)
        if prepared is None:
            prepared = self._prepared[context] = (_cipher(key, context), framed(_VERSION, key.id, context))
        cipher, head = prepared
        nonce = os.urandom(_NONCE_BYTES)
        sealed = cipher.encrypt(nonce, value.encode(), head + framed(row))
        return f"{_VERSION}.{key.id}.{base64.urlsafe_b64encode(nonce + sealed).rstrip(b'=').decode()}"

    def open(self, envelope: str, *, context: str, row: str = "") -> str:
        """Return the value; raises SealBroken."""
        key_id, blob = _parse(envelope)
        key = self._ring.find(key_id)
        if key is None:
            raise SealBroken(f"{context}: sealed with a key that is not in the ring")
        try:
            plain = _cipher(key, context).decrypt(
                blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], framed(_VERSION, key.id, context, row)
            )
        except InvalidTag:
            raise SealBroken(f"{context}: the seal does not match") from None
        return plain.decode()

    @property
    def prefix(self) -> str:
        """How every envelope under the active key begins."""
        return f"{_VERSION}.{self._active.id}."

    def is_current(self, envelope: str) -> bool:
        """Tell whether an envelope was sealed with the active key."""
        return envelope.startswith(self.prefix)


def key_id_of(envelope: str) -> str:
    """Return the id of the key that sealed this; raises SealBroken."""
    return _parse(envelope)[0]


def _parse(envelope: str) -> tuple[str, bytes]:
    parts = envelope.split(".")
    if len(parts) != 3 or parts[0] != _VERSION:
        raise SealBroken("not a sealed value")
    try:
        blob = base64.b64decode(parts[2] + "=" * (-len(parts[2]) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise SealBroken("not a sealed value") from None
    if len(blob) < _NONCE_BYTES + _TAG_BYTES:
        raise SealBroken("a sealed value was cut short")
    return parts[1], blob


@lru_cache(maxsize=256)
def _cipher(key: Key, context: str) -> AESGCM:
    return AESGCM(derive(key.secret, f"seal {context}"))
