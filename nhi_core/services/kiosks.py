"""Which machines in which lobbies may speak for a card: enrolled by their public key, seen, revoked."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from nhi_core.domain.card_session import EndReason
from nhi_core.domain.errors import Invalid, KioskRefused
from nhi_core.domain.kiosks import Kiosk
from nhi_core.ports import Clock, Ids, UnitOfWorkFactory
from nhi_core.services.card_edges import again
from nhi_core.services.card_sessions import CardSessionService

_SEEN_GRAIN = timedelta(minutes=1)


class KioskService:
    """Keeps the list of kiosks."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, ids: Ids, sessions: CardSessionService) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._sessions = sessions

    def enrol(self, name: str, office: str, public_key: str, *, by: str = "cli") -> Kiosk:
        """Add a kiosk by its public key (PEM); `by` is who of the staff does it.

        Raises Invalid for a name that a list cannot show.
        """
        if not 0 < len(name) <= 64 or not name.isprintable() or len(office) > 64 or not office.isprintable():
            raise Invalid("a name or an office must be 1 to 64 printable characters")
        kiosk = Kiosk(self._ids.uuid(), name, office, public_key, self._clock.now())
        with self._uow() as uow:
            uow.kiosks.add(kiosk)
            uow.audit.record(
                "kiosk_enrolled", subject=f"kiosk:{kiosk.id}", detail={"office": office, "staff": by}
            )
            uow.commit()
        return kiosk

    def all(self) -> tuple[Kiosk, ...]:
        """Return every kiosk, revoked ones too, the newest first."""
        with self._uow() as uow:
            return uow.kiosks.all()

    def find(self, kiosk_id: str) -> Kiosk:
        """Return a kiosk, revoked or not. Raises KioskRefused: there never was one."""
        with self._uow() as uow:
            kiosk = uow.kiosks.get(kiosk_id)
        if kiosk is None:
            raise KioskRefused("no such kiosk")
        return kiosk

    def seen(self, kiosk: Kiosk) -> Kiosk:
        """Note that it spoke to us, at most once a minute."""
        now = self._clock.now()
        if kiosk.seen_at is not None and now - kiosk.seen_at < _SEEN_GRAIN:
            return kiosk
        with self._uow() as uow:
            uow.kiosks.seen(kiosk.id, now)
            uow.commit()
        return dataclasses.replace(kiosk, seen_at=now)

    def revoke(self, kiosk_id: str, *, by: str = "cli") -> int:
        """Revoke at once: its open sessions end, and phones that claimed them are told.

        Return how many ended. Raises KioskRefused (unknown or revoked already).
        """
        return again(lambda: self._revoke(kiosk_id, by))

    def _revoke(self, kiosk_id: str, by: str) -> int:
        with self._uow() as uow:
            if not uow.kiosks.revoke(kiosk_id, self._clock.now()):
                raise KioskRefused("no such kiosk, or revoked already")
            live = uow.card_sessions.live(kiosk_id=kiosk_id)
            for session in live:
                self._sessions.close(uow, session, EndReason.REVOKED)
            detail = {"sessions": len(live), "staff": by}
            uow.audit.record("kiosk_revoked", subject=f"kiosk:{kiosk_id}", detail=detail)
            uow.commit()
        return len(live)
