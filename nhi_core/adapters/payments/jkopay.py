"""JKOPay OnlinePay (街口): entry, inquiry, result callbacks. Money moves when the person agrees.

`digest` = hex(HMAC-SHA256(secret, exact body or query)). Their callback carries no documented signature:
senders are limited by address, and its content is never believed, only asked back about.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection, Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from nhi_core.adapters.payments.http import GatewayHttp
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.payment import Attempt
from nhi_core.ports_payments import (
    CallbackForged,
    GatewayAway,
    GatewayRefused,
    Opened,
    PayAddresses,
    RawCallback,
    Standing,
    Verdict,
)

_OK = "000"
_VALID = timedelta(minutes=20)
_STATUS: Mapping[str, Standing] = {
    "0": Standing.PAID,
    "100": Standing.REFUSED,
    "101": Standing.UNPAID,
    "102": Standing.UNKNOWN,
}


def digest(secret: str, payload: str) -> str:
    """Return the `digest` header for an exact body or query."""
    return hmac.new(secret.encode(), payload.encode(), sha256).hexdigest()


class JkoPay:
    """Fulfils PaymentProvider. `senders`: the addresses from which result callbacks may come."""

    channel = "jkopay"
    captures = True

    def __init__(
        self, http: GatewayHttp, *, store_id: str, api_key: str, secret: str, senders: Collection[str]
    ) -> None:
        self._http = http
        self._store_id = store_id
        self._api_key = api_key
        self._secret = secret
        self._senders = frozenset(senders)

    def open(self, attempt: Attempt, addresses: PayAddresses, *, language: str) -> Opened:
        """Register the order; theirs has no language. Raises GatewayRefused, GatewayAway."""
        del language
        until = attempt.created_at.astimezone(TAIPEI) + _VALID
        body = json.dumps(
            {
                "platform_order_id": attempt.id,
                "store_id": self._store_id,
                "currency": "TWD",
                "total_price": attempt.amount,
                "final_price": attempt.amount,
                # No coins, no coupons: what is debited is what is owed.
                "unredeem": attempt.amount,
                "valid_time": f"{until:%Y-%m-%d %H:%M:%S}",
                "result_url": addresses.callback,
                "result_display_url": addresses.back,
            },
            separators=(",", ":"),
        )
        answer = self._http.post("/platform/entry", body, self._headers(body))
        if answer.get("result") != _OK:
            raise GatewayRefused(str(answer.get("result")))
        found = answer.get("result_object")
        if not isinstance(found, dict) or not isinstance(found.get("payment_url"), str):
            raise GatewayAway("not the documented answer")
        return Opened(found["payment_url"], None)

    def confirm(self, attempt: Attempt) -> Verdict:
        """There is nothing to confirm: ask."""
        return self.inquire(attempt)

    def inquire(self, attempt: Attempt) -> Verdict:
        """Ask by our order number. `result` is 000 also for orders they do not know: the status counts."""
        query = f"platform_order_ids={attempt.id}"
        answer = self._http.get("/platform/inquiry", query, self._headers(query))
        found = answer.get("result_object")
        rows = found.get("transactions") if isinstance(found, dict) else None
        mine = [
            row for row in rows or [] if isinstance(row, dict) and row.get("platform_order_id") == attempt.id
        ]
        if answer.get("result") != _OK or len(mine) != 1:
            return Verdict(Standing.UNCLEAR, str(answer.get("result")))
        code = str(mine[0].get("status"))
        standing = _STATUS.get(code, Standing.UNCLEAR)
        if standing is not Standing.PAID:
            return Verdict(standing, code)
        amount = _whole(mine[0].get("debit_amount"))
        return Verdict(
            Standing.PAID if amount is not None else Standing.UNCLEAR,
            code,
            amount,
            str(mine[0].get("tradeNo")),
        )

    def attempt_of(self, callback: RawCallback) -> str:
        """Return the order number of a result callback from a known sender. Raises CallbackForged."""
        if callback.sender not in self._senders:
            raise CallbackForged("not from a known address")
        try:
            order: Any = json.loads(callback.body)["transaction"]["platform_order_id"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise CallbackForged("not a result") from None
        if not isinstance(order, str):
            raise CallbackForged("not a result")
        return order

    def _headers(self, payload: str) -> dict[str, str]:
        return {"api-key": self._api_key, "digest": digest(self._secret, payload)}


def _whole(value: object) -> int | None:
    """Return an amount given as text, number or "10.0" as whole NT$; None when it is not whole."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return int(amount) if amount == amount.to_integral_value() else None
