"""Four eyes. How a feature uses it (a broadcast to citizens, say):

    approval = core.approvals.propose("notice_broadcast", notice.id, content=what_will_be_sent, by=staff_id)
    …another supervisor opens the console's list of approvals and approves…
    with uow: core.approvals.use(uow, "notice_broadcast", notice.id, content=what_will_be_sent)

`use` is called inside the transaction that makes the send's rows: it holds exactly once, and only for the
very content that was approved. It raises NotApproved for anything else.
"""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import timedelta

from nhi_core.domain.approvals import (
    AUDIT_EVENTS,
    Approval,
    ApprovalEvent,
    ApprovalState,
    NotApproved,
    SameEyes,
    next_state,
)
from nhi_core.domain.errors import IllegalMove, Invalid
from nhi_core.domain.staff import StaffMember, StaffRole
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory

LIFE = timedelta(days=3)
APPROVERS = frozenset({StaffRole.SUPERVISOR})


class ApprovalService:
    """Proposes, decides, and lets an approved matter be done once."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, ids: Ids) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids

    def propose(self, kind: str, subject: str, *, content: str, by: str, life: timedelta = LIFE) -> Approval:
        """Ask for a second pair of eyes on `content` (any exact text of what will be done).

        `kind` is a stable word, `subject` the id of the matter. Raises IllegalMove when one is under way.
        """
        now = self._clock.now()
        approval = Approval(
            id=self._ids.uuid(),
            kind=kind,
            subject=subject,
            digest=digest(content),
            state=ApprovalState.PROPOSED,
            proposed_by=by,
            proposed_at=now,
            expires_at=now + life,
        )
        with self._uow() as uow:
            self._expire(uow, uow.approvals.live_of(kind, subject))
            uow.approvals.add(approval)
            detail = {"staff": by, "kind": kind, "approval": approval.id}
            uow.audit.record("approval_proposed", subject=subject, detail=detail)
            uow.commit()
        return approval

    def approve(self, approval_id: str, member: StaffMember) -> Approval:
        """Approve as another person. Raises SameEyes, IllegalMove, Invalid (unknown, no such role)."""
        return self._decide(approval_id, member, ApprovalEvent.APPROVE)

    def decline(self, approval_id: str, member: StaffMember) -> Approval:
        """Decline as another person. Raises as `approve` does."""
        return self._decide(approval_id, member, ApprovalEvent.DECLINE)

    def withdraw(self, kind: str, subject: str, *, by: str) -> None:
        """Take back what is under way for a matter, if anything is: it was changed, or is not wanted."""
        with self._uow() as uow:
            found = uow.approvals.live_of(kind, subject)
            if found is not None:
                self._move(uow, found, ApprovalEvent.WITHDRAW, by=by)
                uow.commit()

    def standing(self, kind: str, subject: str) -> Approval | None:
        """Return what is under way for a matter: proposed, or approved and not used yet."""
        with self._uow() as uow:
            found = uow.approvals.live_of(kind, subject)
        return None if found is None or found.expires_at <= self._clock.now() else found

    def waiting(self) -> tuple[Approval, ...]:
        """Return what waits for a decision, the longest waiting first."""
        now = self._clock.now()
        with self._uow() as uow:
            return tuple(one for one in uow.approvals.waiting() if one.expires_at > now)

    def use(self, uow: UnitOfWork, kind: str, subject: str, *, content: str) -> Approval:
        """Use the approval up inside the caller's transaction. Raises NotApproved."""
        found = uow.approvals.live_of(kind, subject)
        if (
            found is None
            or found.state is not ApprovalState.APPROVED
            or found.expires_at <= self._clock.now()
            or found.digest != digest(content)
        ):
            raise NotApproved
        try:
            return self._move(uow, found, ApprovalEvent.USE, by=found.proposed_by)
        except IllegalMove:
            raise NotApproved from None

    def expire(self) -> int:
        """Close what nobody decided, or used, in time; return how many."""
        with self._uow() as uow:
            overdue = uow.approvals.overdue(self._clock.now())
            for one in overdue:
                self._expire(uow, one)
            uow.commit()
        return len(overdue)

    def _expire(self, uow: UnitOfWork, found: Approval | None) -> None:
        if found is not None and found.expires_at <= self._clock.now():
            self._move(uow, found, ApprovalEvent.EXPIRE, by=found.proposed_by)

    def _decide(self, approval_id: str, member: StaffMember, event: ApprovalEvent) -> Approval:
        with self._uow() as uow:
            found = uow.approvals.get(approval_id)
            if found is None or not member.may(*APPROVERS):
                raise Invalid("no such proposal, or not yours to decide")
            if found.proposed_by == member.id:
                raise SameEyes
            if found.expires_at <= self._clock.now():
                raise IllegalMove("its time is over")
            decided = dataclasses.replace(found, decided_by=member.id, decided_at=self._clock.now())
            moved = self._move(uow, decided, event, by=member.id)
            uow.commit()
        return moved

    @staticmethod
    def _move(uow: UnitOfWork, found: Approval, event: ApprovalEvent, *, by: str) -> Approval:
        moved = dataclasses.replace(found, state=next_state(found.state, event))
        if not uow.approvals.move(moved, was=found.state.value):
            raise IllegalMove("somebody else decided it meanwhile")
        detail = {"staff": by, "kind": found.kind, "approval": found.id}
        uow.audit.record(AUDIT_EVENTS[event], subject=found.subject, detail=detail)
        return moved


def digest(content: str) -> str:
    """Return the hash that ties an approval to its content."""
    return hashlib.sha256(content.encode()).hexdigest()
