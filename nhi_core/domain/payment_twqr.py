"""TWQR (台灣Pay) bill payloads, and the agency's own address that wraps one.

`TWQRP://<name>/158/03/V1?D1=…`: 158 Taiwan, 03 a bill. Fields as in the FISC table: D1
amount × 100, D3 secure code, D4 due date, D7 write-off number, D8 what it is, D10 currency, D11 acquirer, D12
when the QR ends. The merchant's own codes (D3, D11) come from its contract; only made-up ones are shipped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote, urlencode

from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.errors import Invalid

PAYEE = "衛生福利部中央健康保險署"
_DESCRIPTION = "個人繳款單"
_TWD = "901"
_NHIA = "https://cloudicweb.nhi.gov.tw/nhiapp/PayBill/pay.aspx"
_PERSONAL_BILL = "02"
_WRITE_OFF = re.compile(r"[0-9A-Za-z]{1,16}")
_SECURE = re.compile(r"[0-9A-Za-z]{12}")


@dataclass(frozen=True, slots=True)
class Merchant:
    """The codes of the contract: `secure_code` D3 (12 characters), `acquirer` D11 (`00,…`)."""

    secure_code: str
    acquirer: str


def payload(*, merchant: Merchant, write_off: str, amount: int, due: date, until: datetime) -> str:
    """Return the TWQR text of a bill of `amount` whole NT$. Raises errors.Invalid."""
    if not 0 < amount < 10**10 or not _WRITE_OFF.fullmatch(write_off):
        raise Invalid("not an amount or a write-off number")
    if not _SECURE.fullmatch(merchant.secure_code) or not merchant.acquirer.startswith("00,"):
        raise Invalid("not a merchant's codes")
    fields = {
        "D1": f"{amount}00",
        "D3": merchant.secure_code,
        "D4": f"{due:%Y%m%d}",
        "D7": write_off,
        "D8": _DESCRIPTION,
        "D10": _TWD,
        "D11": merchant.acquirer,
        "D12": f"{until.astimezone(TAIPEI):%Y%m%d%H%M%S}",
    }
    return f"TWQRP://{PAYEE}/158/03/V1?" + "&".join(f"{name}={value}" for name, value in fields.items())


def nhia_address(twqr: str, *, write_off: str, amount: int) -> str:
    """Return the agency's payment page for a bill, as the QR on a printed slip gives it."""
    query = urlencode({"billtype": _PERSONAL_BILL, "billno": write_off, "billamt": amount})
    return f"{_NHIA}?{query}?{quote(twqr, safe='')}"
