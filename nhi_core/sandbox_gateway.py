"""The sandbox gateway's books and signature: shared by its adapter and by its page."""

from __future__ import annotations

import hmac
from datetime import timedelta
from hashlib import sha256
from typing import Any

from nhi_core import sandbox
from nhi_core.domain.errors import CacheUnavailable
from nhi_core.ports import Vault
from nhi_core.ports_payments import GatewayAway

HEADER = "X-Sandbox-Signature"
_KEPT = timedelta(days=3)
_CONTEXT = "sandbox-gateway"


def sign(body: bytes) -> str:
    """Return the signature of a callback's exact bytes."""
    return hmac.new(sandbox.PAYMENT_SECRET.encode(), body, sha256).hexdigest()


class SandboxBooks:
    """What the sandbox gateway remembers of each payment. Raises GatewayAway when the vault is away."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def read(self, reference: str) -> dict[str, Any] | None:
        """Return the entry."""
        try:
            found = self._vault.get(f"sandbox-pay:{reference}", context=_CONTEXT)
        except CacheUnavailable as error:
            raise GatewayAway(error.code) from None
        return None if found is None else dict(found)

    def write(self, reference: str, entry: dict[str, Any]) -> None:
        """Keep the entry."""
        try:
            self._vault.put(f"sandbox-pay:{reference}", entry, context=_CONTEXT, ttl=_KEPT)
        except CacheUnavailable as error:
            raise GatewayAway(error.code) from None
