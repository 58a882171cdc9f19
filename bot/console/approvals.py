"""Four eyes: what others of the staff have proposed, to be approved or declined."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Response, redirect, url_for

from bot.console.gate import needs
from bot.console.menu import Entry, Part
from bot.console.pages import me, page, tell, word
from nhi_core.domain.approvals import Approval, SameEyes
from nhi_core.domain.errors import IllegalMove, Invalid
from nhi_core.domain.staff import StaffMember, StaffRole

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from bot.console.blueprint import Console


Decide = Callable[[str, StaffMember], Approval]


def register(console: Console) -> None:
    """Add the pages."""
    pages = _Pages(console)
    console.add("approvals", "/approvals", pages.listing)
    console.add("approval_give", "/approvals/<approval_id>/approve", pages.approve, methods=("POST",))
    console.add("approval_decline", "/approvals/<approval_id>/decline", pages.decline, methods=("POST",))
    console.entry(Entry("approvals", "approvals", Part.DESK, order=20, waiting=pages.waiting))


class _Pages:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._approvals = console.core.approvals
        self._staff = console.core.staff

    def waiting(self, member: StaffMember) -> int:
        """Return how many wait for this person; the own ones wait for another."""
        return sum(one.proposed_by != member.id for one in self._approvals.waiting())

    @needs(StaffRole.SUPERVISOR)
    def listing(self) -> Response:
        """What waits."""
        rows = []
        for one in self._approvals.waiting():
            address, domain = self._console.approval_of(one)
            rows.append((one, address, kind_word(one, domain)))
        return page("approvals.html", rows=rows, names=self._staff.names())

    @needs(StaffRole.SUPERVISOR)
    def approve(self, approval_id: str) -> AnyResponse:
        """Approve."""
        return self._decided(approval_id, "approvals.given", self._approvals.approve)

    @needs(StaffRole.SUPERVISOR)
    def decline(self, approval_id: str) -> AnyResponse:
        """Decline."""
        return self._decided(approval_id, "approvals.declined", self._approvals.decline)

    def _decided(self, approval_id: str, word: str, decide: Decide) -> AnyResponse:
        try:
            decide(approval_id, me())
        except SameEyes:
            tell("approvals.same_eyes", kind="problem")
        except (IllegalMove, Invalid):
            tell("approvals.over", kind="problem")
        else:
            tell(word)
        return redirect(url_for("console.approvals"), code=303)


def kind_word(one: Approval, domain: str) -> str:
    """Return what is asked, in the words of the feature that asks."""
    return word(f"approval_kind.{one.kind}", domain)
