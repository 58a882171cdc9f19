"""Bills, payments and instalment plans."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, update

from nhi_core.adapters.db.tables import bills, payments, plan_terms, plans
from nhi_core.adapters.db.tables_ledger import bill_items, refunds
from nhi_core.domain.bills import Bill, BillKind, Payment, Plan, PlanState, PlanTerm
from nhi_core.domain.payment_carry import carried_over


class SqlBills:
    """Fulfils ports.Bills."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def of_payer(self, person_id: str) -> tuple[Bill, ...]:
        """Return the payer's bills, the oldest premium month first."""
        query = select(bills).where(bills.c.payer_id == person_id).order_by(bills.c.month, bills.c.id)
        rows = self._connection.execute(query).mappings()
        return tuple(Bill(**{**row, "kind": BillKind(row["kind"])}) for row in rows)

    def payments_of(self, person_id: str) -> tuple[Payment, ...]:
        """Return what was paid on the payer's bills, the earliest first."""
        rows = self._connection.execute(_payments_of(person_id)).mappings()
        return tuple(Payment(**row) for row in rows)

    def payments_for_booking(self, person_id: str) -> tuple[Payment, ...]:
        """Return the same, after an import that holds the table: see `bulk_matching.link`."""
        query = _payments_of(person_id).with_for_update(of=payments)
        return tuple(Payment(**row) for row in self._connection.execute(query).mappings())

    def plans_of(self, person_id: str) -> tuple[Plan, ...]:
        """Return the payer's plans with their terms, the earliest first."""
        query = (
            select(plans, plan_terms)
            .join(plan_terms, plan_terms.c.plan_id == plans.c.id)
            .where(plans.c.payer_id == person_id)
            .order_by(plans.c.agreed_on, plans.c.id, plan_terms.c.number)
        )
        rows = self._connection.execute(query).all()
        return tuple(
            Plan(
                id=head[0],
                payer_id=head[1],
                state=PlanState(head[2]),
                agreed_on=head[3],
                terms=tuple(PlanTerm(row.number, row.amount, row.due, row.paid_on) for row in group),
            )
            for head, group in groupby(rows, key=lambda row: (row.id, row.payer_id, row.state, row.agreed_on))
        )

    def add_all(self, new: Iterable[Bill]) -> None:
        """Insert bills. Their plans must stand already."""
        values = [_columns(bill) for bill in new]
        if values:
            self._connection.execute(insert(bills), values)

    def add_payments(self, new: Iterable[Payment]) -> None:
        """Insert payments."""
        values = [_columns(payment) for payment in new]
        if values:
            self._connection.execute(insert(payments), values)

    def replace_payment(self, payment_id: str, payment: Payment) -> None:
        """Put `payment` in the place of the row `payment_id`."""
        statement = update(payments).where(payments.c.id == payment_id)
        self._connection.execute(statement.values(**_columns(payment)))

    def add_plan(self, plan: Plan) -> None:
        """Insert a plan with its terms; raises ValueError for a plan without terms."""
        if not plan.terms:
            raise ValueError("a plan has at least one term")
        self._connection.execute(
            insert(plans).values(
                id=plan.id, payer_id=plan.payer_id, state=plan.state.value, agreed_on=plan.agreed_on
            )
        )
        terms = [{"plan_id": plan.id, **_columns(term)} for term in plan.terms]
        self._connection.execute(insert(plan_terms), terms)

    def replace(
        self,
        person_id: str,
        *,
        bills: Iterable[Bill],  # the port's names
        payments: Iterable[Payment],
        plans: Iterable[Plan],
    ) -> None:
        """Put the payer's whole snapshot in place of what is there; fresh payments of our own stay."""
        bills, payments = tuple(bills), tuple(payments)
        ours = carried_over(self.of_payer(person_id), self.payments_of(person_id), bills, payments)
        self._clear(person_id)
        for plan in plans:
            self.add_plan(plan)
        self.add_all(bills)
        self.add_payments((*payments, *ours))

    def _clear(self, person_id: str) -> None:
        mine = select(bills.c.id).where(bills.c.payer_id == person_id)
        my_plans = select(plans.c.id).where(plans.c.payer_id == person_id)
        for statement in (
            delete(bill_items).where(bill_items.c.bill_id.in_(mine)),
            delete(refunds).where(refunds.c.bill_id.in_(mine)),
            delete(payments).where(payments.c.bill_id.in_(mine)),
            delete(bills).where(bills.c.payer_id == person_id),
            delete(plan_terms).where(plan_terms.c.plan_id.in_(my_plans)),
            delete(plans).where(plans.c.payer_id == person_id),
        ):
            self._connection.execute(statement)


def _payments_of(person_id: str) -> Select[Any]:
    return (
        select(payments)
        .join(bills, bills.c.id == payments.c.bill_id)
        .where(bills.c.payer_id == person_id)
        .order_by(payments.c.paid_on, payments.c.id)
    )


def _columns(record: Bill | Payment | PlanTerm) -> dict[str, object]:
    # Field and column names are the same; a test compares them.
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
