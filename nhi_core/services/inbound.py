"""How every inbound event ended: answered, or a recorded reason. Holds no content."""

from __future__ import annotations

from nhi_core.ports import UnitOfWorkFactory


class InboundService:
    """Closes events; the first ending stands."""

    def __init__(self, uow: UnitOfWorkFactory) -> None:
        self._uow = uow

    def close(self, event_id: str, *, kind: str, outcome: str, reason: str | None = None) -> None:
        """Record how an event of this kind ended; a redelivered event keeps its first ending."""
        with self._uow() as uow:
            uow.inbound.close(event_id, kind=kind, outcome=outcome, reason=reason)
            uow.commit()

    def outcome(self, event_id: str) -> str | None:
        """Return how the event ended; None when it has not."""
        with self._uow() as uow:
            return uow.inbound.outcome(event_id)
