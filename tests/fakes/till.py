"""Everything a payment needs, over any store, with a process that can be killed at each step."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from nhi_core.domain.accounts import Account, AccountKind, Binding
from nhi_core.domain.bills import Bill, Payment, Plan
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.domain.payment import Attempt, Order
from nhi_core.domain.people import Person
from nhi_core.ports import UnitOfWork, UnitOfWorkFactory
from nhi_core.ports_payments import PaymentProvider, RawCallback
from nhi_core.security import Signer, sandbox_rings
from nhi_core.services.arrears import ArrearsService, ArrearsView
from nhi_core.services.ledger import Assessor
from nhi_core.services.payment_claims import Owed
from nhi_core.services.payment_links import PayLinks
from nhi_core.services.payments import PaymentService
from tests.factories.domain import make_bill, make_person
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from tests.fakes.payments import FakeGateway
from tests.fakes.world import CALENDAR

GOOD = {"X-Signature": "good"}


class Killed(BaseException):
    """The process ended here. No handler of ours catches it."""


@dataclass
class Death:
    """Counts the steps of a process: each commit and each call to a gateway, before and after it."""

    at: int | None = None
    steps: int = 0

    def step(self) -> None:
        self.steps += 1
        if self.at == self.steps:
            raise Killed

    def around(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def mortal(*args: Any, **kwargs: Any) -> Any:
            self.step()
            result = work(*args, **kwargs)
            self.step()
            return result

        return mortal


class MortalGateway:
    """A gateway as a process that may die calls it."""

    def __init__(self, gateway: PaymentProvider, death: Death) -> None:
        self.channel, self.captures = gateway.channel, gateway.captures
        self.open = death.around(gateway.open)
        self.confirm = death.around(gateway.confirm)
        self.inquire = death.around(gateway.inquire)
        self.attempt_of = gateway.attempt_of


@dataclass
class Till:
    """One account bound to one person with bills, a gateway, and the service."""

    store: UnitOfWorkFactory
    clock: FakeClock
    captures: bool = True
    bills: tuple[Bill, ...] | None = None
    plans: tuple[Plan, ...] = ()
    cooling_off: timedelta = timedelta(0)
    death: Death = field(default_factory=Death)

    def __post_init__(self) -> None:
        """Put the rows there."""
        self.ids = FakeIds()
        self.person = make_person(key="payer")
        self.gateway = FakeGateway(captures=self.captures)
        self.other = FakeGateway("other", captures=self.captures)
        now = self.clock.now()
        self.account = Account(
            "account", "line", "Ufake", "c" * 16, "session", now, "zh-TW", True, AccountKind.BOUND, False, now
        )  # fmt: skip
        bills = self.bills if self.bills is not None else (make_bill(3304, date(2026, 6, 30), key="bill-a"),)
        with self.store() as uow:
            uow.people.add(self.person)
            uow.accounts.add(self.account)
            uow.bindings.add(
                Binding("binding", "account", "payer", "bound", now, None, now - timedelta(hours=1), None)
            )
            for plan in self.plans:
                uow.bills.add_plan(plan)
            uow.bills.add_all(bills)
            uow.commit()

    @property
    def pay(self) -> PaymentService:
        """A service as a process that just started has it."""
        return PaymentService(
            self._mortal,
            self.clock,
            self.ids,
            calendar=CALENDAR,
            owed=Owed(Assessor(CALENDAR, FeePolicy())),
            links=PayLinks(Signer(sandbox_rings().sign), self.clock, "https://counter.test"),
            providers=self._providers(),
            cooling_off=self.cooling_off,
        )

    def _providers(self) -> dict[str, PaymentProvider]:
        return {one.channel: MortalGateway(one, self.death) for one in (self.gateway, self.other)}

    def _mortal(self) -> UnitOfWork:
        uow = self.store()
        uow.commit = self.death.around(uow.commit)  # type: ignore[method-assign]  # dies around it
        return uow

    def order_id(self) -> str:
        """Ask for a link and return the order behind it."""
        link = self.pay.order("account")
        return self.pay.links.read(link.url.rsplit("/", 1)[1])

    def started(self, channel: str = "fake") -> Attempt:
        """Ask for a link, open its page and begin to pay."""
        order_id = self.order_id()
        view = self.pay.page(order_id)
        self.pay.start(order_id, channel, amount=view.amount, language="zh-TW")
        return self.attempts(order_id)[-1]

    def call(self, attempt_id: str) -> str:
        """The gateway calls back."""
        return self.pay.called_back("fake", RawCallback(attempt_id.encode(), GOOD, None), "hash")

    def order(self, order_id: str) -> Order:
        with self.store() as uow:
            found = uow.orders.get(order_id)
        assert found is not None
        return found

    def orders(self) -> tuple[Order, ...]:
        with self.store() as uow:
            return uow.orders.of_person("payer")

    def attempts(self, order_id: str) -> tuple[Attempt, ...]:
        with self.store() as uow:
            return uow.orders.attempts_of(order_id)

    def payments(self) -> tuple[Payment, ...]:
        with self.store() as uow:
            return uow.bills.payments_of("payer")

    def arrears(self) -> ArrearsView:
        return ArrearsService(self.store, self.clock, CALENDAR).summary("account")

    def heal(self, *, hours: int = 30) -> None:
        """Let the sweeper run, as the beat does, for some hours."""
        self.death.at = None
        end, pause = self.clock.now() + timedelta(hours=hours), 5
        while self.clock.now() < end:
            self.pay.reconcile()
            self.clock.advance(minutes=pause)
            pause = min(pause * 2, 300)

    def rebind(self, person: Person) -> None:
        """Bind the account to somebody else."""
        now = self.clock.now()
        with self.store() as uow:
            standing = uow.bindings.bound_of_account("account")
            assert standing is not None
            uow.bindings.move(dataclasses.replace(standing, state="unbound", ended_at=now), was="bound")
            uow.people.add(person)
            uow.bindings.add(Binding("second", "account", person.id, "bound", now, None, now, None))
            uow.commit()
