"""Payment orders in memory over the tables of `tests.fakes.store`, and a gateway that can be made to fail."""

from __future__ import annotations

import dataclasses
from collections.abc import MutableMapping
from datetime import date, datetime
from typing import Any, Protocol

from nhi_core.domain.payment import LIVE_ORDERS, Attempt, Order, OrderState, Purpose
from nhi_core.ports_payments import (
    Callback,
    CallbackForged,
    GatewayAway,
    GatewayRefused,
    Opened,
    PayAddresses,
    RawCallback,
    Standing,
    Verdict,
)


class Table(Protocol):
    """Own writes over committed rows."""

    committed: MutableMapping[str, Any]
    rows: MutableMapping[str, Any]


class Bills(Protocol):
    """Where the store keeps plans, by payer."""

    plans: Any


class FakePaymentOrders:
    """Fulfils ports_payments.PaymentOrders."""

    def __init__(self, orders: Table, attempts: Table, callbacks: Table, bills: Bills) -> None:
        self._orders, self._attempts, self._callbacks, self._bills = orders, attempts, callbacks, bills

    def add(self, order: Order) -> bool:
        if self.live_of_person(order.person_id, order.purpose) is not None:
            return False
        self._orders.rows[order.id] = order
        return True

    def get(self, order_id: str) -> Order | None:
        return self._orders.rows.get(order_id)

    def live_of_person(self, person_id: str, purpose: Purpose) -> Order | None:
        live = [
            row
            for row in self._orders.rows.values()
            if (row.person_id, row.purpose) == (person_id, purpose) and row.state in LIVE_ORDERS
        ]
        assert len(live) <= 1, "a person has one live order of a purpose"
        return live[0] if live else None

    def of_person(self, person_id: str) -> tuple[Order, ...]:
        mine = [row for row in self._orders.rows.values() if row.person_id == person_id]
        return tuple(sorted(mine, key=lambda row: row.created_at, reverse=True))

    def save(self, order: Order) -> bool:
        for rows in (self._orders.committed, self._orders.rows):
            if order.id in rows and rows[order.id].revision > order.revision:
                return False
        self._orders.rows[order.id] = dataclasses.replace(order, revision=order.revision + 1)
        return True

    def overdue(self, now: datetime, limit: int) -> tuple[Order, ...]:
        rows = self._orders.rows.values()
        return tuple(row for row in rows if row.state is OrderState.OPEN and row.expires_at <= now)[:limit]

    def add_attempt(self, attempt: Attempt) -> bool:
        if any(one.live for one in self.attempts_of(attempt.order_id)):
            return False
        self._attempts.rows[attempt.id] = attempt
        return True

    def attempt(self, attempt_id: str) -> Attempt | None:
        return self._attempts.rows.get(attempt_id)

    def attempts_of(self, order_id: str) -> tuple[Attempt, ...]:
        mine = [row for row in self._attempts.rows.values() if row.order_id == order_id]
        return tuple(sorted(mine, key=lambda row: row.created_at))

    def save_attempt(self, attempt: Attempt, *, was: str) -> bool:
        for rows in (self._attempts.committed, self._attempts.rows):
            if attempt.id in rows and rows[attempt.id].state != was:
                return False
        self._attempts.rows[attempt.id] = attempt
        return True

    def due_attempts(self, now: datetime, limit: int) -> tuple[Attempt, ...]:
        rows = self._attempts.rows.values()
        return tuple(row for row in rows if row.next_check_at and row.next_check_at <= now)[:limit]

    def add_callback(self, callback: Callback) -> None:
        self._callbacks.rows[callback.id] = callback

    def end_callback(self, callback_id: str, outcome: str) -> None:
        row = self._callbacks.rows[callback_id]
        self._callbacks.rows[callback_id] = dataclasses.replace(row, outcome=outcome)

    def end_callbacks_of(self, attempt_id: str, outcome: str) -> None:
        for row in list(self._callbacks.rows.values()):
            if row.attempt_id == attempt_id and row.outcome is None:
                self.end_callback(row.id, outcome)

    def pay_term(self, plan_id: str, term: int, paid_on: date) -> bool:
        for payer, plans in dict(self._bills.plans.rows).items():
            for plan in plans:
                if plan.id == plan_id and any(t.number == term and t.paid_on is None for t in plan.terms):
                    terms = tuple(
                        dataclasses.replace(t, paid_on=paid_on) if t.number == term else t for t in plan.terms
                    )
                    changed = dataclasses.replace(plan, terms=terms)
                    self._bills.plans.rows[payer] = tuple(changed if p.id == plan_id else p for p in plans)
                    return True
        return False


class FakeGateway:
    """Fulfils PaymentProvider. Tests move money by `approve`, and take the gateway away by `away`."""

    def __init__(self, channel: str = "fake", *, captures: bool = True) -> None:
        self.channel = channel
        self.captures = captures
        self.standings: dict[str, Verdict] = {}
        self.taken: dict[str, int] = {}
        self.away = False
        self.refuses = False
        self.asked = 0

    def open(self, attempt: Attempt, addresses: PayAddresses, *, language: str) -> Opened:
        self._here()
        if self.refuses:
            raise GatewayRefused("1104")
        self.standings[attempt.id] = Verdict(Standing.UNPAID, "wait")
        return Opened(f"https://gateway.test/{attempt.id}", f"ref-{attempt.id[:8]}")

    def approve(self, attempt_id: str, amount: int) -> None:
        """The person agrees: a capturing gateway takes the money at once."""
        if self.captures:
            self._take(attempt_id, amount)
        else:
            self.standings[attempt_id] = Verdict(Standing.APPROVED, "ok", amount)

    def say(self, attempt_id: str, standing: Standing, code: str = "said") -> None:
        self.standings[attempt_id] = Verdict(standing, code)

    def confirm(self, attempt: Attempt) -> Verdict:
        self._here()
        said = self.inquire(attempt)
        if said.standing is Standing.APPROVED:
            self._take(attempt.id, attempt.amount)
        return self.inquire(attempt)

    def inquire(self, attempt: Attempt) -> Verdict:
        self._here()
        self.asked += 1
        return self.standings.get(attempt.id, Verdict(Standing.UNKNOWN, "none"))

    def attempt_of(self, callback: RawCallback) -> str:
        if callback.headers.get("X-Signature") != "good":
            raise CallbackForged
        return callback.body.decode()

    def _take(self, attempt_id: str, amount: int) -> None:
        self.taken[attempt_id] = self.taken.get(attempt_id, 0) + amount
        self.standings[attempt_id] = Verdict(Standing.PAID, "paid", self.taken[attempt_id])

    def _here(self) -> None:
        if self.away:
            raise GatewayAway
