"""The letters of pre-registrations: each is claimed before it is sent, and settled after."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, and_, or_, select, update

from nhi_core.adapters.db.engine import translated
from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables_imports import preregistrations
from nhi_core.ports import Clock
from nhi_core.services.imports_registrations import Waiting

_c = preregistrations.c


class SqlRegistrations:
    """Fulfils services.imports_registrations.Registrations. Raises StoreUnavailable."""

    def __init__(self, engine: Engine, sealer: ColumnSealer, clock: Clock) -> None:
        """Open nothing yet."""
        self._engine = engine
        self._sealer = sealer
        self._clock = clock

    def claim_letters(self, limit: int, *, given_up_before: timedelta) -> tuple[Waiting, ...]:
        """Take letters that wait, or whose sender ended."""
        now = self._clock.now()
        ready = or_(_c.mail == "waiting", and_(_c.mail == "sending", _c.mail_at < now - given_up_before))
        with translated(), self._engine.begin() as connection:
            found = select(_c.id, _c.email).where(ready).order_by(_c.id).limit(limit)
            rows = connection.execute(found.with_for_update(skip_locked=True)).all()
            ids = [row.id for row in rows]
            connection.execute(
                update(preregistrations).where(_c.id.in_(ids)).values(mail="sending", mail_at=now)
            )
        return tuple(Waiting(row.id, self._sealer.open(_c.email, row.email, row=row.id)) for row in rows)

    def settle_letter(self, registration_id: str, outcome: str) -> None:
        """Write down how it ended."""
        mine = (_c.id == registration_id, _c.mail == "sending")
        with translated(), self._engine.begin() as connection:
            connection.execute(
                update(preregistrations).where(*mine).values(mail=outcome, mail_at=self._clock.now())
            )
