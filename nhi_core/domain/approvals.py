"""Four eyes: what one of the staff proposes takes effect only when another one has approved it.

An approval is tied by `digest` to exactly what was proposed: whoever changes the matter asks anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nhi_core.domain.errors import CounterError, IllegalMove


class ApprovalState(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    USED = "used"


class ApprovalEvent(StrEnum):
    """What can happen to a proposal."""

    APPROVE = "approve"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    USE = "use"


_S, _E = ApprovalState, ApprovalEvent
MOVES: Mapping[tuple[ApprovalState, ApprovalEvent], ApprovalState] = {
    (_S.PROPOSED, _E.APPROVE): _S.APPROVED,
    (_S.PROPOSED, _E.DECLINE): _S.DECLINED,
    (_S.PROPOSED, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.PROPOSED, _E.EXPIRE): _S.EXPIRED,
    (_S.APPROVED, _E.USE): _S.USED,
    (_S.APPROVED, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.APPROVED, _E.EXPIRE): _S.EXPIRED,
}
# Each edge names its audit event.
AUDIT_EVENTS: Mapping[ApprovalEvent, str] = {
    _E.APPROVE: "approval_given",
    _E.DECLINE: "approval_declined",
    _E.WITHDRAW: "approval_withdrawn",
    _E.EXPIRE: "approval_expired",
    _E.USE: "approval_used",
}
LIVE = frozenset({_S.PROPOSED, _S.APPROVED})


class SameEyes(CounterError):
    """Who proposed it cannot approve it."""

    code = "same_eyes"


class NotApproved(CounterError):
    """Nobody else has approved this, or what was approved is not what is to be done now."""

    code = "not_approved"


@dataclass(frozen=True, slots=True)
class Approval:
    """One proposal. `kind` is what is asked (`notice_broadcast`), `subject` the id of the matter."""

    id: str
    kind: str
    subject: str
    digest: str
    state: ApprovalState
    proposed_by: str
    proposed_at: datetime
    expires_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None


def next_state(state: ApprovalState, event: ApprovalEvent) -> ApprovalState:
    """Return the state after `event`. Raises errors.IllegalMove when the table has no such edge."""
    try:
        return MOVES[state, event]
    except KeyError:
        raise IllegalMove(f"{event} from {state}") from None
