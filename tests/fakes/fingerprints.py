"""Keyed fingerprints under keys that protect nothing."""

from __future__ import annotations

import hmac


class FakeFingerprints:
    """Fulfils ports.Fingerprints; the first key makes, every key is still accepted."""

    def __init__(self, *keys: bytes) -> None:
        self._keys = keys or (b"newest",)

    def make(self, purpose: str, value: str) -> str:
        return self.candidates(purpose, value)[0]

    def candidates(self, purpose: str, value: str) -> tuple[str, ...]:
        message = f"{purpose}\0{value}".encode()
        return tuple(hmac.new(key, message, "sha256").hexdigest() for key in self._keys)
