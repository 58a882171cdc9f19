"""Applications: what comes back, what is sealed, what the database itself refuses."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from nhi_core.adapters.db import ColumnSealer, SqlUnitOfWorkFactory, reseal
from nhi_core.domain.application import Application, ApplicationState, Reason, Step
from nhi_core.domain.bills import Plan, PlanState
from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.instalments import Claim
from nhi_core.domain.people import Person
from tests.factories import canary
from tests.integration.db.records import NOW, a_bill, a_person, a_plan, another_person, new_id

Uow = SqlUnitOfWorkFactory
PHONE = "0912345678"


def an_application(person: Person, **changes: object) -> Application:
    made = Application(
        id=new_id(),
        code=new_id()[:8],
        person_id=person.id,
        state=ApplicationState.DRAFT,
        revision=1,
        step=Step.TERMS,
        terms=None,
        total=9_912,
        claims=(Claim("bill-1", 9_000, 912),),
        reason=None,
        contact=None,
        note=None,
        plan_id=None,
        told=None,
        created_at=NOW,
        updated_at=NOW,
        submitted_at=None,
        decided_at=None,
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def person(uow: Uow) -> Person:
    made = a_person()
    with uow() as work:
        work.people.add(made)
        work.commit()
    return made


def test_an_application_comes_back_whole(uow: Uow, person: Person) -> None:
    full = an_application(
        person, state=ApplicationState.SUBMITTED, terms=12, reason=Reason.ILLNESS, contact=PHONE,
        note="請補件", plan_id="p", told="returned", step=Step.SUMMARY, submitted_at=NOW, decided_at=NOW,
    )  # fmt: skip
    with uow() as work:
        work.applications.add(full)
        work.commit()
    with uow() as work:
        assert work.applications.get(full.id) == full
        assert work.applications.by_code(full.code) == full
        assert work.applications.open_of_person(person.id) == full
        assert work.applications.latest_of_person(person.id) == full
        assert work.applications.in_state(ApplicationState.SUBMITTED) == (full,)
        assert work.applications.in_state(ApplicationState.DRAFT) == ()


def test_why_and_whom_to_call_are_readable_nowhere(
    uow: Uow, person: Person, engine: Engine, sealer: ColumnSealer
) -> None:
    made = an_application(person, reason=Reason.ILLNESS, contact=PHONE, note=canary.NAME)
    empty = an_application(_other(uow))
    with uow() as work:
        work.applications.add(made)
        work.applications.add(empty)
        work.commit()
    with engine.connect() as connection:
        rows = str(connection.execute(text("SELECT * FROM instalment_applications")).all())
    for secret in ("illness", PHONE, canary.NAME):
        assert secret not in rows
    [report] = [one for one in reseal(engine, sealer) if one.table == "instalment_applications"]
    assert (report.seen, report.broken) == (2, 0)


def test_one_person_has_one_application_under_way(uow: Uow, person: Person) -> None:
    with uow() as work:
        work.applications.add(an_application(person))
        work.commit()
    with uow() as work:
        with pytest.raises(IllegalMove):
            work.applications.add(an_application(person))
        # The refusal has not spoilt the transaction, and what is over does not count.
        work.applications.add(an_application(person, state=ApplicationState.REFUSED))
        work.commit()


def test_of_two_changes_at_once_one_is_taken(uow: Uow, person: Person) -> None:
    made = an_application(person)
    changed = dataclasses.replace(made, terms=6, revision=2)
    with uow() as work:
        work.applications.add(made)
        work.commit()
    with uow() as work:
        assert work.applications.save(changed, was=1)
        assert not work.applications.save(dataclasses.replace(made, terms=3, revision=2), was=1)
        work.commit()
    with uow() as work:
        assert work.applications.get(made.id) == changed


def test_the_untold_are_those_whose_answer_stands(uow: Uow, person: Person) -> None:
    later = NOW + timedelta(hours=1)
    approved = an_application(person, state=ApplicationState.APPROVED, told="returned", updated_at=later)
    refused = an_application(person, state=ApplicationState.REFUSED)
    told = an_application(person, state=ApplicationState.REFUSED, told="refused")
    with uow() as work:
        for one in (approved, refused, told, an_application(person, state=ApplicationState.SUBMITTED)):
            work.applications.add(one)
        assert work.applications.untold() == (refused, approved)


def test_an_agreed_plan_takes_its_bills_and_nobody_elses(uow: Uow, person: Person) -> None:
    other = _other(uow)
    mine, theirs = a_bill(person), a_bill(other)
    plan: Plan = a_plan(person)
    with uow() as work:
        work.bills.add_all([mine, theirs])
        work.plans.agree(plan, [mine.id, theirs.id])
        work.plans.set_state(plan.id, PlanState.DEFAULTED)
        work.commit()
    with uow() as work:
        assert work.bills.of_payer(person.id)[0].plan_id == plan.id
        assert work.bills.of_payer(other.id)[0].plan_id is None
        assert work.plans.get(plan.id) == dataclasses.replace(plan, state=PlanState.DEFAULTED)
        assert work.plans.get("nothing") is None


def _other(uow: Uow) -> Person:
    other = another_person()
    with uow() as work:
        work.people.add(other)
        work.commit()
    return other
