"""Write-off numbers (銷帳編號)."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from nhi_core.domain.allocation import Claim
from nhi_core.domain.bills import Bill


class ImportedWriteOffNumbers:
    """The numbers that the agency's file of bills brought.

    A number stands for one printed slip and its printed sum, so a payment has one only when it pays exactly
    that slip: all of its bills, in full, no late fee but what the agency charged.
    """

    def of(self, reference: str, claims: tuple[Claim, ...], bills: Iterable[Bill]) -> str | None:
        """Return the slip's number, or None."""
        del reference
        known = tuple(bills)
        asked = {claim.bill_id: (claim.premium, claim.late_fee) for claim in claims}
        numbers = {bill.write_off for bill in known if bill.id in asked}
        number = numbers.pop() if len(numbers) == 1 else None
        slip = {bill.id: _printed(bill) for bill in known if bill.write_off == number}
        return number if number is not None and slip == asked else None


def _printed(bill: Bill) -> tuple[int, int]:
    return bill.amount, bill.charged_late_fee or 0


class SandboxWriteOffNumbers:
    """Obviously made-up: eight zeros first, which no issuer has."""

    def of(self, reference: str, claims: tuple[Claim, ...], bills: Iterable[Bill]) -> str | None:
        """Return the payment's made-up number."""
        del claims, bills
        return f"00000000{int(sha256(reference.encode()).hexdigest(), 16) % 10**8:08d}"
