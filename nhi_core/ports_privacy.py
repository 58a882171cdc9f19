"""What export and erasure of one person's data need from the store and from Redis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from nhi_core.domain.privacy import Erased, Erasure, LeavingAccount, Subject

Row = Mapping[str, object]


class Subjects(Protocol):
    """Everything that is held about one person, by the rules of adapters.db.subject_rules."""

    def of(self, person_id: str) -> Subject:
        """Return whose accounts are the person's own, and which of them an erasure takes away."""

    def read(self, subject: Subject) -> Mapping[str, tuple[Row, ...]]:
        """Return table → rows, seals opened, secrets and fingerprints left out, other people masked."""

    def erase(self, subject: Subject) -> Erased:
        """Delete, empty and anonymise what may go. Run twice, it finds nothing more."""


class Erasures(Protocol):
    """Requests for erasure, and the accounts that are on their way out."""

    def add(self, erasure: Erasure) -> None: ...
    def get(self, erasure_id: str) -> Erasure | None:
        """Return it, held until the transaction ends."""

    def open_of(self, person_id: str) -> Erasure | None:
        """Return the person's erasure that is not done."""

    def open(self, limit: int) -> tuple[Erasure, ...]:
        """Return erasures that are not done, the oldest first."""

    def persons(self) -> tuple[str, ...]:
        """Return the ids of all persons who were ever erased."""

    def save(self, erasure: Erasure, *, was: str) -> bool:
        """Compare-and-set on the state."""

    def note_leaving(self, accounts: Iterable[LeavingAccount]) -> None: ...
    def leaving(self, erasure_id: str) -> tuple[LeavingAccount, ...]: ...
    def gone(self, leaving_id: str) -> None:
        """Delete the row: with it the last copy of the LINE user id."""


class Forgetter(Protocol):
    """Short-lived values in Redis."""

    def forget(self, marks: Iterable[str]) -> int:
        """Delete what bears one of these opaque ids in its name; return how many. Raises CacheUnavailable."""
