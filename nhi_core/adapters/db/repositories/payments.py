"""Payment orders, attempts and callbacks."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from nhi_core.adapters.db.repositories.statements import insert_if_absent
from nhi_core.adapters.db.tables import plan_terms
from nhi_core.adapters.db.tables_payments import (
    payment_attempts,
    payment_callbacks,
    payment_claims,
    payment_orders,
)
from nhi_core.domain.allocation import Claim
from nhi_core.domain.payment import LIVE_ORDERS, Attempt, AttemptState, Order, OrderState, Purpose
from nhi_core.ports_payments import Callback

_LIVE = [state.value for state in LIVE_ORDERS]


class SqlPaymentOrders:
    """Fulfils ports_payments.PaymentOrders."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def add(self, order: Order) -> bool:
        """Insert the order with its claims; False when a live one stands (the index decides, not we)."""
        if not insert_if_absent(self._connection, payment_orders, _order_row(order)):
            return False
        self._put_claims(order)
        return True

    def get(self, order_id: str) -> Order | None:
        """Return the order."""
        found = self._orders(select(payment_orders).where(payment_orders.c.id == order_id))
        return found[0] if found else None

    def live_of_person(self, person_id: str, purpose: Purpose) -> Order | None:
        """Return the person's live order of a purpose."""
        found = self._orders(
            select(payment_orders).where(
                payment_orders.c.person_id == person_id,
                payment_orders.c.purpose == purpose.value,
                payment_orders.c.state.in_(_LIVE),
            )
        )
        return found[0] if found else None

    def of_person(self, person_id: str) -> tuple[Order, ...]:
        """Return the person's orders, the newest first."""
        return self._orders(
            select(payment_orders)
            .where(payment_orders.c.person_id == person_id)
            .order_by(payment_orders.c.created_at.desc(), payment_orders.c.id)
        )

    def save(self, order: Order) -> bool:
        """Write the order as the next revision; False when somebody else wrote it meanwhile."""
        row = {**_order_row(order), "revision": order.revision + 1}
        done = self._connection.execute(
            update(payment_orders)
            .where(payment_orders.c.id == order.id, payment_orders.c.revision == order.revision)
            .values(row)
        )
        if done.rowcount != 1:
            return False
        self._connection.execute(delete(payment_claims).where(payment_claims.c.order_id == order.id))
        self._put_claims(order)
        return True

    def overdue(self, now: datetime, limit: int) -> tuple[Order, ...]:
        """Return open orders past their time."""
        return self._orders(
            select(payment_orders)
            .where(payment_orders.c.state == OrderState.OPEN.value, payment_orders.c.expires_at <= now)
            .order_by(payment_orders.c.expires_at)
            .limit(limit)
        )

    def add_attempt(self, attempt: Attempt) -> bool:
        """Insert; False when the order has a live attempt."""
        return insert_if_absent(self._connection, payment_attempts, _attempt_row(attempt))

    def attempt(self, attempt_id: str) -> Attempt | None:
        """Return the attempt."""
        query = select(payment_attempts).where(payment_attempts.c.id == attempt_id)
        row = self._connection.execute(query).mappings().first()
        return _attempt(row) if row else None

    def attempts_of(self, order_id: str) -> tuple[Attempt, ...]:
        """Return an order's attempts, the oldest first."""
        query = (
            select(payment_attempts)
            .where(payment_attempts.c.order_id == order_id)
            .order_by(payment_attempts.c.created_at, payment_attempts.c.id)
        )
        return tuple(_attempt(row) for row in self._connection.execute(query).mappings())

    def save_attempt(self, attempt: Attempt, *, was: str) -> bool:
        """Compare-and-set on `state`."""
        done = self._connection.execute(
            update(payment_attempts)
            .where(payment_attempts.c.id == attempt.id, payment_attempts.c.state == str(was))
            .values(_attempt_row(attempt))
        )
        return done.rowcount == 1

    def due_attempts(self, now: datetime, limit: int) -> tuple[Attempt, ...]:
        """Return attempts whose gateway is to be asked now, the longest waiting first."""
        query = (
            select(payment_attempts)
            .where(payment_attempts.c.next_check_at <= now)
            .order_by(payment_attempts.c.next_check_at)
            .limit(limit)
        )
        return tuple(_attempt(row) for row in self._connection.execute(query).mappings())

    def add_callback(self, callback: Callback) -> None:
        """Insert."""
        self._connection.execute(insert(payment_callbacks).values(**dataclasses.asdict(callback)))

    def end_callback(self, callback_id: str, outcome: str) -> None:
        """Record what became of it."""
        self._connection.execute(
            update(payment_callbacks).where(payment_callbacks.c.id == callback_id).values(outcome=outcome)
        )

    def end_callbacks_of(self, attempt_id: str, outcome: str) -> None:
        """Record what became of those of an attempt that have no end: who took them may have died."""
        table = payment_callbacks.c
        self._connection.execute(
            update(payment_callbacks)
            .where(table.attempt_id == attempt_id, table.outcome.is_(None))
            .values(outcome=outcome)
        )

    def pay_term(self, plan_id: str, term: int, paid_on: date) -> bool:
        """Mark one instalment as paid; False when it was or does not exist."""
        done = self._connection.execute(
            update(plan_terms)
            .where(
                plan_terms.c.plan_id == plan_id, plan_terms.c.number == term, plan_terms.c.paid_on.is_(None)
            )
            .values(paid_on=paid_on)
        )
        return done.rowcount == 1

    def _put_claims(self, order: Order) -> None:
        rows = [
            {"order_id": order.id, "number": number, **dataclasses.asdict(claim), "month": claim.month}
            for number, claim in enumerate(order.claims, start=1)
        ]
        if rows:
            self._connection.execute(insert(payment_claims), rows)

    def _orders(self, query: Any) -> tuple[Order, ...]:
        rows = self._connection.execute(query).mappings().all()
        claims = self._claims([row["id"] for row in rows])
        return tuple(_order(row, claims.get(row["id"], ())) for row in rows)

    def _claims(self, order_ids: Iterable[str]) -> dict[str, tuple[Claim, ...]]:
        query = (
            select(payment_claims)
            .where(payment_claims.c.order_id.in_(list(order_ids)))
            .order_by(payment_claims.c.order_id, payment_claims.c.number)
        )
        found: dict[str, tuple[Claim, ...]] = {}
        for row in self._connection.execute(query).mappings():
            claim = Claim(row["bill_id"], row["month"], row["premium"], row["late_fee"], row["enforced"])
            found[row["order_id"]] = (*found.get(row["order_id"], ()), claim)
        return found


def _order(row: RowMapping, claims: tuple[Claim, ...]) -> Order:
    values = dict(row)
    return Order(
        **{**values, "purpose": Purpose(row["purpose"]), "state": OrderState(row["state"]), "claims": claims}
    )


def _order_row(order: Order) -> dict[str, object]:
    row: dict[str, object] = {
        field.name: getattr(order, field.name)
        for field in dataclasses.fields(order)
        if field.name != "claims"
    }
    return {**row, "purpose": order.purpose.value, "state": order.state.value}


def _attempt(row: RowMapping) -> Attempt:
    return Attempt(**{**row, "state": AttemptState(row["state"])})


def _attempt_row(attempt: Attempt) -> dict[str, object]:
    row: dict[str, object] = {
        field.name: getattr(attempt, field.name) for field in dataclasses.fields(attempt)
    }
    return {**row, "state": attempt.state.value}
