"""Kiosks, card sessions, counts of wrong second facts."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from nhi_core.adapters.db.repositories.statements import insert_if_absent
from nhi_core.adapters.db.tables_kiosks import card_sessions, fact_attempts, kiosks
from nhi_core.domain.attempts import Attempts
from nhi_core.domain.card_session import CLAIMED, LIVE, CardSession, SessionState
from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.kiosks import Kiosk

_s = card_sessions.c


class SqlKiosks:
    """Fulfils ports_kiosks.Kiosks."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def add(self, kiosk: Kiosk) -> None:
        """Insert."""
        self._connection.execute(insert(kiosks).values(**dataclasses.asdict(kiosk)))

    def get(self, kiosk_id: str) -> Kiosk | None:
        """Return the kiosk of this id, revoked or not."""
        row = self._connection.execute(select(kiosks).where(kiosks.c.id == kiosk_id)).mappings().one_or_none()
        return None if row is None else Kiosk(**row)

    def all(self) -> tuple[Kiosk, ...]:
        """Return every kiosk, the newest first."""
        query = select(kiosks).order_by(kiosks.c.enrolled_at.desc(), kiosks.c.id)
        return tuple(Kiosk(**row) for row in self._connection.execute(query).mappings())

    def seen(self, kiosk_id: str, at: datetime) -> None:
        """Note that it spoke to us."""
        self._connection.execute(update(kiosks).where(kiosks.c.id == kiosk_id).values(seen_at=at))

    def revoke(self, kiosk_id: str, at: datetime) -> bool:
        """Revoke; False when it is unknown or revoked already."""
        statement = update(kiosks).where(kiosks.c.id == kiosk_id, kiosks.c.revoked_at.is_(None))
        return self._connection.execute(statement.values(revoked_at=at)).rowcount == 1


class SqlCardSessions:
    """Fulfils ports_kiosks.CardSessions."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def add(self, session: CardSession) -> None:
        """Insert; raises IllegalMove when the kiosk or the person has a live one."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(card_sessions).values(**_columns(session)))
        except IntegrityError:
            raise IllegalMove("such a session stands already") from None

    def get(self, session_id: str) -> CardSession | None:
        """Return the session of this id."""
        found = self._where(_s.id == session_id)
        return found[0] if found else None

    def by_hashes(self, hashes: tuple[str, ...]) -> CardSession | None:
        """Return the session that shows this code or token."""
        found = self._where(or_(_s.code_hash.in_(hashes), _s.token_hash.in_(hashes)))
        return found[0] if found else None

    def live(self, *, kiosk_id: str | None = None, person_id: str | None = None) -> tuple[CardSession, ...]:
        """Return live sessions of the kiosk or of the person, the oldest first."""
        whose = [_s.kiosk_id == kiosk_id] if kiosk_id is not None else []
        whose += [_s.person_id == person_id] if person_id is not None else []
        return self._where(_in(LIVE), or_(*whose)) if whose else ()

    def overdue(self, now: datetime, limit: int = 100) -> tuple[CardSession, ...]:
        """Return live sessions whose time is up."""
        stale = _in(CLAIMED) & (_s.step_expires_at <= now)
        return self._where(_in(LIVE), or_(stale, _s.expires_at <= now), limit=limit)

    def save(self, session: CardSession) -> CardSession | None:
        """Compare-and-set on `revision`."""
        saved = dataclasses.replace(session, revision=session.revision + 1)
        statement = update(card_sessions).where(_s.id == session.id, _s.revision == session.revision)
        done = self._connection.execute(statement.values(**_columns(saved))).rowcount == 1
        return saved if done else None

    def _where(self, *conditions: ColumnElement[bool], limit: int | None = None) -> tuple[CardSession, ...]:
        query = select(card_sessions).where(*conditions).order_by(_s.opened_at, _s.id).limit(limit)
        rows = self._connection.execute(query).mappings()
        return tuple(CardSession(**{**row, "state": SessionState(row["state"])}) for row in rows)


class SqlFactAttempts:
    """Fulfils ports_kiosks.FactAttempts."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def lock(self, subject: str) -> Attempts:
        """Return the count, its row locked (PostgreSQL; SQLite's transactions queue anyway)."""
        insert_if_absent(self._connection, fact_attempts, dataclasses.asdict(Attempts(subject)))
        query = select(fact_attempts).where(fact_attempts.c.subject == subject).with_for_update()
        return Attempts(**self._connection.execute(query).mappings().one())

    def save(self, attempts: Attempts) -> None:
        """Write the count."""
        statement = update(fact_attempts).where(fact_attempts.c.subject == attempts.subject)
        self._connection.execute(statement.values(**dataclasses.asdict(attempts)))


def _in(states: frozenset[SessionState]) -> ColumnElement[bool]:
    return _s.state.in_([state.value for state in states])


def _columns(session: CardSession) -> dict[str, object]:
    return {**dataclasses.asdict(session), "state": session.state.value}
