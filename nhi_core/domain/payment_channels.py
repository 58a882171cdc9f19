"""The ways to pay, with what each costs and how long posting takes: data, with where it is known from.

Fees are what the payer is asked for, whole NT$; None: it depends on the payer's bank, card or store.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nhi_core.domain.payment_barcode import STORE_LIMIT

POSTING_DAYS = 3  # working days until the agency's books show it (agency's own app manual)


class Way(StrEnum):
    """How a channel is used from our page."""

    GATEWAY = "gateway"
    QR = "qr"
    BARCODE = "barcode"
    LINK = "link"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to pay. `limit` NT$ a payment; `url` for a hand-off to somebody else's page."""

    key: str
    way: Way
    fee: int | None
    posting_days: int = POSTING_DAYS
    limit: int | None = None
    url: str | None = None

    def takes(self, amount: int) -> bool:
        """Whether `amount` NT$ can be paid this way."""
        return self.limit is None or amount <= self.limit


CHANNELS: tuple[Channel, ...] = (
    # Stands in for a gateway on one's own machine.
    Channel("sandbox", Way.GATEWAY, 0),
    # The merchant pays these two; a deployment needs its own contract.
    Channel("line_pay", Way.GATEWAY, 0),
    Channel("jkopay", Way.GATEWAY, 0),
    # A user's fee of 3: community reading of the agency's own QR.
    Channel("twqr", Way.QR, 3),
    # The four chains; NT$20,000 a slip. Their own printing fee, if any, is not ours to promise.
    Channel("store", Way.BARCODE, None, limit=STORE_LIMIT),
    # 全國繳費網: fee 3 on the agency's own screenshot.
    Channel("ebill", Way.LINK, 3, url="https://ebill.ba.org.tw/"),
    # The agency's web counter: own bank account free, cards by the card company's rate.
    Channel("nhia", Way.LINK, None, url="https://www.nhi.gov.tw/"),
    Channel("counter", Way.COUNTER, None),
)
BY_KEY = {channel.key: channel for channel in CHANNELS}
