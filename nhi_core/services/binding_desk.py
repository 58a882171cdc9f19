"""What the staff may do about bindings at the counter: untie a person, open a locked second fact."""

from __future__ import annotations

from nhi_core.domain.errors import UnknownPerson
from nhi_core.domain.identifiers import parse_number
from nhi_core.ports import UnitOfWork, UnitOfWorkFactory
from nhi_core.services.card_edges import again
from nhi_core.services.card_sessions import CardSessionService


class BindingDesk:
    """Acts for a person who stands at the counter and has shown who he or she is."""

    def __init__(self, uow: UnitOfWorkFactory, sessions: CardSessionService) -> None:
        self._uow = uow
        self._sessions = sessions

    def unbind(self, number: str) -> None:
        """Untie the person of this ID or UI number from every account; they are told.

        Raises Invalid, UnknownPerson, NotBound.
        """

        def work() -> None:
            with self._uow() as uow:
                person_id = _person_id(uow, number)
                self._sessions.untie_person(uow, person_id)
                uow.audit.record("unbound_by_staff", subject=f"person:{person_id}")
                uow.commit()

        again(work)

    def unlock_person(self, number: str) -> bool:
        """Let a person try the second fact again; False when nothing was locked or counted.

        Raises Invalid, UnknownPerson.
        """
        with self._uow() as uow:
            opened = self._sessions.facts.unlock(uow, person_id=_person_id(uow, number))
            uow.commit()
        return opened

    def unlock_kiosk(self, kiosk_id: str) -> bool:
        """The same for a kiosk."""
        with self._uow() as uow:
            opened = self._sessions.facts.unlock(uow, kiosk_id=kiosk_id)
            uow.commit()
        return opened


def _person_id(uow: UnitOfWork, number: str) -> str:
    person = uow.people.by_number(parse_number(number))
    if person is None:
        raise UnknownPerson
    return person.id
