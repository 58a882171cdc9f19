"""The instalment guide of one person: terms → reason → contact → summary → handed in.

The draft is a row, so an interruption, another telephone or a restart loses nothing. Every answer is checked
against today's arrears; what is shown and what is handed in are the same sum.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from nhi_core.domain.application import (
    AUDIT_EVENTS,
    OPEN,
    Application,
    ApplicationEvent,
    ApplicationState,
    Reason,
    Step,
    next_state,
    step_before,
)
from nhi_core.domain.bills import Plan, PlanState
from nhi_core.domain.calendar import WorkingDays
from nhi_core.domain.codes import ALPHABET
from nhi_core.domain.contact import parse_contact
from nhi_core.domain.errors import ApplicationTooSoon, IllegalMove, Invalid, NotBound, StoreUnavailable
from nhi_core.domain.instalments import Eligibility, Offer, offer
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.domain.people import Person
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory
from nhi_core.services.instalment_views import (
    GuideView,
    InstalmentStatus,
    Outcome,
    Problem,
    guide_view,
    plan_progress,
    show_code,
    taipei_day,
)
from nhi_core.services.ledger import Assessor, bound_person

DRAFT_LIFE = timedelta(days=7)
# So long after the last answer the guide still reminds of itself under other answers.
LIVELY = timedelta(minutes=30)
CODE_LENGTH = 6
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Answers:
    """What the person just said; None where nothing was said."""

    terms: int | None = None
    reason: Reason | None = None
    contact: str | None = None

    def __repr__(self) -> str:
        """Keep the contact out of tracebacks."""
        return "Answers(…)"

    @property
    def empty(self) -> bool:
        """Whether nothing was said that the guide could use."""
        return self.terms is None and self.reason is None and self.contact is None


_Work = Callable[[UnitOfWork, Person, Offer], GuideView]


class InstalmentService:
    """Guides the person an account is bound to, and nobody else."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        clock: Clock,
        ids: Ids,
        calendar: WorkingDays,
        policy: FeePolicy | None = None,
        *,
        cooling_off: timedelta = timedelta(0),
    ) -> None:
        """`cooling_off`: how old a binding must be before it may ask for a plan."""
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._calendar = calendar
        self._assessor = Assessor(calendar, policy or FeePolicy())
        self._cooling_off = cooling_off

    def begin(self, account_id: str, answers: Answers | None = None) -> GuideView:
        """Start the guide, or go on where it was left; what was said with the wish is taken as an answer.

        Raises NotBound, ApplicationTooSoon, StoreUnavailable.
        """
        self._cooled(account_id)
        said = answers or Answers()

        def work(uow: UnitOfWork, person: Person, offered: Offer) -> GuideView:
            found = uow.applications.open_of_person(person.id)
            if found is not None and found.state is ApplicationState.SUBMITTED:
                return guide_view(Outcome.SENT, offered, found)
            if found is not None and self._expired(found):
                self._move(uow, found, ApplicationEvent.EXPIRE)
                found = None
            if offered.eligibility is not Eligibility.ELIGIBLE:
                return self._not_now(uow, offered, found)
            if found is None:
                return self._answered(uow, self._new(uow, person, offered), offered, said)
            if found.state is ApplicationState.RETURNED:
                found = self._move(uow, found, ApplicationEvent.REVISE, step=found.missing)
            view = self._answered(uow, self._under(found, offered), offered, said)
            return dataclasses.replace(view, resumed=True)

        return self._in_transaction(account_id, work)

    def answer(self, account_id: str, answers: Answers) -> GuideView | None:
        """Take answers, also corrections of earlier ones; None when no guide is open."""

        def work(uow: UnitOfWork, draft: Application, offered: Offer, changed: bool) -> GuideView:
            view = self._answered(uow, draft, offered, answers)
            return (
                dataclasses.replace(view, problem=Problem.CHANGED) if changed and not view.problem else view
            )

        return self._with_draft(account_id, work)

    def ask_again(self, account_id: str) -> GuideView | None:
        """Return the question the guide stands at; None when no guide is open."""
        return self.answer(account_id, Answers())

    def go(self, account_id: str, to: Step | None) -> GuideView | None:
        """Go to a question (None: one back) without losing answers; None when no guide is open."""

        def work(uow: UnitOfWork, draft: Application, offered: Offer, _changed: bool) -> GuideView:
            step = step_before(draft.step) if to is None else to
            if step is Step.SUMMARY:
                step = draft.missing
            return guide_view(Outcome.ASK, offered, self._save(uow, draft, step=step))

        return self._with_draft(account_id, work)

    def confirm(self, account_id: str, revision: int | None = None) -> GuideView | None:
        """Hand the draft in. None when no guide is open.

        Asks again instead when something is missing, when the summary is an older one (`revision`), or when
        the amount has changed since. A second tap finds what was handed in: nothing happens twice.
        Raises ApplicationTooSoon.
        """
        self._cooled(account_id)

        def work(uow: UnitOfWork, draft: Application, offered: Offer, changed: bool) -> GuideView:
            older = revision is not None and revision != draft.revision
            if changed or older or draft.missing is not Step.SUMMARY:
                again = self._save(uow, draft, step=draft.missing)
                return guide_view(Outcome.ASK, offered, again, problem=Problem.CHANGED if changed else None)
            sent = self._move(
                uow,
                dataclasses.replace(draft, submitted_at=self._clock.now(), note=None),
                ApplicationEvent.SUBMIT,
                step=Step.SUMMARY,
            )
            return guide_view(Outcome.SENT, offered, sent)

        return self._with_draft(account_id, work)

    def _cooled(self, account_id: str) -> None:
        with self._uow() as uow:
            bound = uow.bindings.bound_of_account(account_id)
        since = bound.bound_at if bound is not None else None
        if since is not None and self._clock.now() < since + self._cooling_off:
            raise ApplicationTooSoon

    def stop(self, account_id: str) -> bool:
        """Throw the draft away, answers and all; False when no guide is open or nobody is bound."""
        with self._uow() as uow:
            try:
                draft = self._draft(uow, bound_person(uow, account_id))
            except NotBound:
                return False
            if draft is None:
                return False
            self._move(uow, draft, ApplicationEvent.WITHDRAW)
            uow.commit()
            return True

    def lively(self, account_id: str) -> bool:
        """Whether a guide is open that the person worked at within the last half hour."""
        with self._uow() as uow:
            try:
                draft = self._draft(uow, bound_person(uow, account_id))
            except NotBound:
                return False
            return draft is not None and self._clock.now() - draft.updated_at <= LIVELY

    def withdraw(self, account_id: str) -> bool:
        """Take back what was handed in and is not decided; False when there is nothing. Raises NotBound."""
        with self._uow() as uow:
            found = uow.applications.open_of_person(bound_person(uow, account_id).id)
            if found is None:
                return False
            self._move(uow, found, ApplicationEvent.WITHDRAW)
            uow.commit()
            return True

    def status(self, account_id: str) -> InstalmentStatus:
        """Return where the person's application or plan stands. Raises NotBound, StoreUnavailable."""
        today = self._clock.today()
        with self._uow() as uow:
            person = bound_person(uow, account_id)
            under_way = uow.applications.open_of_person(person.id)
            latest = uow.applications.latest_of_person(person.id)
            plan = _current(uow.bills.plans_of(person.id))
        if latest is not None and latest.state is ApplicationState.WITHDRAWN:
            latest = None
        if latest is not None and plan is not None and latest.plan_id not in {None, plan.id}:
            latest = None  # the agency's newer word
        state = latest.state if latest else None
        if latest is None and plan is not None:
            state = ApplicationState(plan.state.value)
        shows_plan = plan is not None and (latest is None or latest.plan_id == plan.id)
        return InstalmentStatus(
            state=state,
            draft=under_way is not None and under_way.state is ApplicationState.DRAFT,
            code=show_code(latest.code) if latest else "",
            terms=latest.terms if latest else None,
            total=latest.total if latest else None,
            at_counter=latest is not None and latest.at_counter,
            submitted_on=taipei_day(latest.submitted_at) if latest else None,
            note=(latest.note or "") if latest else "",
            plan=plan_progress(plan, today, self._calendar) if plan is not None and shows_plan else None,
            withdrawable=latest is not None and latest.state in OPEN,
        )

    def _in_transaction(self, account_id: str, work: _Work) -> GuideView:
        """Run one step; when another tap was quicker, look again: its answer counts too."""
        for _ in range(_TRIES):
            with self._uow() as uow:
                person = bound_person(uow, account_id)
                today = self._clock.today()
                assessment = self._assessor.of_person(uow, person, today)
                offered = offer(assessment, uow.bills.plans_of(person.id), today=today)
                try:
                    view = work(uow, person, offered)
                except IllegalMove:
                    continue
                uow.commit()
                return view
        raise StoreUnavailable("the draft is being changed elsewhere")

    def _with_draft(
        self, account_id: str, work: Callable[[UnitOfWork, Application, Offer, bool], GuideView]
    ) -> GuideView | None:
        def with_draft(uow: UnitOfWork, person: Person, offered: Offer) -> GuideView:
            draft = self._draft(uow, person)
            if draft is None:
                sent = uow.applications.open_of_person(person.id)
                if sent is not None and sent.state is ApplicationState.SUBMITTED:
                    return guide_view(Outcome.SENT, offered, sent)
                raise _NoGuide
            if offered.eligibility is not Eligibility.ELIGIBLE:
                return self._not_now(uow, offered, draft)
            today = self._under(draft, offered)
            return work(uow, today, offered, today is not draft)

        try:
            return self._in_transaction(account_id, with_draft)
        except (_NoGuide, NotBound):
            return None

    def _answered(self, uow: UnitOfWork, draft: Application, offered: Offer, said: Answers) -> GuideView:
        if said.empty:
            step = draft.missing if draft.step is Step.SUMMARY else draft.step
            return guide_view(Outcome.ASK, offered, self._save(uow, draft, step=step))
        problem, asked = None, None
        if said.terms is not None:
            if offered.option(said.terms) is None:
                problem, asked = Problem.TERMS, said.terms
            else:
                draft = dataclasses.replace(draft, terms=said.terms)
        if said.reason is not None:
            draft = dataclasses.replace(draft, reason=said.reason)
        if said.contact is not None:
            try:
                draft = dataclasses.replace(draft, contact=parse_contact(said.contact).stored)
            except Invalid:
                problem = problem or Problem.CONTACT
        again = {Problem.TERMS: Step.TERMS, Problem.CONTACT: Step.CONTACT}
        step = draft.missing if problem is None else again[problem]
        saved = self._save(uow, draft, step=step)
        return guide_view(Outcome.ASK, offered, saved, problem=problem, asked_terms=asked)

    def _new(self, uow: UnitOfWork, person: Person, offered: Offer) -> Application:
        now = self._clock.now()
        draft = Application(
            id=self._ids.uuid(),
            code=self._ids.code(ALPHABET, CODE_LENGTH),
            person_id=person.id,
            state=ApplicationState.DRAFT,
            revision=1,
            step=Step.TERMS,
            terms=None,
            total=offered.total,
            claims=offered.claims,
            reason=None,
            contact=None,
            note=None,
            plan_id=None,
            told=None,
            created_at=now,
            updated_at=now,
            submitted_at=None,
            decided_at=None,
        )
        uow.applications.add(draft)
        uow.audit.record("instalment_drafted", subject=person.id, detail={"application": draft.id})
        return draft

    def _under(self, draft: Application, offered: Offer) -> Application:
        """Bring a draft under today's arrears; the very same draft when nothing changed."""
        if draft.claims == offered.claims:
            return draft
        terms = draft.terms if draft.terms and offered.option(draft.terms) else None
        return dataclasses.replace(draft, claims=offered.claims, total=offered.total, terms=terms)

    def _not_now(self, uow: UnitOfWork, offered: Offer, found: Application | None) -> GuideView:
        if found is not None and found.state in OPEN:
            self._move(uow, found, ApplicationEvent.WITHDRAW)
        return guide_view(Outcome.NOT_NOW, offered, None)

    def _draft(self, uow: UnitOfWork, person: Person) -> Application | None:
        found = uow.applications.open_of_person(person.id)
        if found is None or found.state is not ApplicationState.DRAFT or self._expired(found):
            return None
        return found

    def _expired(self, found: Application) -> bool:
        return found.state is ApplicationState.DRAFT and self._clock.now() - found.updated_at > DRAFT_LIFE

    def _save(self, uow: UnitOfWork, draft: Application, *, step: Step) -> Application:
        changed = dataclasses.replace(
            draft, step=step, revision=draft.revision + 1, updated_at=self._clock.now()
        )
        if not uow.applications.save(changed, was=draft.revision):
            raise IllegalMove("the draft was changed meanwhile")
        return changed

    def _move(
        self, uow: UnitOfWork, found: Application, event: ApplicationEvent, *, step: Step | None = None
    ) -> Application:
        state = next_state(found.state, event)
        gone = state is ApplicationState.WITHDRAWN
        # What nobody decides any more is no reason to keep anybody's trouble and number.
        kept = dataclasses.replace(found, reason=None, contact=None, note=None) if gone else found
        moved = self._save(uow, dataclasses.replace(kept, state=state), step=step or found.step)
        detail = {"application": found.id}
        uow.audit.record(AUDIT_EVENTS[event], subject=found.person_id, detail=detail)
        return moved


class _NoGuide(Exception):
    """No guide is open."""


def _current(plans: tuple[Plan, ...]) -> Plan | None:
    """Return the plan to speak of: the newest that is not over, else the newest."""
    alive = [plan for plan in plans if plan.state is not PlanState.FINISHED]
    return max(alive or plans, key=lambda plan: (plan.agreed_on, plan.id), default=None)
