"""LINE Pay Online API v3: request, check, confirm, details. Money moves at our `confirm` alone.

Signature: base64(HMAC-SHA256(secret, secret + path + body or query + nonce)). A confirmUrl is a browser
redirect and proves nothing, so there is no callback to believe: the answers to Confirm and Details count.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from nhi_core.adapters.payments.http import GatewayHttp, Json
from nhi_core.domain.payment import Attempt
from nhi_core.ports import Ids
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

_OK = "0000"
_CHECK: Mapping[str, Standing] = {
    _OK: Standing.UNPAID,
    "0110": Standing.APPROVED,
    "0121": Standing.REFUSED,  # cancelled by the person, or over
    "0122": Standing.REFUSED,  # failed
    "0123": Standing.PAID,
}
_CONFIRMED_BEFORE = frozenset({"1172", "1152"})  # the same order or transaction was completed already
_NO_SUCH = frozenset({"1150", "1155"})
# Confirm surely took nothing: card, balance, limits, amount, or the person's account.
_DECLINED = frozenset({"1101", "1102", "1110", "1142", "1153", "1154", "1159", "1194", "1199", "1280", "1281",
                       "1282", "1283", "1284", "1285", "1290", "1291", "1292", "1293", "1294", "1295", "1296",
                       "1297", "1298"})  # fmt: skip
_LANGUAGES = {"zh-TW": "zh_TW", "en": "en", "th": "th"}
_TRANSACTION = re.compile(r"\d{19}")


def signature(secret: str, path: str, payload: str, nonce: str) -> str:
    """Return X-LINE-Authorization for `payload`: a POST's exact body, or a GET's query without "?"."""
    text = f"{secret}{path}{payload}{nonce}".encode()
    return base64.b64encode(hmac.new(secret.encode(), text, sha256).digest()).decode()


class LinePay:
    """Fulfils PaymentProvider."""

    channel = "line_pay"
    captures = False

    def __init__(self, http: GatewayHttp, ids: Ids, *, channel_id: str, secret: str) -> None:
        self._http = http
        self._ids = ids
        self._channel_id = channel_id
        self._secret = secret

    def open(self, attempt: Attempt, addresses: PayAddresses, *, language: str) -> Opened:
        """Request the payment. Raises GatewayRefused, GatewayAway."""
        product = {"id": "nhi", "name": "健保費", "quantity": 1, "price": attempt.amount}
        answer = self._post(
            "/v3/payments/request",
            {
                "amount": attempt.amount,
                "currency": "TWD",
                "orderId": attempt.id,
                "packages": [{"id": "1", "amount": attempt.amount, "name": "健保費", "products": [product]}],
                "redirectUrls": {"confirmUrl": addresses.back, "cancelUrl": addresses.cancelled},
                "options": {
                    "display": {"locale": _LANGUAGES.get(language, "en")},
                    "payment": {"capture": True},
                },
            },
        )
        if _code(answer) != _OK:
            raise GatewayRefused(_code(answer))
        info = answer.get("info")
        urls = info.get("paymentUrl") if isinstance(info, dict) else None
        # 19 digits: more than a float holds, so it is text from here on.
        reference = str(info.get("transactionId")) if isinstance(info, dict) else ""
        if not isinstance(urls, dict) or not _TRANSACTION.fullmatch(reference):
            raise GatewayAway("not the documented answer")
        return Opened(str(urls["web"]), reference)

    def confirm(self, attempt: Attempt) -> Verdict:
        """Take the money. A payment that was confirmed before is looked up, not taken again."""
        answer = self._post(
            f"/v3/payments/{attempt.reference}/confirm", {"amount": attempt.amount, "currency": "TWD"}
        )
        code = _code(answer)
        if code == _OK:
            info = answer.get("info")
            found = _sum(info.get("payInfo")) if isinstance(info, dict) else None
            return Verdict(Standing.PAID if found is not None else Standing.UNCLEAR, code, found)
        if code in _CONFIRMED_BEFORE:
            return self._details(f"orderId={attempt.id}")
        return Verdict(Standing.REFUSED if code in _DECLINED else Standing.UNCLEAR, code)

    def inquire(self, attempt: Attempt) -> Verdict:
        """Check the request; what is complete is asked for its amount."""
        if attempt.reference is None:
            # We ended before we heard the transaction's number: only a completed payment is known by ours.
            return self._details(f"orderId={attempt.id}")
        answer = self._get(f"/v3/payments/requests/{attempt.reference}/check", "")
        code = _code(answer)
        standing = _CHECK.get(code, Standing.UNKNOWN if code in _NO_SUCH else Standing.UNCLEAR)
        if standing is Standing.PAID:
            return self._details(f"transactionId={attempt.reference}")
        return Verdict(standing, code)

    def attempt_of(self, callback: RawCallback) -> str:
        """LINE Pay signs no callbacks: whoever sends one is not believed."""
        raise CallbackForged(f"LINE Pay signs no callbacks ({len(callback.body)} bytes)")

    def _details(self, query: str) -> Verdict:
        answer = self._get("/v3/payments", query)
        code, info = _code(answer), answer.get("info")
        if code in _NO_SUCH or (code == _OK and info == []):
            return Verdict(Standing.UNKNOWN, code)
        if code != _OK or not isinstance(info, list) or not isinstance(info[0], dict):
            return Verdict(Standing.UNCLEAR, code)
        amount = _sum(info[0].get("payInfo"))
        standing = Standing.PAID if amount is not None else Standing.UNCLEAR
        return Verdict(standing, code, amount, str(info[0].get("transactionId")))

    def _post(self, path: str, body: Json) -> Json:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return self._http.post(path, text, self._headers(path, text))

    def _get(self, path: str, query: str) -> Json:
        return self._http.get(path, query, self._headers(path, query))

    def _headers(self, path: str, payload: str) -> dict[str, str]:
        nonce = self._ids.uuid()
        return {
            "X-LINE-ChannelId": self._channel_id,
            "X-LINE-Authorization-Nonce": nonce,
            "X-LINE-Authorization": signature(self._secret, path, payload, nonce),
        }


def _code(answer: Json) -> str:
    return str(answer.get("returnCode", ""))


def _sum(parts: Any) -> int | None:
    """Return the sum of a payInfo list, NT$; None when it is not one."""
    if not isinstance(parts, list) or not parts:
        return None
    found = [part.get("amount") for part in parts if isinstance(part, dict)]
    amounts = [amount for amount in found if isinstance(amount, int)]
    return sum(amounts) if len(amounts) == len(parts) else None
