"""Kiosks, card sessions and counts in memory, over the store's tables."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import TYPE_CHECKING

from nhi_core.domain.attempts import Attempts
from nhi_core.domain.card_session import LIVE, CardSession
from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.kiosks import Kiosk

if TYPE_CHECKING:
    from tests.fakes.store import _Table


class FakeKiosks:
    """Fulfils ports_kiosks.Kiosks."""

    def __init__(self, table: _Table[Kiosk]) -> None:
        self._rows = table.rows

    def add(self, kiosk: Kiosk) -> None:
        self._rows[kiosk.id] = kiosk

    def get(self, kiosk_id: str) -> Kiosk | None:
        return self._rows.get(kiosk_id)

    def all(self) -> tuple[Kiosk, ...]:
        return tuple(self._rows.values())

    def seen(self, kiosk_id: str, at: datetime) -> None:
        self._rows[kiosk_id] = dataclasses.replace(self._rows[kiosk_id], seen_at=at)

    def revoke(self, kiosk_id: str, at: datetime) -> bool:
        kiosk = self._rows.get(kiosk_id)
        if kiosk is None or kiosk.revoked_at is not None:
            return False
        self._rows[kiosk_id] = dataclasses.replace(kiosk, revoked_at=at)
        return True


class FakeCardSessions:
    """Fulfils ports_kiosks.CardSessions."""

    def __init__(self, table: _Table[CardSession]) -> None:
        self._committed, self._rows = table.committed, table.rows

    def add(self, session: CardSession) -> None:
        if self.live(kiosk_id=session.kiosk_id, person_id=session.person_id):
            raise IllegalMove("such a session stands already")
        self._rows[session.id] = session

    def get(self, session_id: str) -> CardSession | None:
        return self._rows.get(session_id)

    def by_hashes(self, hashes: tuple[str, ...]) -> CardSession | None:
        found = (row for row in self._rows.values() if {row.code_hash, row.token_hash} & set(hashes))
        return next(found, None)

    def live(self, *, kiosk_id: str | None = None, person_id: str | None = None) -> tuple[CardSession, ...]:
        return tuple(
            row
            for row in self._rows.values()
            if row.state in LIVE and (row.kiosk_id == kiosk_id or row.person_id == person_id)
        )

    def overdue(self, now: datetime, limit: int = 100) -> tuple[CardSession, ...]:
        return tuple(row for row in self._rows.values() if row.over(now))[:limit]

    def save(self, session: CardSession) -> CardSession | None:
        for rows in (self._committed, self._rows):
            if session.id in rows and rows[session.id].revision != session.revision:
                return None
        saved = dataclasses.replace(session, revision=session.revision + 1)
        self._rows[session.id] = saved
        return saved


class FakeFactAttempts:
    """Fulfils ports_kiosks.FactAttempts."""

    def __init__(self, table: _Table[Attempts]) -> None:
        self._rows = table.rows

    def lock(self, subject: str) -> Attempts:
        return self._rows.get(subject, Attempts(subject))

    def save(self, attempts: Attempts) -> None:
        self._rows[attempts.subject] = attempts
