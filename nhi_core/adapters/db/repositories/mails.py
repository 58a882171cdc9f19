"""The outbox of letters."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update

from nhi_core.adapters.db.repositories.statements import insert_if_absent
from nhi_core.adapters.db.tables_eslips import mails
from nhi_core.domain.mail import Mail, MailKind, MailState

_c = mails.c


class SqlMails:
    """Fulfils ports_mail.Mails."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def add(self, mail: Mail) -> bool:
        """Insert; False when a letter of this key stands (the index decides, not we)."""
        return insert_if_absent(self._connection, mails, _row(mail))

    def get(self, mail_id: str) -> Mail | None:
        """Return the letter."""
        found = self._mails(select(mails).where(_c.id == mail_id))
        return found[0] if found else None

    def due(self, now: datetime, limit: int) -> tuple[Mail, ...]:
        """Return letters that wait and whose pause is over, the longest waiting first."""
        query = select(mails).where(_c.state == MailState.WAITING.value, _c.next_try_at <= now)
        return self._mails(query.order_by(_c.next_try_at, _c.id).limit(limit))

    def claimed_before(self, moment: datetime, limit: int) -> tuple[Mail, ...]:
        """Return letters whose sender began before `moment` and never ended."""
        query = select(mails).where(_c.state == MailState.SENDING.value, _c.claimed_at < moment)
        return self._mails(query.order_by(_c.claimed_at).limit(limit))

    def in_states(self, *states: MailState, limit: int = 200) -> tuple[Mail, ...]:
        """Return letters in any of these states, the oldest first."""
        query = select(mails).where(_c.state.in_([state.value for state in states]))
        return self._mails(query.order_by(_c.created_at, _c.id).limit(limit))

    def counts(self) -> Mapping[tuple[MailKind, MailState], int]:
        """Return how many letters of each kind stand in each state."""
        query = select(_c.kind, _c.state, func.count()).group_by(_c.kind, _c.state)
        rows = self._connection.execute(query).all()
        return {(MailKind(kind), MailState(state)): int(count) for kind, state, count in rows}

    def save(self, mail: Mail, *, was: Mail) -> bool:
        """Compare-and-set on `state` and `tries`."""
        done = self._connection.execute(
            update(mails)
            .where(_c.id == was.id, _c.state == was.state.value, _c.tries == was.tries)
            .values(_row(mail))
        )
        return done.rowcount == 1

    def _mails(self, query: Any) -> tuple[Mail, ...]:
        return tuple(_mail(row) for row in self._connection.execute(query).mappings())


def _mail(row: RowMapping) -> Mail:
    return Mail(**{**row, "kind": MailKind(row["kind"]), "state": MailState(row["state"])})


def _row(mail: Mail) -> dict[str, object]:
    row = {field.name: getattr(mail, field.name) for field in dataclasses.fields(mail)}
    return {**row, "kind": mail.kind.value, "state": mail.state.value}
