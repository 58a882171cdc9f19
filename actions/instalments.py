"""The instalment guide in the chat. Where it stands is the server's knowledge, not the dialogue engine's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from actions.base import Answer, Asked, CounterAction
from nhi_core.domain.application import ApplicationState, Reason, Step
from nhi_core.domain.errors import NotBound
from nhi_core.services.instalment_views import GuideView, Outcome
from nhi_core.services.instalments import Answers

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core
    from nhi_core.services.turns import TurnContext

SUMMARY = "instalment_summary"
_QUESTIONS: Mapping[Step, str] = {
    Step.TERMS: "instalment_terms",
    Step.REASON: "instalment_reason",
    Step.CONTACT: "instalment_contact",
    Step.SUMMARY: SUMMARY,
}
_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.SENT: "instalment_sent",
    Outcome.NOT_NOW: "instalment_not_now",
}
_LINE_ONLY = "line"


def shown(view: GuideView) -> Answer:
    """Return the view in its template."""
    return Answer(_OUTCOMES.get(view.outcome) or _QUESTIONS[view.step], view=view)


def answers_in(turn: TurnContext, asked: Asked) -> Answers:
    """Return what the message holds for the guide. Telephone and mail come from the turn alone."""
    said = (*turn.secrets.get("phone", ()), *turn.secrets.get("email", ()))
    counts = [int(value) for value in asked.meant.get("period_count", ()) if value.isdecimal()]
    reasons = [Reason(value) for value in asked.entities.get("reason", ()) if value in set(Reason)]
    return Answers(
        terms=counts[0] if counts else None,
        reason=reasons[0] if reasons else None,
        contact=said[0] if said else None,
    )


def in_guide(core: Core, turn: TurnContext, asked: Asked) -> Answer | None:
    """Take what was said as an answer to the open guide; None when there is no guide, or nothing for it."""
    answers = answers_in(turn, asked)
    if answers.empty:
        return None
    view = core.instalments.answer(turn.account_id, answers)
    return None if view is None else shown(view)


class ApplyInstalment(CounterAction):
    """「我要分期」: starts the guide or goes on with it."""

    verb = "apply_instalment"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Ask the first open question; who is not bound reads how it is done elsewhere, and how to bind."""
        try:
            return shown(self.core.instalments.begin(turn.account_id, answers_in(turn, asked)))
        except NotBound:
            return Answer("apply_instalment")


class AskInstalmentRules(CounterAction):
    """Conditions, numbers of terms, interest."""

    verb = "ask_instalment_rules"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Tell the rules; whether *this* bill can be split is told by the guide, where a follow-up leads."""
        return Answer("ask_instalment_rules")


class Inform(CounterAction):
    """A value and nothing else: what it answers is decided by where the guide stands."""

    verb = "inform"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Give it to the open guide; without one, ask what it is about."""
        return in_guide(self.core, turn, asked) or Answer("inform")


class InstalmentGuide(CounterAction):
    """The guide's own buttons: back, a question to change, continue, LINE is enough, confirm, withdraw."""

    verb = "instalment_guide"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Do what the button says, if it still means something."""
        account, to = turn.account_id, asked.entity("to") or "continue"
        if to == "continue":
            return shown(self.core.instalments.begin(account))
        if to == "withdraw":
            done = self.core.instalments.withdraw(account)
            return Answer("instalment_withdrawn" if done else "stale_button")
        if (
            to == "back_word"
        ):  # typed, so there may be nothing to go back to: then the beginning of everything
            view = self.core.instalments.go(account, None)
            return Answer("help") if view is None else shown(view)
        view = self._moves(account, asked)[to]() if to in self._moves(account, asked) else None
        return Answer("stale_button") if view is None else shown(view)

    def _moves(self, account: str, asked: Asked) -> Mapping[str, Callable[[], GuideView | None]]:
        guide = self.core.instalments
        revision = asked.entity("revision") or ""
        return {
            "back": lambda: guide.go(account, None),
            "line": lambda: guide.answer(account, Answers(contact=_LINE_ONLY)),
            # A confirmation without the revision it was shown with confirms nothing.
            "confirm": lambda: guide.confirm(account, int(revision) if revision.isdecimal() else -1),
            **{step.value: lambda step=step: guide.go(account, step) for step in Step},  # type: ignore[misc]
        }


class Stop(CounterAction):
    """「不辦了」."""

    verb = "stop"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Throw an open draft away, drop a binding not yet confirmed; otherwise just stop."""
        if self.core.bindings.status(turn.account_id).pending:
            self.core.bindings.cancel(turn.account_id)
        stopped = self.core.instalments.stop(turn.account_id)
        return Answer("instalment_stopped" if stopped else "stopped")


class QueryInstalmentStatus(CounterAction):
    """How far is my application, my plan?"""

    verb = "query_instalment_status"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show the newest application or plan; an open draft goes on; otherwise say where one can look."""
        try:
            status = self.core.instalments.status(turn.account_id)
        except NotBound:
            return Answer("query_instalment_status")
        if status.state is None:
            if status.draft:
                return shown(self.core.instalments.begin(turn.account_id))
            return Answer("query_instalment_status")
        return Answer("instalment_status", view=status)


class WithdrawInstalment(CounterAction):
    """「我要取消分期」: asks once."""

    verb = "withdraw_instalment"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Ask before a submitted one is withdrawn; a draft is thrown away; a plan needs a person."""
        try:
            status = self.core.instalments.status(turn.account_id)
        except NotBound:
            return Answer("withdraw_instalment")
        if status.withdrawable and status.state in {ApplicationState.SUBMITTED, ApplicationState.RETURNED}:
            return Answer("instalment_withdraw")
        if status.draft and self.core.instalments.stop(turn.account_id):
            return Answer("instalment_stopped")
        return Answer("withdraw_instalment")
