"""Made-up applications for the sandbox's console, so that there is something to decide. Sandbox only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from nhi_core.domain.application import Application, ApplicationState, Reason, Step
from nhi_core.domain.calendar import WorkingDays
from nhi_core.domain.codes import ALPHABET
from nhi_core.domain.instalments import Offer, offer
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory
from nhi_core.services.instalments import CODE_LENGTH
from nhi_core.services.ledger import Assessor


@dataclass(frozen=True, slots=True)
class _Wish:
    """Who applies, for how many terms at most, and how many days ago."""

    story: str
    terms: int
    reason: Reason
    contact: str
    days: int


# People whose applications nobody else in the sandbox plays with.
_WISHES = (
    _Wish("hardship_ended", 6, Reason.UNEMPLOYMENT, "0912345678", 6),
    _Wish("partial_late_payment", 3, Reason.PAY_CUT, "line", 5),
    _Wish("recently_unemployed", 3, Reason.UNEMPLOYMENT, "0987654321", 4),
    _Wish("plan_defaulted", 12, Reason.ILLNESS, "mei@example.test", 3),
    _Wish("hardship", 12, Reason.DISASTER, "0755512345", 2),
    _Wish("back_from_abroad", 3, Reason.OTHER, "0922333444", 1),
    _Wish("supplied_start", 4, Reason.FAMILY_EMERGENCY, "line", 0),
)


def seed_applications(
    uow: UnitOfWorkFactory, clock: Clock, ids: Ids, calendar: WorkingDays, policy: FeePolicy
) -> int:
    """Hand in an application for each of them who may apply and has none; return how many."""
    assessor, today, added = Assessor(calendar, policy), clock.today(), 0
    with uow() as work:
        for wish in _WISHES:
            person = work.people.by_story(wish.story)
            if person is None or _has_one(work, person.id):
                continue
            assessment = assessor.of_person(work, person, today)
            offered = offer(assessment, work.bills.plans_of(person.id), today=today)
            application = _application(wish, person.id, offered, ids, clock)
            if application.terms is not None:
                work.applications.add(application)
                detail = {"application": application.id}
                work.audit.record("instalment_submitted", subject=person.id, detail=detail)
                added += 1
        work.commit()
    return added


def _has_one(work: UnitOfWork, person_id: str) -> bool:
    applications = work.applications
    return (applications.latest_of_person(person_id) or applications.open_of_person(person_id)) is not None


def _application(wish: _Wish, person_id: str, offered: Offer, ids: Ids, clock: Clock) -> Application:
    """Return what was handed in; without terms when none are allowed."""
    allowed = [one.terms for one in offered.options if one.terms <= wish.terms]
    at = clock.now() - timedelta(days=wish.days, hours=wish.days)
    return Application(
        id=ids.uuid(),
        code=ids.code(ALPHABET, CODE_LENGTH),
        person_id=person_id,
        state=ApplicationState.SUBMITTED,
        revision=2,
        step=Step.SUMMARY,
        terms=max(allowed, default=None),
        total=offered.total,
        claims=offered.claims,
        reason=wish.reason,
        contact=wish.contact,
        note=None,
        plan_id=None,
        told=None,
        created_at=at,
        updated_at=at,
        submitted_at=at,
        decided_at=None,
    )
