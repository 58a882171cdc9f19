"""Write-off numbers (銷帳編號)."""

from __future__ import annotations

from hashlib import sha256

from nhi_core.domain.payment import Order


class NoWriteOffNumbers:
    """A deployment without the agency's numbers makes no barcode and no bill QR of its own."""

    def of(self, order: Order) -> str | None:
        """There is none."""
        del order
        return None


class SandboxWriteOffNumbers:
    """Obviously made-up: eight zeros first, which no issuer has."""

    def of(self, order: Order) -> str | None:
        """Return the order's made-up number."""
        return f"00000000{int(sha256(order.id.encode()).hexdigest(), 16) % 10**8:08d}"
