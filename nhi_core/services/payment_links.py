"""The short signed address of a payment page: an opaque order id, a time, a signature, nothing personal."""

from __future__ import annotations

from datetime import datetime

from nhi_core.domain.payment import LINK_TTL, PayLinkOver
from nhi_core.ports import Clock
from nhi_core.ports_payments import PayAddresses
from nhi_core.security import LinkExpired, LinkForged, Signer

_CONTEXT = "pay"


class PayLinks:
    """Makes and reads the addresses under `/pay/`."""

    def __init__(self, signer: Signer, clock: Clock, public_url: str) -> None:
        self._signer = signer
        self._clock = clock
        self._base = f"{public_url}/pay"

    def token(self, order_id: str) -> str:
        """Return the signed part of an order's address."""
        return self._signer.sign(order_id, context=_CONTEXT, expires_at=self._over())

    def page(self, order_id: str, language: str | None = None, *, part: str = "") -> str:
        """Return the address to hand to the person; `language` chooses what the page speaks at first."""
        suffix = f"?lang={language}" if language else ""
        return f"{self._base}/{self.token(order_id)}{'/' if part else ''}{part}{suffix}"

    def read(self, token: str) -> str:
        """Return the order id of an address. Raises PayLinkOver."""
        try:
            return self._signer.verify(token, context=_CONTEXT, now=self._clock.now())
        except (LinkForged, LinkExpired) as error:
            raise PayLinkOver(error.code) from None

    def addresses(self, order_id: str, channel: str, language: str) -> PayAddresses:
        """Return where a gateway sends the browser, and where it calls."""
        here = f"{self._base}/{self.token(order_id)}"
        return PayAddresses(
            back=f"{here}/back?lang={language}",
            cancelled=f"{here}/cancelled?lang={language}",
            callback=f"{self._base}/callbacks/{channel}",
        )

    def _over(self) -> datetime:
        return self._clock.now() + LINK_TTL
