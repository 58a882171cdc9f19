"""Settings of payments. A gateway exists only where its contract's values are set, and in production only."""

from __future__ import annotations

import re
from typing import Any, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

_TWQR_SECURE = re.compile(r"[0-9A-Za-z]{12}")
_STORE_ITEM = re.compile(r"[0-9A-Z]{3}")
_CONTRACTS = {
    "LINE Pay": ("line_pay_channel_id", "line_pay_secret"),
    "JKOPay": ("jkopay_url", "jkopay_store_id", "jkopay_api_key", "jkopay_secret", "jkopay_senders"),
    "TWQR": ("twqr_secure_code", "twqr_acquirer"),
}


class PaymentSettings(BaseSettings):
    """Mixed into Settings."""

    # Minutes after a binding before the first payment link is given out.
    payment_cooling_off: int = Field(0, validation_alias="NHI_PAYMENT_COOLING_OFF", ge=0)

    line_pay_url: str = Field("https://api-pay.line.me", validation_alias="LINE_PAY_URL")
    line_pay_channel_id: str | None = Field(None, validation_alias="LINE_PAY_CHANNEL_ID")
    line_pay_secret: SecretStr | None = Field(None, validation_alias="LINE_PAY_SECRET", min_length=16)

    jkopay_url: str | None = Field(None, validation_alias="JKOPAY_URL")
    jkopay_store_id: str | None = Field(None, validation_alias="JKOPAY_STORE_ID")
    jkopay_api_key: SecretStr | None = Field(None, validation_alias="JKOPAY_API_KEY", min_length=16)
    jkopay_secret: SecretStr | None = Field(None, validation_alias="JKOPAY_SECRET", min_length=16)
    # The addresses from which JKOPay calls back, with commas between.
    jkopay_senders: str | None = Field(None, validation_alias="JKOPAY_SENDERS")

    # The agency's own codes: never shipped, see domain.payment_twqr and domain.payment_barcode.
    twqr_secure_code: str | None = Field(None, validation_alias="NHI_TWQR_SECURE_CODE")
    twqr_acquirer: str | None = Field(None, validation_alias="NHI_TWQR_ACQUIRER")
    store_item: str | None = Field(None, validation_alias="NHI_STORE_ITEM")

    @model_validator(mode="after")
    def _whole_contracts(self) -> Self:
        for name, fields in _CONTRACTS.items():
            given = [bool(getattr(self, field)) for field in fields]
            if any(given) and not all(given):
                missing = [self._variable(field) for field in fields if not getattr(self, field)]
                raise ValueError(f"{name} needs all of its settings; missing: {', '.join(missing)}")
        production = getattr(self, "env", "production") == "production"
        self._check_form(production)
        return self

    def _check_form(self, production: bool) -> None:
        for url in (self.line_pay_url, self.jkopay_url):
            if production and url and not url.startswith("https://"):
                raise ValueError("a gateway's address must begin with https:// in production")
        if self.twqr_secure_code and not _TWQR_SECURE.fullmatch(self.twqr_secure_code):
            raise ValueError("NHI_TWQR_SECURE_CODE has the wrong form")
        if self.store_item and not _STORE_ITEM.fullmatch(self.store_item):
            raise ValueError("NHI_STORE_ITEM has the wrong form")

    @classmethod
    def _variable(cls, field: str) -> str:
        alias: Any = cls.model_fields[field].validation_alias
        return str(alias)
