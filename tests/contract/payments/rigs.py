"""Each gateway with the other side in our hands: the same words for all of them."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import Any

from nhi_core.adapters.payments.http import GatewayHttp
from nhi_core.adapters.payments.jkopay import JkoPay
from nhi_core.adapters.payments.line_pay import LinePay
from nhi_core.adapters.payments.sandbox import SandboxGateway
from nhi_core.domain.errors import CacheUnavailable
from nhi_core.domain.payment import Attempt, AttemptState
from nhi_core.ports_payments import PaymentProvider, RawCallback
from nhi_core.sandbox_gateway import HEADER, SandboxBooks, sign
from tests.fakes.clock import FakeClock
from tests.fakes.gateways import SECRET, FakeJko, FakeLinePay
from tests.fakes.ids import FakeIds
from tests.fakes.vault import FakeVault

NOW = datetime(2026, 9, 10, 2, tzinfo=UTC)


def attempt(amount: int = 826, **changes: Any) -> Attempt:
    values: dict[str, Any] = {
        "id": FakeIds().uuid(),
        "order_id": "order",
        "channel": "any",
        "state": AttemptState.WAITING,
        "amount": amount,
        "created_at": NOW,
        "next_check_at": None,
    }
    return Attempt(**{**values, **changes})


class Rig(ABC):
    """One provider and its gateway."""

    provider: PaymentProvider

    @abstractmethod
    def approve(self, order: str, amount: int | None = None) -> None:
        """The person agrees (and pays another amount, where the gateway lets that happen)."""

    @abstractmethod
    def refuse(self, order: str) -> None: ...

    @abstractmethod
    def odd(self, order: str) -> None:
        """Answer with a word that no table has."""

    @abstractmethod
    def away(self) -> None: ...

    @abstractmethod
    def taken(self, order: str) -> int:
        """Return how many times money was taken."""

    def callback(self, order: str) -> RawCallback | None:
        """Return what the gateway would post, or None when it posts nothing."""
        return None

    def forged(self, order: str) -> list[RawCallback]:
        return [RawCallback(order.encode(), {}, "203.0.113.9")]


class LineRig(Rig):
    def __init__(self, base: str, fake: FakeLinePay) -> None:
        self.fake = fake
        self.provider = LinePay(GatewayHttp(base, read_seconds=2), FakeIds(5), channel_id="1", secret=SECRET)

    def approve(self, order: str, amount: int | None = None) -> None:
        self.fake.payments[order]["state"] = "0110"
        self.fake.payments[order]["amount"] = amount or self.fake.payments[order]["amount"]

    def refuse(self, order: str) -> None:
        self.fake.payments[order]["state"] = "0122"

    def odd(self, order: str) -> None:
        self.fake.payments[order]["state"] = "9876"

    def away(self) -> None:
        self.fake.down = True

    def taken(self, order: str) -> int:
        return int(self.fake.payments[order]["n"])


class JkoRig(Rig):
    def __init__(self, base: str, fake: FakeJko) -> None:
        self.fake = fake
        self.provider = JkoPay(
            GatewayHttp(base, read_seconds=2),
            store_id="store",
            api_key="key",
            secret=SECRET,
            senders=["198.51.100.7"],
        )

    def approve(self, order: str, amount: int | None = None) -> None:
        row = self.fake.orders[order]
        row.update(status=0, paid=f"{amount or row['price']}.0")

    def refuse(self, order: str) -> None:
        self.fake.orders[order]["status"] = 100

    def odd(self, order: str) -> None:
        self.fake.orders[order]["status"] = 77

    def away(self) -> None:
        self.fake.down = True

    def taken(self, order: str) -> int:
        return int(self.fake.orders[order]["status"] == 0)

    def callback(self, order: str) -> RawCallback | None:
        body = json.dumps({"transaction": {"platform_order_id": order, "status": 0, "final_price": "1"}})
        return RawCallback(body.encode(), {}, "198.51.100.7")

    def forged(self, order: str) -> list[RawCallback]:
        good = self.callback(order)
        assert good is not None
        return [
            RawCallback(good.body, {}, "203.0.113.9"),
            RawCallback(good.body, {}, None),
            RawCallback(b"{}", {}, "198.51.100.7"),
            RawCallback(b"\xff", {}, "198.51.100.7"),
        ]


class _Vault(FakeVault):
    gone = False

    def get(self, name: str, *, context: str) -> Any:
        if self.gone:
            raise CacheUnavailable
        return super().get(name, context=context)


class SandboxRig(Rig):
    def __init__(self) -> None:
        self.vault = _Vault(FakeClock())
        self.books = SandboxBooks(self.vault)
        self.provider = SandboxGateway(self.books, "http://127.0.0.1:8000")

    def _set(self, order: str, **values: Any) -> None:
        self.books.write(order, {**(self.books.read(order) or {}), **values})

    def approve(self, order: str, amount: int | None = None) -> None:
        entry = self.books.read(order) or {}
        self._set(order, status="paid", received=amount or entry["amount"])

    def refuse(self, order: str) -> None:
        self._set(order, status="refused")

    def odd(self, order: str) -> None:
        self._set(order, status="dizzy")

    def away(self) -> None:
        self.vault.gone = True

    def taken(self, order: str) -> int:
        return int((self.books.read(order) or {})["status"] == "paid")

    def callback(self, order: str) -> RawCallback | None:
        body = json.dumps({"order": order, "status": "paid", "amount": 1}).encode()
        return RawCallback(body, {HEADER: sign(body)}, None)

    def forged(self, order: str) -> list[RawCallback]:
        good = self.callback(order)
        assert good is not None
        return [
            RawCallback(good.body, {}, None),
            RawCallback(good.body + b" ", good.headers, None),
            RawCallback(good.body, {HEADER: "0" * 64}, None),
            RawCallback(b"[]", {HEADER: sign(b"[]")}, None),
        ]
