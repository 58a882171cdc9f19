"""How every inbound event ended: answered, or a recorded reason. Holds no content."""

from __future__ import annotations

from nhi_core.domain.usage import Use, UseCell, band_of
from nhi_core.ports import Clock, UnitOfWork, UnitOfWorkFactory


class InboundService:
    """Closes events; the first ending stands."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    def close(
        self, event_id: str, *, kind: str, outcome: str, reason: str | None = None, use: Use | None = None
    ) -> None:
        """Record how an event of this kind ended; a redelivered event keeps its first ending.

        `use` is counted in the same transaction, with the first ending alone: so nothing is counted twice.
        """
        with self._uow() as uow:
            first = uow.inbound.close(event_id, kind=kind, outcome=outcome, reason=reason)
            if first and use is not None:
                uow.usage.add(self._cell(uow, use, outcome))
            uow.commit()

    def outcome(self, event_id: str) -> str | None:
        """Return how the event ended; None when it has not."""
        with self._uow() as uow:
            return uow.inbound.outcome(event_id)

    def _cell(self, uow: UnitOfWork, use: Use, outcome: str) -> UseCell:
        today = self._clock.today()
        birth = None if use.account_id is None else uow.usage.birth_of_account(use.account_id)
        return UseCell(today, use.language, use.wish, outcome, band_of(birth, today))
