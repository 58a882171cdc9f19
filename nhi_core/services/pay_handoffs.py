"""What our page can show for a payment elsewhere: store barcodes, and the QR of the agency's payment page.

Both need the agency's own numbers; where a deployment has none, there is nothing to show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

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


class PayHandOffs:
    """Makes payloads for open orders of the person who is bound now."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        write_off: WriteOffNumbers,
        *,
        merchant: Merchant | None,
        store_item: str | None,
    ) -> None:
        self._uow = uow
        self._write_off = write_off
        self._merchant = merchant
        self._item = store_item

    @property
    def offered(self) -> frozenset[str]:
        """The channels that this deployment has the codes for."""
        return frozenset(
            name for name, code in (("twqr", self._merchant), ("store", self._item)) if code is not None
        )

    def store(self, order_id: str) -> StoreSlip | None:
        """Return the barcodes; None when a store cannot take it. Raises PayLinkOver."""
        order, number = self._open(order_id)
        if order is None or number is None or self._item is None or order.amount > STORE_LIMIT:
            return None
        until = order.expires_at.astimezone(TAIPEI).date()
        barcode = build(
            until=until,
            item=self._item,
            reference=number,
            month=max(claim.month for claim in order.claims),
            amount=order.amount,
        )
        return StoreSlip(barcode, order.amount, until)

    def qr(self, order_id: str) -> BillQr | None:
        """Return the agency's address with its TWQR text; None without codes. Raises PayLinkOver."""
        order, number = self._open(order_id)
        if order is None or number is None or self._merchant is None:
            return None
        until = order.expires_at
        twqr = payload(
            merchant=self._merchant,
            write_off=number,
            amount=order.amount,
            due=until.astimezone(TAIPEI).date(),
            until=until,
        )
        return BillQr(nhia_address(twqr, write_off=number, amount=order.amount), order.amount, until)

    def _open(self, order_id: str) -> tuple[Order | None, str | None]:
        with self._uow() as uow:
            order = bound_order(uow, order_id)
        if order.state is not OrderState.OPEN:
            return None, None
        return order, self._write_off.of(order)
