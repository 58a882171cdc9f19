"""A gateway of our own, for one's own machine: its books are in the vault, its page is bot/pay/sandbox.py.

It behaves like the ones that take money at once, and can be told to refuse, to fall silent, to call back
twice, late, or with another amount.
"""

from __future__ import annotations

import hmac
import json

from nhi_core.domain.payment import Attempt
from nhi_core.ports_payments import (
    CallbackForged,
    GatewayAway,
    Opened,
    PayAddresses,
    RawCallback,
    Standing,
    Verdict,
)
from nhi_core.sandbox_gateway import HEADER, SandboxBooks, sign

_STATUS = {"unpaid": Standing.UNPAID, "refused": Standing.REFUSED, "paid": Standing.PAID}


class SandboxGateway:
    """Fulfils PaymentProvider."""

    channel = "sandbox"
    captures = True

    def __init__(self, books: SandboxBooks, public_url: str) -> None:
        self._books = books
        self._page = f"{public_url}/pay/sandbox"

    def open(self, attempt: Attempt, addresses: PayAddresses, *, language: str) -> Opened:
        """Open an entry; its page is where the made-up person decides."""
        if self._books.read(attempt.id) is None:
            entry = {
                "amount": attempt.amount,
                "status": "unpaid",
                "received": 0,
                "silent": False,
                "back": addresses.back,
                "cancelled": addresses.cancelled,
                "callback": addresses.callback,
                "language": language,
            }
            self._books.write(attempt.id, entry)
        return Opened(f"{self._page}/{attempt.id}", attempt.id)

    def confirm(self, attempt: Attempt) -> Verdict:
        """There is nothing to confirm: ask."""
        return self.inquire(attempt)

    def inquire(self, attempt: Attempt) -> Verdict:
        """Say how the entry stands."""
        entry = self._books.read(attempt.id)
        if entry is None:
            return Verdict(Standing.UNKNOWN, "unknown")
        if entry["silent"]:
            raise GatewayAway("silent")
        status = str(entry["status"])
        standing = _STATUS.get(status, Standing.UNCLEAR)
        return Verdict(standing, status, int(entry["received"]) if status == "paid" else None, attempt.id)

    def attempt_of(self, callback: RawCallback) -> str:
        """Return the attempt of a callback whose bytes are signed. Raises CallbackForged."""
        given = callback.headers.get(HEADER, "")
        if not hmac.compare_digest(sign(callback.body).encode(), given.encode()):
            raise CallbackForged("the signature does not match")
        try:
            return str(json.loads(callback.body)["order"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise CallbackForged("not a result") from None
