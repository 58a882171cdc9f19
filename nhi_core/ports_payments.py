"""What the payment services need from the world: rows, gateways, and the agency's write-off numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from nhi_core.domain.allocation import Claim
from nhi_core.domain.bills import Bill
from nhi_core.domain.errors import CounterError
from nhi_core.domain.payment import Attempt, Order, Purpose


class GatewayAway(CounterError):
    """The gateway did not answer, or not in its own language: what it did is not known. Ask it later."""

    code = "gateway_away"


class GatewayRefused(CounterError):
    """The gateway surely did nothing. `gateway_code` is its own word."""

    code = "gateway_refused"

    def __init__(self, gateway_code: str) -> None:
        """Keep the gateway's word."""
        self.gateway_code = gateway_code
        super().__init__(gateway_code)


class CallbackForged(CounterError):
    """A callback whose signature, form or sender is not the gateway's."""

    code = "callback_forged"


class Standing(StrEnum):
    """What a gateway says of one attempt. UNCLEAR: a word that is not in its table, never guessed at."""

    UNKNOWN = "unknown"
    UNPAID = "unpaid"
    APPROVED = "approved"
    PAID = "paid"
    REFUSED = "refused"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A gateway's answer, server to server. `amount` in NT$ when money came in, `code` as it was given."""

    standing: Standing
    code: str
    amount: int | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """Where to send the person, and the gateway's own number for the attempt."""

    redirect_url: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class PayAddresses:
    """Where a gateway sends the browser back to, and where it reports to. No personal data in them."""

    back: str
    cancelled: str
    callback: str


@dataclass(frozen=True, slots=True)
class RawCallback:
    """A gateway's report exactly as it came in."""

    body: bytes
    headers: Mapping[str, str]
    sender: str | None


class PaymentProvider(Protocol):
    """One gateway. `captures`: money moves at once when the person approves; else only at our `confirm`.

    Every method may raise GatewayAway. None of them is called inside a transaction.
    """

    channel: str
    captures: bool

    def open(self, attempt: Attempt, addresses: PayAddresses, *, language: str) -> Opened:
        """Register the attempt. Raises GatewayRefused."""

    def confirm(self, attempt: Attempt) -> Verdict:
        """Take the money of an approved attempt; again, it says what the first time did."""

    def inquire(self, attempt: Attempt) -> Verdict:
        """Ask how the attempt stands."""

    def attempt_of(self, callback: RawCallback) -> str:
        """Return the id of the attempt a callback speaks of. Raises CallbackForged."""


class WriteOffNumbers(Protocol):
    """The agency's 16-digit 銷帳編號, without which no barcode and no bill QR can be made."""

    def of(self, reference: str, claims: tuple[Claim, ...], bills: Iterable[Bill]) -> str | None:
        """Return the number for a payment of these claims; `reference` is our own name for the payment.

        `bills` are all of the payer's, paid ones too.
        """


@dataclass(frozen=True, slots=True)
class Callback:
    """That a gateway called. The body itself is not kept: its fingerprint shows whether it came twice."""

    id: str
    channel: str
    body_hash: str
    attempt_id: str
    received_at: datetime
    outcome: str | None = None


class PaymentOrders(Protocol):
    """Orders, attempts and callbacks. A person has one live order of a purpose; an order one live attempt."""

    def add(self, order: Order) -> bool:
        """Insert; False when a live order of that person and purpose stands."""

    def get(self, order_id: str) -> Order | None: ...
    def live_of_person(self, person_id: str, purpose: Purpose) -> Order | None: ...
    def of_person(self, person_id: str) -> tuple[Order, ...]:
        """Return the person's orders, the newest first."""

    def save(self, order: Order) -> bool:
        """Compare-and-set on `revision` (given as it was read; the row gets the next one)."""

    def overdue(self, now: datetime, limit: int) -> tuple[Order, ...]:
        """Return open orders past their time."""

    def add_attempt(self, attempt: Attempt) -> bool:
        """Insert; False when the order has a live attempt."""

    def attempt(self, attempt_id: str) -> Attempt | None: ...
    def attempts_of(self, order_id: str) -> tuple[Attempt, ...]:
        """Return an order's attempts, the oldest first."""

    def save_attempt(self, attempt: Attempt, *, was: str) -> bool:
        """Compare-and-set on `state`."""

    def due_attempts(self, now: datetime, limit: int) -> tuple[Attempt, ...]:
        """Return attempts whose gateway is to be asked now."""

    def add_callback(self, callback: Callback) -> None: ...
    def end_callback(self, callback_id: str, outcome: str) -> None: ...
    def end_callbacks_of(self, attempt_id: str, outcome: str) -> None: ...
    def pay_term(self, plan_id: str, term: int, paid_on: date) -> bool:
        """Mark one instalment as paid; False when it was or does not exist."""
