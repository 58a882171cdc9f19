"""Applications and plans in memory, over the tables of `tests.fakes.store`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, MutableMapping
from typing import Any, Protocol

from nhi_core.domain.application import OPEN, TOLD, Application, ApplicationState
from nhi_core.domain.bills import Bill, Plan, PlanState
from nhi_core.domain.errors import IllegalMove


class Table(Protocol):
    """Own writes over committed rows."""

    committed: MutableMapping[str, Any]
    own: dict[str, Any]
    rows: MutableMapping[str, Any]


class Bills(Protocol):
    """Where the store keeps bills and plans, by payer."""

    bills: Any
    plans: Any


class FakeApplications:
    """Fulfils ports.Applications."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, application: Application) -> None:
        if self.open_of_person(application.person_id) is not None:
            raise IllegalMove("an application is under way already")
        assert self.by_code(application.code) is None, "a code is unique"
        self._table.rows[application.id] = application

    def get(self, application_id: str) -> Application | None:
        return self._table.rows.get(application_id)

    def by_code(self, code: str) -> Application | None:
        return next((row for row in self._rows() if row.code == code), None)

    def open_of_person(self, person_id: str) -> Application | None:
        mine = [row for row in self._rows() if row.person_id == person_id and row.state in OPEN]
        assert len(mine) <= 1, "a person has one open application"
        return mine[0] if mine else None

    def latest_of_person(self, person_id: str) -> Application | None:
        handed_in = [row for row in self._rows() if row.person_id == person_id and row.submitted_at]
        return max(handed_in, key=lambda row: (row.submitted_at, row.id), default=None)

    def in_state(self, *states: ApplicationState, limit: int = 200) -> tuple[Application, ...]:
        return tuple(row for row in self._rows() if row.state in states)[:limit]

    def untold(self, limit: int = 50) -> tuple[Application, ...]:
        return tuple(row for row in self._rows() if row.state in TOLD and row.told != row.state)[:limit]

    def save(self, application: Application, *, was: int) -> bool:
        # One's own write comes before what is committed, as in a transaction.
        found = self._table.own.get(application.id) or self._table.committed.get(application.id)
        if found is None or found.revision != was:
            return False
        self._table.rows[application.id] = application
        return True

    def _rows(self) -> list[Application]:
        return sorted(self._table.rows.values(), key=lambda row: (row.updated_at, row.id))


class FakePlans:
    """Fulfils ports.InstalmentPlans."""

    def __init__(self, bills: Bills) -> None:
        self._bills = bills

    def get(self, plan_id: str) -> Plan | None:
        found = (plan for plans in self._bills.plans.rows.values() for plan in plans if plan.id == plan_id)
        return next(found, None)

    def agree(self, plan: Plan, bill_ids: Iterable[str]) -> None:
        wanted = set(bill_ids)
        mine: tuple[Bill, ...] = self._bills.bills.rows.get(plan.payer_id, ())
        self._bills.plans.rows[plan.payer_id] = (*self._bills.plans.rows.get(plan.payer_id, ()), plan)
        self._bills.bills.rows[plan.payer_id] = tuple(
            dataclasses.replace(bill, plan_id=plan.id) if bill.id in wanted else bill for bill in mine
        )

    def set_state(self, plan_id: str, state: PlanState) -> None:
        plan = self.get(plan_id)
        assert plan is not None
        self.replace(dataclasses.replace(plan, state=state))

    def replace(self, plan: Plan) -> None:
        """Put a plan in the place of the one with its id (a test plays the agency's books)."""
        plans: tuple[Plan, ...] = self._bills.plans.rows[plan.payer_id]
        self._bills.plans.rows[plan.payer_id] = tuple(plan if one.id == plan.id else one for one in plans)
