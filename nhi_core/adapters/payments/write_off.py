"""Write-off numbers (銷帳編號)."""

from __future__ import annotations

from hashlib import sha256

from nhi_core.domain.allocation import Claim


class NoWriteOffNumbers:
    """A deployment without the agency's numbers makes no barcode and no bill QR of its own."""

    def of(self, reference: str, claims: tuple[Claim, ...]) -> str | None:
        """There is none."""
        del reference, claims
        return None


class SandboxWriteOffNumbers:
    """Obviously made-up: eight zeros first, which no issuer has."""

    def of(self, reference: str, claims: tuple[Claim, ...]) -> str | None:
        """Return the payment's made-up number."""
        del claims
        return f"00000000{int(sha256(reference.encode()).hexdigest(), 16) % 10**8:08d}"
