"""The staff's side of instalments: what waits, the sheet, the decision; and what follows from the plan."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date

from nhi_core.domain.application import (
    AUDIT_EVENTS,
    Application,
    ApplicationEvent,
    ApplicationState,
    Reason,
    next_state,
)
from nhi_core.domain.bills import Plan, PlanState, PlanTerm
from nhi_core.domain.calendar import WorkingDays
from nhi_core.domain.contact import parse_contact
from nhi_core.domain.errors import ApplicationChanged, IllegalMove, Invalid
from nhi_core.domain.identifiers import mask_name, mask_number, plain
from nhi_core.domain.instalments import Offer, offer, schedule
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.domain.people import Person
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory
from nhi_core.services.instalment_checks import Check, checks
from nhi_core.services.instalment_views import show_code, taipei_day
from nhi_core.services.instalments import DRAFT_LIFE
from nhi_core.services.ledger import Assessor
from nhi_core.services.staff import COMMAND_LINE

_SWEPT = 5_000
_REASON_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the list. The name is masked."""

    code: str
    state: ApplicationState
    person_masked: str
    terms: int
    total: int
    submitted_on: date
    passed: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything a clerk needs to decide, or to fill in the form at the counter. Amounts in NT$."""

    code: str
    state: ApplicationState
    person_masked: str
    number_masked: str
    terms: int
    total: int
    premium_total: int
    late_fee_total: int
    months: tuple[str, ...]
    schedule: tuple[PlanTerm, ...]
    reason: Reason | None
    contact: str
    contact_masked: str
    at_counter: bool
    reapplication: bool
    submitted_on: date
    checks: tuple[tuple[Check, bool], ...]

    def __repr__(self) -> str:
        """Show nothing personal."""
        return f"Sheet(state={self.state!r})"


@dataclass(frozen=True, slots=True)
class Unmasked:
    """Who applied, in full: shown once, to whoever gave a reason."""

    name: str
    number: str
    contact: str

    def __repr__(self) -> str:
        """Show nothing."""
        return "Unmasked(…)"


@dataclass(frozen=True, slots=True)
class Untold:
    """An answer that the applicant does not know yet. `account_id` None: nobody to push to."""

    application_id: str
    state: ApplicationState
    account_id: str | None

    @property
    def key(self) -> str:
        """The send ledger's key: each answer is told once."""
        return f"instalment:{self.application_id}:{self.state.value}"


class InstalmentDesk:
    """Decides. Its callers are staff (the command, the console); the audit trail names each act."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        clock: Clock,
        ids: Ids,
        calendar: WorkingDays,
        policy: FeePolicy | None = None,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._assessor = Assessor(calendar, policy or FeePolicy())

    def waiting(self, *states: ApplicationState) -> tuple[Waiting, ...]:
        """Return what waits for a decision (or is in `states`), the longest waiting first."""
        with self._uow() as uow:
            found = uow.applications.in_state(*(states or (ApplicationState.SUBMITTED,)))
            return tuple(self._line(uow, one) for one in found if one.submitted_at is not None)

    def language_of(self, code: str) -> str | None:
        """Return the language of the chat that the person is bound to, None without one. Raises Invalid."""
        with self._uow() as uow:
            account_id = _account_of(uow, _handed_in(uow, code).person_id)
            account = None if account_id is None else uow.accounts.get(account_id)
        return None if account is None else account.language

    def sheet(self, code: str, *, by: str = COMMAND_LINE) -> Sheet:
        """Return the sheet of a code, however it is typed; `by` is who of the staff reads it.

        Raises Invalid: nothing was handed in under it.
        """
        with self._uow() as uow:
            found = _handed_in(uow, code)
            person = _person(uow, found)
            offered = self._offer(uow, person)
            months = {bill.id: bill.month.iso for bill in uow.bills.of_payer(person.id)}
            detail = {"application": found.id, "staff": by}
            uow.audit.record("instalment_sheet_read", subject=person.id, detail=detail)
            uow.commit()
            passed = checks(found, offered, uow.bills.of_payer(found.person_id))
            plan = uow.plans.get(found.plan_id) if found.plan_id else None
        return Sheet(
            code=show_code(found.code),
            state=found.state,
            person_masked=mask_name(person.name),
            number_masked=mask_number(person.number),
            terms=found.terms or 0,
            total=found.total,
            premium_total=sum(claim.premium for claim in found.claims),
            late_fee_total=sum(claim.fee for claim in found.claims),
            months=tuple(sorted(months.get(claim.bill_id, "?") for claim in found.claims)),
            schedule=plan.terms if plan else schedule(found.total, found.terms or 1, offered.first_due),
            reason=found.reason,
            contact=parse_contact(found.contact).stored if found.contact else "",
            contact_masked=parse_contact(found.contact).masked if found.contact else "",
            at_counter=found.at_counter,
            reapplication=offered.reapplication,
            submitted_on=_submitted_on(found),
            checks=passed,
        )

    def unmask(self, code: str, reason: str, *, by: str) -> Unmasked:
        """Return who applied, unmasked, for a reason that goes into the trail. Raises Invalid."""
        if len(reason.strip()) < _REASON_LENGTH:
            raise Invalid("say why")
        with self._uow() as uow:
            found = _handed_in(uow, code)
            person = _person(uow, found)
            detail = {"application": found.id, "staff": by, "why": reason.strip()[:200]}
            uow.audit.record("person_unmasked", subject=person.id, detail=detail)
            uow.commit()
        contact = parse_contact(found.contact).stored if found.contact else ""
        return Unmasked(person.name, person.number, contact)

    def approve(self, code: str, *, by: str = COMMAND_LINE) -> Plan:
        """Approve: the plan begins, its bills are under it, the first term is due in a week.

        Raises Invalid (no such code), IllegalMove (not waiting), ApplicationChanged (what the person
        confirmed holds no longer; return it, so that it is confirmed anew).
        """
        with self._uow() as uow:
            found = _handed_in(uow, code)
            next_state(found.state, ApplicationEvent.APPROVE)
            person = _person(uow, found)
            offered = self._offer(uow, person)
            passed = dict(checks(found, offered, uow.bills.of_payer(found.person_id)))
            passed.pop(Check.ONLINE)
            if found.terms is None or not all(passed.values()):
                raise ApplicationChanged(", ".join(check for check, good in passed.items() if not good))
            plan = Plan(
                id=self._ids.uuid(),
                payer_id=person.id,
                state=PlanState.RUNNING,
                agreed_on=self._clock.today(),
                terms=schedule(found.total, found.terms, offered.first_due),
            )
            uow.plans.agree(plan, [claim.bill_id for claim in found.claims])
            self._decide(uow, dataclasses.replace(found, plan_id=plan.id), ApplicationEvent.APPROVE, by)
            uow.commit()
            return plan

    def send_back(self, code: str, note: str, *, by: str = COMMAND_LINE) -> None:
        """Return it to the person with what is to be put right. Raises Invalid, IllegalMove."""
        self._with_note(code, note, ApplicationEvent.RETURN, by)

    def refuse(self, code: str, note: str, *, by: str = COMMAND_LINE) -> None:
        """Refuse it, with why and what else helps. Raises Invalid, IllegalMove."""
        self._with_note(code, note, ApplicationEvent.REFUSE, by)

    def declare_default(self, code: str, *, by: str = COMMAND_LINE) -> None:
        """Record a missed instalment: the rest is due (§11). Raises Invalid, IllegalMove."""
        with self._uow() as uow:
            found = _handed_in(uow, code)
            self._decide(uow, found, ApplicationEvent.DEFAULT, by)
            if found.plan_id is not None:
                uow.plans.set_state(found.plan_id, PlanState.DEFAULTED)
            uow.commit()

    def follow_plans(self) -> int:
        """Bring applications after their plans: begun, over, or ended. Return how many moved."""
        moved = 0
        with self._uow() as uow:
            live = uow.applications.in_state(
                ApplicationState.APPROVED, ApplicationState.RUNNING, limit=_SWEPT
            )
            for one in live:
                plan = uow.plans.get(one.plan_id) if one.plan_id else None
                event = _event_of(one, plan)
                if event is not None:
                    self._decide(uow, one, event, None)
                    moved += 1
            uow.commit()
        return moved

    def expire_drafts(self) -> int:
        """Empty drafts that nobody touched for a week; return how many."""
        oldest = self._clock.now() - DRAFT_LIFE
        with self._uow() as uow:
            drafts = uow.applications.in_state(ApplicationState.DRAFT, limit=_SWEPT)
            old = [one for one in drafts if one.updated_at < oldest]
            for one in old:
                bare = dataclasses.replace(one, reason=None, contact=None, note=None)
                self._move(uow, bare, ApplicationEvent.EXPIRE, None)
            uow.commit()
        return len(old)

    def untold(self) -> tuple[Untold, ...]:
        """Return answers to tell, each with the account that is bound to the person now."""
        with self._uow() as uow:
            return tuple(
                Untold(one.id, one.state, _account_of(uow, one.person_id))
                for one in uow.applications.untold()
            )

    def told(self, untold: Untold, *, how: str) -> None:
        """Note that an answer was told (or why it cannot be): `how` is a stable word for the trail."""
        with self._uow() as uow:
            found = uow.applications.get(untold.application_id)
            if found is None or found.state is not untold.state:
                return  # a newer answer stands, which is told in its turn
            if uow.applications.save(
                dataclasses.replace(found, told=untold.state.value, revision=found.revision + 1),
                was=found.revision,
            ):
                detail = {"application": found.id, "state": untold.state.value, "how": how}
                uow.audit.record("instalment_told", subject=found.person_id, detail=detail)
                uow.commit()

    def _with_note(self, code: str, note: str, event: ApplicationEvent, by: str) -> None:
        if not note.strip():
            raise Invalid("say why: the person reads it")
        with self._uow() as uow:
            found = _handed_in(uow, code)
            self._decide(uow, dataclasses.replace(found, note=note.strip()[:300]), event, by)
            uow.commit()

    def _decide(self, uow: UnitOfWork, found: Application, event: ApplicationEvent, by: str | None) -> None:
        self._move(uow, dataclasses.replace(found, decided_at=self._clock.now()), event, by)

    def _move(self, uow: UnitOfWork, found: Application, event: ApplicationEvent, by: str | None) -> None:
        moved = dataclasses.replace(
            found,
            state=next_state(found.state, event),
            revision=found.revision + 1,
            updated_at=self._clock.now(),
        )
        if not uow.applications.save(moved, was=found.revision):
            raise IllegalMove("the application was changed meanwhile")
        detail = {"application": found.id} if by is None else {"application": found.id, "staff": by}
        uow.audit.record(AUDIT_EVENTS[event], subject=found.person_id, detail=detail)

    def _offer(self, uow: UnitOfWork, person: Person) -> Offer:
        today = self._clock.today()
        assessment = self._assessor.of_person(uow, person, today)
        return offer(assessment, uow.bills.plans_of(person.id), today=today)

    def _line(self, uow: UnitOfWork, found: Application) -> Waiting:
        person = _person(uow, found)
        passed = all(
            ok for _check, ok in checks(found, self._offer(uow, person), uow.bills.of_payer(person.id))
        )
        return Waiting(
            code=show_code(found.code),
            state=found.state,
            person_masked=mask_name(person.name),
            terms=found.terms or 0,
            total=found.total,
            submitted_on=_submitted_on(found),
            passed=passed,
        )


def _event_of(one: Application, plan: Plan | None) -> ApplicationEvent | None:
    if plan is None:
        return None
    if plan.state is PlanState.DEFAULTED:
        return ApplicationEvent.DEFAULT
    if plan.state is PlanState.FINISHED or all(term.paid_on is not None for term in plan.terms):
        return ApplicationEvent.FINISH
    begun = any(term.paid_on is not None for term in plan.terms)
    return ApplicationEvent.START if begun and one.state is ApplicationState.APPROVED else None


def _handed_in(uow: UnitOfWork, code: str) -> Application:
    found = uow.applications.by_code(plain(code))
    if found is None or found.submitted_at is None:
        raise Invalid("nothing was handed in under this code")
    return found


def _person(uow: UnitOfWork, found: Application) -> Person:
    person = uow.people.get(found.person_id)
    if person is None:
        raise Invalid("the person is not known any more")
    return person


def _account_of(uow: UnitOfWork, person_id: str) -> str | None:
    bound = [one for one in uow.bindings.live_of_person(person_id) if one.bound_at is not None]
    return bound[0].account_id if bound else None


def _submitted_on(found: Application) -> date:
    day = taipei_day(found.submitted_at)
    if day is None:
        raise Invalid("nothing was handed in under this code")
    return day
