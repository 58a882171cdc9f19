"""The second fact: checked here and nowhere else, in constant time, with few tries.

A card in the hand is a claim. The household number (戶號) stands in the household register and on no card;
residents without a household registration give the number of their entry permit or passport.
"""

from __future__ import annotations

import hmac
from enum import StrEnum

from nhi_core.domain import attempts
from nhi_core.domain.errors import Invalid
from nhi_core.domain.identifiers import NumberKind, number_kind, parse_household_number, plain
from nhi_core.domain.people import Person
from nhi_core.ports import Clock, Fingerprints, UnitOfWork

_PURPOSE = "second-fact"
_NOTHING = "\0"


class FactKind(StrEnum):
    """What may be given as the second fact."""

    HOUSEHOLD_NUMBER = "household_number"
    ENTRY_PERMIT = "entry_permit"
    PASSPORT = "passport"


class Needed(StrEnum):
    """What the screen asks for."""

    HOUSEHOLD_NUMBER = "household_number"
    FOREIGNER = "foreigner"


class SecondFacts:
    """Asks, checks and counts."""

    def __init__(self, clock: Clock, fingerprints: Fingerprints) -> None:
        self._clock = clock
        self._fingerprints = fingerprints

    def needed(self, person: Person) -> Needed | None:
        """Return what this person is asked for; None when nothing is known to check it against."""
        if number_kind(person.number) is NumberKind.CITIZEN:
            known = person.proofs.household_number or person.household
            return Needed.HOUSEHOLD_NUMBER if known else None
        return Needed.FOREIGNER if person.proofs.entry_permit or person.proofs.passport else None

    def matches(self, person: Person, kind: FactKind, value: str) -> bool:
        """Whether `value` is the person's. As long for a wrong value, a malformed one, none known."""
        citizen = self.needed(person) is Needed.HOUSEHOLD_NUMBER
        if kind is FactKind.HOUSEHOLD_NUMBER:
            given = _household(value)
            known = person.proofs.household_number if citizen else None
            by_value = self._same(known, given)
            # Persons of a file import: the household's id is the keyed digest of its number.
            home = person.household if citizen and known is None else None
            by_home = [
                hmac.compare_digest((home or _NOTHING).encode(), digest.rpartition(".")[2].encode())
                for digest in self._fingerprints.candidates("household", given)
            ]
            return by_value or any(by_home)
        proofs = person.proofs
        known = None if citizen else proofs.entry_permit if kind is FactKind.ENTRY_PERMIT else proofs.passport
        return self._same(known, plain(value))

    def check(self, uow: UnitOfWork, *, person_id: str, kiosk_id: str) -> int:
        """Return how many tries are left, both counts held until the transaction ends. Raises FactLocked."""
        now = self._clock.now()
        mine = attempts.check(uow.fact_attempts.lock(_person(person_id)), attempts.PERSON, now)
        theirs = attempts.check(uow.fact_attempts.lock(_kiosk(kiosk_id)), attempts.KIOSK, now)
        return min(mine, theirs)

    def count_wrong(self, uow: UnitOfWork, *, person_id: str, kiosk_id: str) -> int:
        """Count a wrong answer against both; return how many tries are left. Raises FactLocked after saving:

        commit before you pass it on.
        """
        now = self._clock.now()
        for subject, policy in ((_person(person_id), attempts.PERSON), (_kiosk(kiosk_id), attempts.KIOSK)):
            before = uow.fact_attempts.lock(subject)
            after = attempts.wrong(before, policy, now)
            uow.fact_attempts.save(after)
            if after.pauses > before.pauses:
                uow.audit.record("second_fact_locked", subject=subject, detail={"pauses": after.pauses})
        return self.check(uow, person_id=person_id, kiosk_id=kiosk_id)

    def count_right(self, uow: UnitOfWork, *, person_id: str) -> None:
        """Forget the person's wrong answers. The kiosk's stay: one's own card must not wash them away."""
        uow.fact_attempts.save(attempts.Attempts(_person(person_id)))

    def unlock(self, uow: UnitOfWork, *, person_id: str | None = None, kiosk_id: str | None = None) -> bool:
        """Forget a count, pauses too; False when there was nothing to open. For the staff."""
        subject = _person(person_id) if person_id is not None else _kiosk(kiosk_id or "")
        standing = uow.fact_attempts.lock(subject)
        fresh = attempts.Attempts(subject)
        if standing == fresh:
            return False
        uow.fact_attempts.save(fresh)
        uow.audit.record("second_fact_unlocked", subject=subject, detail={"pauses": standing.pauses})
        return True

    def _same(self, known: str | None, given: str) -> bool:
        ours = self._fingerprints.make(_PURPOSE, plain(known) if known else _NOTHING)
        theirs = self._fingerprints.make(_PURPOSE, given)
        return hmac.compare_digest(ours.encode(), theirs.encode())


def _household(value: str) -> str:
    try:
        return parse_household_number(value)
    except Invalid:
        return plain(value)


def _person(person_id: str) -> str:
    return f"person:{person_id}"


def _kiosk(kiosk_id: str) -> str:
    return f"kiosk:{kiosk_id}"
