"""A ring of keys per purpose: one writes, the others still read."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

PURPOSES = ("fingerprint", "seal", "sign")
KEY_BYTES = 32


class KeyState(StrEnum):
    """`active` writes and reads; `decrypt` only reads (an older key, or a prepared newer one)."""

    ACTIVE = "active"
    DECRYPT = "decrypt"


@dataclass(frozen=True, slots=True)
class Key:
    """One key. Its text form never shows the secret."""

    id: str
    secret: bytes
    state: KeyState

    def __repr__(self) -> str:
        """Show the id and the state alone."""
        return f"Key(id={self.id!r}, state={self.state.value!r})"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one purpose, the newest first, exactly one of them active."""

    purpose: str
    keys: tuple[Key, ...]

    def __post_init__(self) -> None:
        """Refuse a ring that cannot be used without doubt."""
        ids = [key.id for key in self.keys]
        if len(set(ids)) != len(ids):
            raise ValueError(f"ring {self.purpose}: a key id stands twice")
        if sum(key.state is KeyState.ACTIVE for key in self.keys) != 1:
            raise ValueError(f"ring {self.purpose}: exactly one key must be active")
        if any(len(key.secret) != KEY_BYTES for key in self.keys):
            raise ValueError(f"ring {self.purpose}: each key must be {KEY_BYTES} bytes long")

    def __iter__(self) -> Iterator[Key]:
        """Yield the active key first, then the others in their order."""
        yield self.active
        yield from (key for key in self.keys if key.state is not KeyState.ACTIVE)

    @property
    def active(self) -> Key:
        """The key that writes."""
        return next(key for key in self.keys if key.state is KeyState.ACTIVE)

    def find(self, key_id: str) -> Key | None:
        """Return the key of this id, or None when it is not (or no longer) in the ring."""
        return next((key for key in self.keys if key.id == key_id), None)


@dataclass(frozen=True, slots=True)
class KeyRings:
    """All rings of the product."""

    fingerprint: KeyRing
    seal: KeyRing
    sign: KeyRing

    def ring(self, purpose: str) -> KeyRing:
        """Return the ring of a purpose; KeyError for one that does not exist."""
        return {"fingerprint": self.fingerprint, "seal": self.seal, "sign": self.sign}[purpose]


def framed(*parts: str | bytes) -> bytes:
    """Join parts so that no two different lists give the same bytes (each is length-prefixed)."""
    framed = b""
    for part in parts:
        encoded = part.encode() if isinstance(part, str) else part
        framed += len(encoded).to_bytes(4, "big") + encoded
    return framed


def derive(secret: bytes, label: str) -> bytes:
    """Return a 32-byte subkey for a label: HKDF-Expand (RFC 5869, one block) with HMAC-SHA-256."""
    return hmac.new(secret, framed("nhi-counter", label) + b"\x01", sha256).digest()
