"""The letters of pre-registrations, as the outbox sees them."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables_imports import preregistrations
from nhi_core.ports import Clock
from nhi_core.ports_mail import Registered

_c = preregistrations.c


class SqlRegistrationLetters:
    """Fulfils ports_mail.RegistrationLetters."""

    def __init__(self, connection: Connection, sealer: ColumnSealer, clock: Clock) -> None:
        """Work on one connection."""
        self._connection = connection
        self._sealer = sealer
        self._clock = clock

    def waiting(self, limit: int) -> tuple[str, ...]:
        """Return the ids of those that have no letter in the outbox yet."""
        query = select(_c.id).where(_c.mail == "waiting").order_by(_c.id).limit(limit)
        return tuple(self._connection.execute(query).scalars())

    def get(self, registration_id: str) -> Registered | None:
        """Return where the letter goes."""
        row = self._connection.execute(select(_c.id, _c.email).where(_c.id == registration_id)).first()
        return Registered(row.id, self._sealer.open(_c.email, row.email, row=row.id)) if row else None

    def mark(self, registration_id: str, state: str) -> None:
        """Write down how far it is."""
        self._connection.execute(
            update(preregistrations)
            .where(_c.id == registration_id)
            .values(mail=state, mail_at=self._clock.now())
        )
