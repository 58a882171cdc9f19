"""Export and erasure of what is held about a person who stands at the counter and has shown an identity.

Row first: a request for erasure stands before anything is erased, so that a run cut short is taken up again
by the sweeper or by the same command.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from nhi_core.domain.errors import NotBound, UnknownPerson
from nhi_core.domain.eslip import EslipEvent
from nhi_core.domain.identifiers import parse_number
from nhi_core.domain.privacy import Erasure, ErasureState, LeavingAccount, Proof, Subject
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory
from nhi_core.ports_privacy import Forgetter, Row
from nhi_core.services.card_edges import again
from nhi_core.services.card_sessions import CardSessionService
from nhi_core.services.eslips import move
from nhi_core.services.promotion_photos import PromotionPhotos

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Held:
    """Everything held about a person: table → rows. Personal through and through: seal it."""

    made_at: datetime
    tables: Mapping[str, tuple[Row, ...]]

    def __repr__(self) -> str:
        """Show counts alone."""
        return f"Held({sum(len(rows) for rows in self.tables.values())} rows)"


class PrivacyDesk:
    """Raises StoreUnavailable; CacheUnavailable where short-lived copies are touched."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        clock: Clock,
        ids: Ids,
        *,
        sessions: CardSessionService,
        photos: PromotionPhotos,
        forgetter: Forgetter,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._sessions = sessions
        self._photos = photos
        self._forgetter = forgetter

    def export(self, number: str, *, proof: Proof, case: str) -> Held:
        """Return all that is held about the person of this ID or UI number. Raises Invalid, UnknownPerson."""
        with self._uow() as uow:
            person_id = _person_id(uow, number)
            tables = uow.subjects.read(uow.subjects.of(person_id))
            detail = {"proof": proof.value, "case": case, "tables": len(tables)}
            uow.audit.record("data_exported", subject=f"person:{person_id}", detail=detail)
            uow.commit()
        return Held(self._clock.now(), tables)

    def erase(self, number: str, *, proof: Proof, case: str) -> Erasure:
        """Erase what may go, and return what went and what stayed; the menu in LINE is the sweeper's.

        An erasure of the person that was cut short is gone on with. Raises Invalid, UnknownPerson.
        """
        with self._uow() as uow:
            person_id = _person_id(uow, number)
            erasure = uow.erasures.open_of(person_id) or self._request(uow, person_id, proof, case)
            uow.commit()
        return self.clear(erasure.id)

    def repeat(self, person_ids: Iterable[str], *, case: str) -> int:
        """Ask again for erasures that a restored backup does not know; return how many are new."""
        new = 0
        for person_id in person_ids:
            with self._uow() as uow:
                if uow.people.get(person_id) is None or uow.erasures.open_of(person_id) is not None:
                    continue
                erasure = self._request(uow, person_id, Proof.EARLIER, case)
                uow.commit()
            self.clear(erasure.id)
            new += 1
        return new

    def clear(self, erasure_id: str) -> Erasure:
        """Do the database's part in one transaction, then the files and the short-lived copies."""
        erasure, contents = again(lambda: self._clear(erasure_id))
        self._photos.drop(contents)
        for account in self.leaving(erasure_id):
            self.forget(account)
        return erasure

    def under_way(self, limit: int = _AT_ONCE) -> tuple[Erasure, ...]:
        """Return erasures that are not done, the oldest first."""
        with self._uow() as uow:
            return uow.erasures.open(limit)

    def erased_persons(self) -> tuple[str, ...]:
        """Return the opaque ids of all persons who asked for erasure."""
        with self._uow() as uow:
            return uow.erasures.persons()

    def leaving(self, erasure_id: str) -> tuple[LeavingAccount, ...]:
        """Return accounts of an erasure whose rich menu is still to be taken off."""
        with self._uow() as uow:
            return uow.erasures.leaving(erasure_id)

    def forget(self, account: LeavingAccount, *more: str) -> None:
        """Delete the account's short-lived copies in Redis; `more`: further opaque ids in their names."""
        self._forgetter.forget((account.account_id, account.conversation, *more))

    def gone(self, account: LeavingAccount) -> None:
        """Delete the last copy of the LINE user id: the menu is off, or LINE knows the user no longer."""
        with self._uow() as uow:
            uow.erasures.gone(account.id)
            uow.commit()

    def finish(self, erasure_id: str) -> bool:
        """Close an erasure of which nothing is left to do; False when it is not so far, or closed already."""
        with self._uow() as uow:
            erasure = uow.erasures.get(erasure_id)
            if erasure is None or erasure.state is not ErasureState.CLEARED:
                return False
            if uow.erasures.leaving(erasure_id):
                return False
            done = erasure.moved(self._clock.now())
            if not uow.erasures.save(done, was=erasure.state):
                return False
            subject, detail = f"person:{erasure.person_id}", {"erasure": erasure.id}
            uow.audit.record("erasure_done", subject=subject, detail=detail)
            uow.commit()
        return True

    def _request(self, uow: UnitOfWork, person_id: str, proof: Proof, case: str) -> Erasure:
        erasure = Erasure(
            id=self._ids.uuid(),
            person_id=person_id,
            proof=proof,
            case=case,
            state=ErasureState.REQUESTED,
            requested_at=self._clock.now(),
        )
        uow.erasures.add(erasure)
        detail = {"erasure": erasure.id, "proof": proof.value, "case": case}
        uow.audit.record("erasure_requested", subject=f"person:{person_id}", detail=detail)
        return erasure

    def _clear(self, erasure_id: str) -> tuple[Erasure, tuple[str, ...]]:
        now = self._clock.now()
        with self._uow() as uow:
            erasure = uow.erasures.get(erasure_id)
            if erasure is None:
                raise UnknownPerson
            if erasure.state is not ErasureState.REQUESTED:
                return erasure, ()
            subject = uow.subjects.of(erasure.person_id)
            leaving = self._leaving(uow, erasure, subject)
            with suppress(NotBound):  # nothing is in force; what was is in the rows
                self._sessions.untie_person(uow, erasure.person_id)
            for one in uow.eslips.live_of_person(erasure.person_id):
                uow.eslips.save(move(uow, one, EslipEvent.CANCEL, now).emptied())
            uow.erasures.note_leaving(leaving)
            erased = uow.subjects.erase(subject)
            cleared = erasure.moved(now, erased.as_result())
            if not uow.erasures.save(cleared, was=erasure.state):
                return cleared, ()
            rows = sum(erased.deleted.values()) + sum(erased.emptied.values())
            detail = {"erasure": erasure.id, "rows": rows, "accounts": len(leaving)}
            uow.audit.record("erasure_cleared", subject=f"person:{erasure.person_id}", detail=detail)
            uow.commit()
        return cleared, erased.contents

    def _leaving(self, uow: UnitOfWork, erasure: Erasure, subject: Subject) -> list[LeavingAccount]:
        """Return the accounts as they are before they are anonymised; their rows are held."""
        found = [uow.accounts.get(account_id) for account_id in subject.leaving]
        return [
            LeavingAccount(self._ids.uuid(), erasure.id, one.id, one.conversation, one.channel_user)
            for one in found
            if one is not None
        ]


def _person_id(uow: UnitOfWork, number: str) -> str:
    person = uow.people.by_number(parse_number(number))
    if person is None:
        raise UnknownPerson
    return person.id
