"""What this deployment can be paid with: by its settings alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nhi_core.adapters.payments.http import GatewayHttp
from nhi_core.adapters.payments.jkopay import JkoPay
from nhi_core.adapters.payments.line_pay import LinePay
from nhi_core.adapters.payments.sandbox import SandboxGateway
from nhi_core.adapters.payments.write_off import ImportedWriteOffNumbers, SandboxWriteOffNumbers
from nhi_core.domain.payment_twqr import Merchant
from nhi_core.ports import Ids, Vault
from nhi_core.ports_payments import PaymentProvider, WriteOffNumbers
from nhi_core.sandbox_gateway import SandboxBooks
from nhi_core.settings import Settings

# Made up, and plainly so: no institution is 000, no merchant is all zeros.
_FAKE_MERCHANT = Merchant("FAKE00000000", "00,000" + "0" * 15 + "0" * 8 + "0" * 8)
_FAKE_ITEM = "000"


@dataclass(frozen=True)
class PaymentMeans:
    """Gateways by channel; the codes for payloads of our own, where there are any."""

    providers: Mapping[str, PaymentProvider]
    merchant: Merchant | None
    store_item: str | None
    write_off: WriteOffNumbers
    sandbox_books: SandboxBooks | None


def payment_means(settings: Settings, vault: Vault, ids: Ids) -> PaymentMeans:
    """Return the means: the sandbox's own gateway and made-up codes, or what there is a contract for."""
    if not settings.production:
        books = SandboxBooks(vault)
        gateway: PaymentProvider = SandboxGateway(books, settings.public_url)
        return PaymentMeans(
            {gateway.channel: gateway}, _FAKE_MERCHANT, _FAKE_ITEM, SandboxWriteOffNumbers(), books
        )
    found = [*_line_pay(settings, ids), *_jkopay(settings)]
    merchant = (
        Merchant(settings.twqr_secure_code, settings.twqr_acquirer)
        if settings.twqr_secure_code and settings.twqr_acquirer
        else None
    )
    numbers = ImportedWriteOffNumbers()
    return PaymentMeans({one.channel: one for one in found}, merchant, settings.store_item, numbers, None)


def _line_pay(settings: Settings, ids: Ids) -> list[PaymentProvider]:
    if not settings.line_pay_channel_id or not settings.line_pay_secret:
        return []
    secret = settings.line_pay_secret.get_secret_value()
    http = GatewayHttp(settings.line_pay_url, name="line_pay")
    return [LinePay(http, ids, channel_id=settings.line_pay_channel_id, secret=secret)]


def _jkopay(settings: Settings) -> list[PaymentProvider]:
    store, key, secret = settings.jkopay_store_id, settings.jkopay_api_key, settings.jkopay_secret
    if not (settings.jkopay_url and store and key and secret and settings.jkopay_senders):
        return []
    return [
        JkoPay(
            GatewayHttp(settings.jkopay_url, name="jkopay"),
            store_id=store,
            api_key=key.get_secret_value(),
            secret=secret.get_secret_value(),
            senders=[sender.strip() for sender in settings.jkopay_senders.split(",")],
        )
    ]
