"""The life of an application for instalments, as a table, and the steps of the guide that fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.instalments import ONLINE_MAX_TERMS, Claim


class ApplicationState(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RUNNING = "running"
    DEFAULTED = "defaulted"
    FINISHED = "finished"


class ApplicationEvent(StrEnum):
    """What can happen to an application."""

    SUBMIT = "submit"
    RETURN = "return"
    REVISE = "revise"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    START = "start"
    DEFAULT = "default"
    FINISH = "finish"


_S, _E = ApplicationState, ApplicationEvent
MOVES: Mapping[tuple[ApplicationState, ApplicationEvent], ApplicationState] = {
    (_S.DRAFT, _E.SUBMIT): _S.SUBMITTED,
    (_S.DRAFT, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.DRAFT, _E.EXPIRE): _S.WITHDRAWN,
    (_S.SUBMITTED, _E.RETURN): _S.RETURNED,
    (_S.SUBMITTED, _E.APPROVE): _S.APPROVED,
    (_S.SUBMITTED, _E.REFUSE): _S.REFUSED,
    (_S.SUBMITTED, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.RETURNED, _E.REVISE): _S.DRAFT,
    (_S.RETURNED, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.APPROVED, _E.START): _S.RUNNING,
    (_S.APPROVED, _E.DEFAULT): _S.DEFAULTED,
    # A plan may be paid off at one stroke.
    (_S.APPROVED, _E.FINISH): _S.FINISHED,
    (_S.RUNNING, _E.DEFAULT): _S.DEFAULTED,
    (_S.RUNNING, _E.FINISH): _S.FINISHED,
}
# Each edge names its audit event.
AUDIT_EVENTS: Mapping[ApplicationEvent, str] = {
    _E.SUBMIT: "instalment_submitted",
    _E.RETURN: "instalment_returned",
    _E.REVISE: "instalment_reopened",
    _E.APPROVE: "instalment_approved",
    _E.REFUSE: "instalment_refused",
    _E.WITHDRAW: "instalment_withdrawn",
    _E.EXPIRE: "instalment_draft_expired",
    _E.START: "instalment_started",
    _E.DEFAULT: "instalment_defaulted",
    _E.FINISH: "instalment_finished",
}
# One of a person at a time; the database keeps the rule too.
OPEN = frozenset({_S.DRAFT, _S.SUBMITTED, _S.RETURNED})
# The applicant asked for an answer: these are told by push, without saying what.
TOLD = frozenset({_S.APPROVED, _S.RETURNED, _S.REFUSED, _S.DEFAULTED})


class Step(StrEnum):
    """The guide's questions, in order."""

    TERMS = "terms"
    REASON = "reason"
    CONTACT = "contact"
    SUMMARY = "summary"


class Reason(StrEnum):
    """Why it cannot be paid at once. No proof is asked for, and none of these is better than another."""

    UNEMPLOYMENT = "unemployment"
    PAY_CUT = "pay_cut"
    FAMILY_EMERGENCY = "family_emergency"
    ILLNESS = "illness"
    DISASTER = "disaster"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Application:
    """A draft or an application. `reason`, `contact` and `note` are sealed at rest; amounts in NT$.

    `code` is read to a clerk; it opens nothing by itself. `revision` grows with each change.
    """

    id: str
    code: str
    person_id: str
    state: ApplicationState
    revision: int
    step: Step
    terms: int | None
    total: int
    claims: tuple[Claim, ...]
    reason: Reason | None
    contact: str | None
    note: str | None
    plan_id: str | None
    told: str | None
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None

    def __repr__(self) -> str:
        """Show nothing personal."""
        return f"Application(id={self.id!r}, state={self.state!r})"

    @property
    def at_counter(self) -> bool:
        """Whether so many terms are for the counter: prepared here, decided there."""
        return self.terms is not None and self.terms > ONLINE_MAX_TERMS

    @property
    def missing(self) -> Step:
        """The first question without an answer; SUMMARY when there is none left."""
        if self.terms is None:
            return Step.TERMS
        if self.reason is None:
            return Step.REASON
        return Step.CONTACT if self.contact is None else Step.SUMMARY


def next_state(state: ApplicationState, event: ApplicationEvent) -> ApplicationState:
    """Return the state after `event`. Raises errors.IllegalMove when the table has no such edge."""
    try:
        return MOVES[state, event]
    except KeyError:
        raise IllegalMove(f"{event} from {state}") from None


def step_before(step: Step) -> Step:
    """Return the question before this one; the first has none and stays."""
    steps = list(Step)
    return steps[max(0, steps.index(step) - 1)]
