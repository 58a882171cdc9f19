"""What the guide, the status and the counter's sheet show of an application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from nhi_core.domain.application import Application, ApplicationState, Reason, Step
from nhi_core.domain.bills import Plan, PlanState, PlanTerm
from nhi_core.domain.calendar import TAIPEI, WorkingDays, next_working_day
from nhi_core.domain.contact import ContactKind, parse_contact
from nhi_core.domain.instalments import Eligibility, Offer, TermOption


class Outcome(StrEnum):
    """What the guide has to say."""

    ASK = "ask"  # the question of `step`
    NOT_NOW = "not_now"  # why, in `eligibility`
    SENT = "sent"  # handed in: nothing is open any more


class Problem(StrEnum):
    """Why the question is asked again."""

    TERMS = "terms"  # so many terms are not allowed
    CONTACT = "contact"  # not a number or an address we can read
    CHANGED = "changed"  # the amount is another than the one that was shown


@dataclass(frozen=True, slots=True)
class GuideView:
    """One step of the guide. Amounts in NT$; `options` and `suggestions` come with the question of terms.

    `revision` belongs into the confirmation button: an older summary cannot confirm a newer draft.
    """

    outcome: Outcome
    step: Step
    eligibility: Eligibility
    total: int
    premium_total: int
    late_fee_total: int
    min_total: int
    min_term: int
    first_due: date
    options: tuple[TermOption, ...]
    suggestions: tuple[int, ...]
    chosen: TermOption | None
    reason: Reason | None
    contact_kind: ContactKind | None
    contact_masked: str
    revision: int
    code: str
    note: str
    reapplication: bool
    resumed: bool
    problem: Problem | None
    asked_terms: int | None


@dataclass(frozen=True, slots=True)
class PlanProgress:
    """How far a plan is. `missed` counts terms past their working day without money."""

    state: PlanState
    terms: tuple[PlanTerm, ...]
    paid: int
    next_due: date | None
    next_amount: int | None
    remaining: int
    missed: int


@dataclass(frozen=True, slots=True)
class InstalmentStatus:
    """Where the newest application, or a plan the agency agreed elsewhere, stands.

    `state` is None when there is neither. `draft` tells that a guide is open beside it.
    """

    state: ApplicationState | None
    draft: bool
    code: str
    terms: int | None
    total: int | None
    at_counter: bool
    submitted_on: date | None
    note: str
    plan: PlanProgress | None
    withdrawable: bool


def guide_view(
    outcome: Outcome,
    offered: Offer,
    draft: Application | None,
    *,
    step: Step | None = None,
    resumed: bool = False,
    problem: Problem | None = None,
    asked_terms: int | None = None,
) -> GuideView:
    """Return the view of a draft (None before there is one) under today's offer."""
    shown = step or (draft.step if draft else Step.TERMS)
    contact = parse_contact(draft.contact) if draft and draft.contact else None
    asking_terms = outcome is Outcome.ASK and shown is Step.TERMS
    return GuideView(
        outcome=outcome,
        step=shown,
        eligibility=offered.eligibility,
        total=offered.total,
        premium_total=offered.premium_total,
        late_fee_total=offered.late_fee_total,
        min_total=offered.min_total,
        min_term=offered.min_term,
        first_due=offered.first_due,
        options=offered.options if asking_terms else (),
        suggestions=offered.suggestions if asking_terms else (),
        chosen=offered.option(draft.terms) if draft and draft.terms else None,
        reason=draft.reason if draft else None,
        contact_kind=contact.kind if contact else None,
        contact_masked=contact.masked if contact else "",
        revision=draft.revision if draft else 0,
        code=show_code(draft.code) if draft else "",
        note=(draft.note or "") if draft else "",
        reapplication=offered.reapplication,
        resumed=resumed,
        problem=problem,
        asked_terms=asked_terms,
    )


def plan_progress(plan: Plan, today: date, calendar: WorkingDays) -> PlanProgress:
    """Return how far a plan is on `today`."""
    open_terms = [term for term in plan.terms if term.paid_on is None]
    upcoming = open_terms[0] if open_terms else None
    return PlanProgress(
        state=plan.state,
        terms=plan.terms,
        paid=len(plan.terms) - len(open_terms),
        next_due=upcoming.due if upcoming else None,
        next_amount=upcoming.amount if upcoming else None,
        remaining=sum(term.amount for term in open_terms),
        missed=sum(today > next_working_day(term.due, calendar) for term in open_terms),
    )


def show_code(code: str) -> str:
    """Return a code as it is read out: `ABC-234`."""
    return f"{code[:3]}-{code[3:]}"


def taipei_day(moment: datetime | None) -> date | None:
    """Return the day in Taipei."""
    return moment.astimezone(TAIPEI).date() if moment else None
