"""The edges of a card session's table, each with its audit record; inside the caller's transaction."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

from nhi_core.domain.card_session import AUDIT_EVENTS, CardSession, EndReason, SessionEvent, moved
from nhi_core.domain.errors import IllegalMove
from nhi_core.ports import Clock, UnitOfWork

_Result = TypeVar("_Result")
_TRIES = 3


class SessionRaced(IllegalMove):
    """Somebody else changed the session meanwhile: nothing of this transaction may stand; try again."""


class CardEdges:
    """Moves card sessions."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def move(self, uow: UnitOfWork, session: CardSession, event: SessionEvent, **changes: Any) -> CardSession:
        """Move along the table, with changed fields. Raises IllegalMove, SessionRaced."""
        saved = uow.card_sessions.save(dataclasses.replace(moved(session, event), **changes))
        if saved is None:
            raise SessionRaced("the card session was changed meanwhile")
        detail: dict[str, object] = {"kiosk": session.kiosk_id, "state": saved.state.value}
        if saved.reason is not None:
            detail["reason"] = saved.reason
        uow.audit.record(AUDIT_EVENTS[event], subject=session.id, detail=detail)
        return saved

    def end(self, uow: UnitOfWork, session: CardSession, reason: EndReason) -> CardSession:
        """End it: code and token die with it."""
        return self.move(
            uow,
            session,
            SessionEvent.END,
            reason=reason.value,
            ended_at=self._clock.now(),
            code_hash=None,
            token_hash=None,
        )


def again(work: Callable[[], _Result]) -> _Result:
    """Do a transaction; when somebody else changed the session meanwhile, look once more and decide anew."""
    for _ in range(_TRIES - 1):
        try:
            return work()
        except SessionRaced:
            continue
    return work()
