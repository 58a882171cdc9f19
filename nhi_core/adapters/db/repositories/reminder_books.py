"""The records of many payers, read together: five queries a page, whatever its size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select, true

from nhi_core.adapters.db.tables import bills, payments, persons, plan_terms, plans
from nhi_core.adapters.db.tables_ledger import refunds
from nhi_core.domain.bills import Bill, BillKind, Payment, Plan, PlanState, PlanTerm
from nhi_core.domain.ledger import Refund
from nhi_core.domain.people import Hardship
from nhi_core.domain.reminder_days import LOOK_AHEAD, LOOK_BACK, Books

_T = TypeVar("_T")


class SqlReminderBooks:
    """Fulfils ports_reminders.ReminderBooks."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def of(self, person_ids: Iterable[str], today: date) -> Mapping[str, Books]:
        """Return for each payer what lies within `LOOK_BACK` and `LOOK_AHEAD` of today."""
        going_on = plans.c.state != PlanState.FINISHED.value
        return self._read(list(person_ids), today, near=_near(today), counts=going_on)

    def whole(self, person_ids: Iterable[str], today: date) -> Mapping[str, Books]:
        """Return for each payer everything."""
        return self._read(list(person_ids), today, near=true(), counts=true())

    def _read(
        self, payers: list[str], today: date, *, near: ColumnElement[bool], counts: ColumnElement[bool]
    ) -> Mapping[str, Books]:
        read = self._bills(payers, near), self._payments(payers, near, today), self._plans(payers, counts)
        returned, hardship = self._refunds(payers, near), self._hardship(payers)
        my_bills, my_payments, my_plans = read
        return {
            payer: Books(
                bills=tuple(my_bills.get(payer, ())),
                payments=tuple(my_payments.get(payer, ())),
                plans=tuple(my_plans.get(payer, ())),
                refunds=tuple(returned.get(payer, ())),
                hardship=hardship.get(payer),
            )
            for payer in payers
        }

    def _bills(self, payers: list[str], near: ColumnElement[bool]) -> dict[str, list[Bill]]:
        query = select(bills).where(bills.c.payer_id.in_(payers), near).order_by(bills.c.month, bills.c.id)
        rows = self._connection.execute(query).mappings()
        return _grouped((row["payer_id"], Bill(**{**row, "kind": BillKind(row["kind"])})) for row in rows)

    def _payments(
        self, payers: list[str], near: ColumnElement[bool], today: date
    ) -> dict[str, list[Payment]]:
        """Return payments on bills near today, and all that were made or posted lately."""
        since = today - LOOK_BACK
        lately = or_(payments.c.paid_on >= since, payments.c.posted_on >= since)
        query = (
            select(bills.c.payer_id, payments)
            .join(bills, bills.c.id == payments.c.bill_id)
            .where(bills.c.payer_id.in_(payers), or_(near, lately))
            .order_by(payments.c.paid_on, payments.c.id)
        )
        return _grouped(_owned(row, Payment) for row in self._connection.execute(query))

    def _plans(self, payers: list[str], counts: ColumnElement[bool]) -> dict[str, list[Plan]]:
        query = (
            select(plans, plan_terms)
            .join(plan_terms, plan_terms.c.plan_id == plans.c.id)
            .where(plans.c.payer_id.in_(payers), counts)
            .order_by(plans.c.agreed_on, plans.c.id, plan_terms.c.number)
        )
        rows = self._connection.execute(query).all()
        found = (
            Plan(
                id=head[0],
                payer_id=head[1],
                state=PlanState(head[2]),
                agreed_on=head[3],
                terms=tuple(PlanTerm(row.number, row.amount, row.due, row.paid_on) for row in group),
            )
            for head, group in groupby(rows, key=lambda row: (row.id, row.payer_id, row.state, row.agreed_on))
        )
        return _grouped((plan.payer_id, plan) for plan in found)

    def _refunds(self, payers: list[str], near: ColumnElement[bool]) -> dict[str, list[Refund]]:
        query = (
            select(bills.c.payer_id, refunds)
            .join(bills, bills.c.id == refunds.c.bill_id)
            .where(bills.c.payer_id.in_(payers), near)
        )
        return _grouped(_owned(row, Refund) for row in self._connection.execute(query))

    def _hardship(self, payers: list[str]) -> dict[str, Hardship]:
        columns = (persons.c.id, persons.c.hardship_since, persons.c.hardship_until)
        query = select(*columns).where(persons.c.id.in_(payers), persons.c.hardship_since.is_not(None))
        return {key: Hardship(since, until) for key, since, until in self._connection.execute(query)}


def _near(today: date) -> ColumnElement[bool]:
    """Return the condition for bills whose due date, deferral or late-fee start lies near today."""
    first, last = today - LOOK_BACK, today + LOOK_AHEAD
    days = (bills.c.due, bills.c.deferred_until, bills.c.late_fee_start)
    return or_(*(and_(day >= first, day <= last) for day in days))


def _owned(row: Row[Any], make: Callable[..., _T]) -> tuple[str, _T]:
    """Return the payer of a row and the record in it: field and column names are the same."""
    values = dict(row._mapping)
    return values.pop("payer_id"), make(**values)


def _grouped(pairs: Iterable[tuple[str, _T]]) -> dict[str, list[_T]]:
    found: dict[str, list[_T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
