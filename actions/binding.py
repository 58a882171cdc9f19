"""Binding: who the person is, decided by a one-time code and a confirmation, never by what is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from actions.base import Answer, Asked, CounterAction
from actions.eslips import CANCEL, ended
from actions.instalments import SUMMARY, answers_in, in_guide, shown
from nhi_core.domain.accounts import AccountKind
from nhi_core.domain.binding import Relation
from nhi_core.services.clerk_edges import ClerkStep

if TYPE_CHECKING:
    from nhi_core.services.bindings import BindingStatus as Status
    from nhi_core.services.turns import TurnContext


LEAVE = "clerk_leave"
AFTER_CODE: Mapping[ClerkStep, str] = {
    ClerkStep.NAME: "clerk_ask_name",
    ClerkStep.MOVED: "clerk_moved",
    ClerkStep.SAME: "clerk_moved",
}


class BindAccount(CounterAction):
    """With a code: propose. Without: say where a code comes from."""

    verb = "bind_account"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Propose the binding of the code that the bot took out of the text."""
        status = self.core.bindings.status(turn.account_id)
        codes = turn.secrets.get("code", ())
        if not codes and status.bound:
            return Answer("binding_status", view=status)
        if not codes:
            return Answer("bind_ask_code", args={"web": True} if self.core.account_links.offered else None)
        proposal = self.core.bindings.propose(turn.account_id, codes[0])
        if proposal.kind is AccountKind.CLERK:
            return Answer(AFTER_CODE[ClerkStep(proposal.clerk)], view=proposal)
        return Answer("bind_confirm" if proposal.digits is None else "bind_compare", view=proposal)


def confirmed(status: Status) -> Answer:
    """Return what a confirmation led to."""
    if status.waiting:
        return Answer("bind_wait_kiosk")
    if status.relation != Relation.SELF:
        return Answer("dependant_done")
    return Answer("bind_done", view=status)


class ConfirmBinding(CounterAction):
    """「是我」."""

    verb = "confirm_binding"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Move the proposal to bound, or wait for the kiosk."""
        return confirmed(self.core.bindings.confirm(turn.account_id))


class CancelBinding(CounterAction):
    """「不是我」."""

    verb = "cancel_binding"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Drop the proposal."""
        self.core.bindings.cancel(turn.account_id)
        return Answer("bind_cancelled")


class BindingStatus(CounterAction):
    """Bound or not, and to whom (masked). Of a clerk's office it says only that there is one."""

    verb = "binding_status"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show the server-side binding."""
        return Answer("binding_status", view=self.core.bindings.status(turn.account_id))


class UnbindAccount(CounterAction):
    """Asks once before it unbinds; of a clerk who is bound to nobody, before the office is left."""

    verb = "unbind_account"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show what would be undone."""
        status = self.core.bindings.status(turn.account_id)
        if status.bound:
            return Answer("unbind_confirm", view=status)
        card = self.core.clerks.card(turn.account_id)
        return Answer("not_bound") if card is None else Answer(LEAVE, view=card)


class ConfirmUnbind(CounterAction):
    """Unbinds."""

    verb = "confirm_unbind"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """End the binding; raises NotBound when there is none (a second tap)."""
        return Answer("unbind_done", view=self.core.bindings.unbind(turn.account_id))


class Affirm(CounterAction):
    """A typed 「是」: what it agrees to is decided by the state, not by the word."""

    verb = "affirm"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Confirm a pending proposal, or the unbinding just asked about; otherwise ask what is meant."""
        status = self.core.bindings.status(turn.account_id)
        if status.pending:
            return confirmed(self.core.bindings.confirm(turn.account_id))
        if asked.last_template == "unbind_confirm" and status.bound:
            return Answer("unbind_done", view=self.core.bindings.unbind(turn.account_id))
        if asked.last_template == CANCEL and status.bound:
            return ended(self.core, turn)
        if asked.last_template == LEAVE:
            self.core.clerks.leave(turn.account_id)
            return Answer("clerk_left")
        return self._in_guide(turn, asked) or Answer("affirm")

    def _in_guide(self, turn: TurnContext, asked: Asked) -> Answer | None:
        """A yes right under the summary hands it in; elsewhere in the guide it means: go on."""
        if not answers_in(turn, asked).empty:
            return in_guide(self.core, turn, asked)
        guide = self.core.instalments
        if not guide.lively(turn.account_id):
            return None
        if asked.last_template == SUMMARY:
            view = guide.confirm(turn.account_id)
        else:
            view = guide.ask_again(turn.account_id)
        return None if view is None else shown(view)


class Deny(CounterAction):
    """A typed 「不是」."""

    verb = "deny"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Drop a pending proposal; otherwise leave things as they are."""
        if self.core.bindings.status(turn.account_id).pending:
            self.core.bindings.cancel(turn.account_id)
            return Answer("bind_cancelled")
        corrected = in_guide(self.core, turn, asked)
        if corrected is not None:
            return corrected
        if asked.last_template == SUMMARY:
            view = self.core.instalments.ask_again(turn.account_id)
            if view is not None:
                return shown(view)
        return Answer("stopped" if asked.last_template in ("unbind_confirm", CANCEL, LEAVE) else "deny")
