"""Applications for instalments, and the plans they end in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from nhi_core.adapters.db.repositories.bills import SqlBills
from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables import bills, plan_terms, plans
from nhi_core.adapters.db.tables_instalments import instalment_applications
from nhi_core.adapters.db.types import Envelope
from nhi_core.domain.application import OPEN, TOLD, Application, ApplicationState, Reason, Step
from nhi_core.domain.bills import Plan, PlanState, PlanTerm
from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.instalments import Claim

_c = instalment_applications.c
_SEALED = (_c.reason, _c.contact, _c.note)


class SqlApplications:
    """Fulfils ports.Applications."""

    def __init__(self, connection: Connection, sealer: ColumnSealer) -> None:
        """Work on one connection."""
        self._connection = connection
        self._sealer = sealer

    def add(self, application: Application) -> None:
        """Insert. Raises IllegalMove when the person has an open one already."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(instalment_applications).values(self._columns(application)))
        except IntegrityError:
            raise IllegalMove("an application is under way already") from None

    def get(self, application_id: str) -> Application | None:
        """Return the application of this id."""
        return next(iter(self._where(_c.id == application_id, limit=1)), None)

    def by_code(self, code: str) -> Application | None:
        """Return the application of this code."""
        return next(iter(self._where(_c.code == code, limit=1)), None)

    def open_of_person(self, person_id: str) -> Application | None:
        """Return the one under way."""
        found = self._where(_c.person_id == person_id, _c.state.in_([state.value for state in OPEN]), limit=1)
        return next(iter(found), None)

    def latest_of_person(self, person_id: str) -> Application | None:
        """Return the newest that was ever handed in."""
        query = (
            select(instalment_applications)
            .where(_c.person_id == person_id, _c.submitted_at.is_not(None))
            .order_by(_c.submitted_at.desc(), _c.id.desc())
            .limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else self._application(row)

    def in_state(self, *states: ApplicationState, limit: int = 200) -> tuple[Application, ...]:
        """Return applications in any of these states, the longest waiting first."""
        return self._where(_c.state.in_([state.value for state in states]), limit=limit)

    def untold(self, limit: int = 50) -> tuple[Application, ...]:
        """Return those whose present state the applicant should be told and was not."""
        told = (_c.told.is_(None)) | (_c.told != _c.state)
        return self._where(_c.state.in_([state.value for state in TOLD]), told, limit=limit)

    def save(self, application: Application, *, was: int) -> bool:
        """Compare-and-set on `revision`; False when somebody else changed the row."""
        statement = update(instalment_applications).where(_c.id == application.id, _c.revision == was)
        return self._connection.execute(statement.values(self._columns(application))).rowcount == 1

    def of_rows(self, rows: Iterable[Row[Any]]) -> tuple[Application, ...]:
        """Return the applications of rows that another query has found."""
        return tuple(self._application(row) for row in rows)

    def _columns(self, application: Application) -> dict[str, object]:
        values: dict[str, object] = {
            column.name: getattr(application, column.name) for column in instalment_applications.columns
        }
        for column in _SEALED:
            value = getattr(application, column.name)
            sealed = None if value is None else self._sealer.seal(column, str(value), row=application.id)
            values[column.name] = sealed
        values["state"], values["step"] = application.state.value, application.step.value
        values["claims"] = [[claim.bill_id, claim.premium, claim.fee] for claim in application.claims]
        return values

    def _where(self, *conditions: ColumnElement[bool], limit: int) -> tuple[Application, ...]:
        query = select(instalment_applications).where(*conditions).order_by(_c.updated_at, _c.id).limit(limit)
        return tuple(self._application(row) for row in self._connection.execute(query))

    def _application(self, row: Row[tuple[object, ...]]) -> Application:
        values = dict(row._mapping)
        for column in _SEALED:
            stored = values[column.name]
            if isinstance(stored, Envelope):
                values[column.name] = self._sealer.open(column, stored, row=row.id)
        reason = values["reason"]
        return Application(
            **{
                **values,
                "state": ApplicationState(row.state),
                "step": Step(row.step),
                "reason": None if reason is None else Reason(str(reason)),
                "claims": tuple(Claim(*claim) for claim in row.claims),
            }
        )


class SqlInstalmentPlans:
    """Fulfils ports.InstalmentPlans."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def get(self, plan_id: str) -> Plan | None:
        """Return the plan of this id with its terms."""
        row = self._connection.execute(select(plans).where(plans.c.id == plan_id)).one_or_none()
        if row is None:
            return None
        query = select(plan_terms).where(plan_terms.c.plan_id == plan_id).order_by(plan_terms.c.number)
        terms = tuple(
            PlanTerm(term.number, term.amount, term.due, term.paid_on)
            for term in self._connection.execute(query)
        )
        return Plan(row.id, row.payer_id, PlanState(row.state), row.agreed_on, terms)

    def agree(self, plan: Plan, bill_ids: Iterable[str]) -> None:
        """Insert the plan and put its bills under it."""
        SqlBills(self._connection).add_plan(plan)
        mine = (bills.c.id.in_(list(bill_ids)), bills.c.payer_id == plan.payer_id)
        self._connection.execute(update(bills).where(*mine).values(plan_id=plan.id))

    def set_state(self, plan_id: str, state: PlanState) -> None:
        """Write the plan's state."""
        self._connection.execute(update(plans).where(plans.c.id == plan_id).values(state=state.value))
