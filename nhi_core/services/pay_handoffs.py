"""What our page can show for a payment elsewhere: store barcodes, and the QR of the agency's payment page.

Both need the agency's own numbers; where a deployment has none, there is nothing to show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from nhi_core.domain.allocation import Claim
from nhi_core.domain.bills import Bill
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.payment import Order, OrderState
from nhi_core.domain.payment_barcode import STORE_LIMIT, StoreBarcode, build
from nhi_core.domain.payment_twqr import Merchant, nhia_address, payload
from nhi_core.ports import UnitOfWorkFactory
from nhi_core.ports_payments import WriteOffNumbers
from nhi_core.services.payments import bound_order


@dataclass(frozen=True, slots=True)
class StoreSlip:
    """Barcodes for one payment of `amount` NT$, good through `until`."""

    barcode: StoreBarcode
    amount: int
    until: date


@dataclass(frozen=True, slots=True)
class BillQr:
    """The address that the QR holds, for `amount` NT$, good until the moment `until`."""

    address: str
    amount: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Codes:
    """The agency's number for a payment, and what can be shown of it; None: no codes, or too much for it."""

    number: str | None
    store: StoreBarcode | None
    address: str | None


@dataclass(frozen=True, slots=True)
class HandOffCodes:
    """Makes barcodes and the agency's address, as far as this deployment has the codes for them."""

    write_off: WriteOffNumbers
    merchant: Merchant | None
    store_item: str | None

    def of(
        self,
        reference: str,
        claims: tuple[Claim, ...],
        bills: tuple[Bill, ...],
        *,
        amount: int,
        until: datetime,
    ) -> Codes:
        """Return the codes of a payment of `amount` NT$, good until `until`; `bills`: all of the payer's."""
        number = self.write_off.of(reference, claims, bills)
        if number is None:
            return Codes(None, None, None)
        day = until.astimezone(TAIPEI).date()
        store = address = None
        if self.store_item is not None and amount <= STORE_LIMIT:
            month = max(claim.month for claim in claims)
            store = build(until=day, item=self.store_item, reference=number, month=month, amount=amount)
        if self.merchant is not None:
            twqr = payload(merchant=self.merchant, write_off=number, amount=amount, due=day, until=until)
            address = nhia_address(twqr, write_off=number, amount=amount)
        return Codes(number, store, address)


class PayHandOffs:
    """Makes payloads for open orders of the person who is bound now."""

    def __init__(self, uow: UnitOfWorkFactory, codes: HandOffCodes) -> None:
        self._uow = uow
        self._codes = codes

    @property
    def offered(self) -> frozenset[str]:
        """The channels that this deployment has the codes for."""
        have = (("twqr", self._codes.merchant), ("store", self._codes.store_item))
        return frozenset(name for name, code in have if code is not None)

    def offered_for(self, order_id: str) -> frozenset[str]:
        """Return those of them by which this order can be paid. Raises PayLinkOver."""
        _order, codes = self._open(order_id)
        return self.offered if codes is not None and codes.number is not None else frozenset()

    def store(self, order_id: str) -> StoreSlip | None:
        """Return the barcodes; None when a store cannot take it. Raises PayLinkOver."""
        order, codes = self._open(order_id)
        if order is None or codes is None or codes.store is None:
            return None
        return StoreSlip(codes.store, order.amount, order.expires_at.astimezone(TAIPEI).date())

    def qr(self, order_id: str) -> BillQr | None:
        """Return the agency's address with its TWQR text; None without codes. Raises PayLinkOver."""
        order, codes = self._open(order_id)
        if order is None or codes is None or codes.address is None:
            return None
        return BillQr(codes.address, order.amount, order.expires_at)

    def _open(self, order_id: str) -> tuple[Order | None, Codes | None]:
        with self._uow() as uow:
            order = bound_order(uow, order_id)
            bills = uow.bills.of_payer(order.person_id)
        if order.state is not OrderState.OPEN:
            return None, None
        codes = self._codes.of(order.id, order.claims, bills, amount=order.amount, until=order.expires_at)
        return order, codes
