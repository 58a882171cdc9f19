"""Export and erasure of one person's data: what was shown, where an erasure stands, why something stays."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nhi_core.domain.errors import IllegalMove


class Proof(StrEnum):
    """What the person (or who acts for the person) showed at the counter. EARLIER: a restore's repetition."""

    NATIONAL_ID = "national_id"
    NHI_CARD = "nhi_card"
    RESIDENT = "resident_certificate"
    PASSPORT = "passport"
    REPRESENTATIVE = "representative"
    EARLIER = "earlier"


class Keep(StrEnum):
    """Why a row stays after an erasure. The law is PDPA §11 III with its Enforcement Rules §21."""

    PREMIUM_LEDGER = "premium_ledger"
    AGENCY_RECORD = "agency_record"
    CASE_FILE = "case_file"
    TRAIL = "trail"
    SLIP_SERVED = "slip_served"
    NO_PERSON_LEFT = "no_person_left"
    SERVING_CLERK = "serving_clerk"


REASONS: Mapping[Keep, str] = {
    Keep.PREMIUM_LEDGER: "what was owed, agreed and paid: accounts of a public duty, kept for as long as the "
    "accounting rules say (PDPA §11 III; Enforcement Rules §21(1))",
    Keep.AGENCY_RECORD: "the agency's own record of the insured, needed for its statutory duty (PDPA §15(1), "
    "§11 III); it is corrected or ended there",
    Keep.CASE_FILE: "an application that was handed in is an administrative file (PDPA §11 III; Enforcement "
    "Rules §21(1))",
    Keep.TRAIL: "who did what, in opaque ids: the trail that the law asks for (Enforcement Rules §12 II(10))",
    Keep.SLIP_SERVED: "that a slip was sent for a month, without the address: proof that it was served "
    "(Enforcement Rules §21(2))",
    Keep.NO_PERSON_LEFT: "figures under an opaque id that leads to nobody any more",
    Keep.SERVING_CLERK: "belongs to a registration as an office's clerk that is in force; end that first "
    "(`nhi-counter clerks end`) and erase again",
}


class ErasureState(StrEnum):
    """REQUESTED: the row stands. CLEARED: the database is done. DONE: short-lived copies and the menu too."""

    REQUESTED = "requested"
    CLEARED = "cleared"
    DONE = "done"


_NEXT: Mapping[ErasureState, ErasureState] = {
    ErasureState.REQUESTED: ErasureState.CLEARED,
    ErasureState.CLEARED: ErasureState.DONE,
}


@dataclass(frozen=True, slots=True)
class Erasure:
    """One request. `case`: the office's number of it. `result`: table → counts; never a value."""

    id: str
    person_id: str
    proof: Proof
    case: str
    state: ErasureState
    requested_at: datetime
    cleared_at: datetime | None = None
    done_at: datetime | None = None
    result: Mapping[str, object] | None = None

    def moved(self, at: datetime, result: Mapping[str, object] | None = None) -> Erasure:
        """Return the row one state further. Raises errors.IllegalMove after the last one."""
        if self.state not in _NEXT:
            raise IllegalMove(f"erasure: nothing follows {self.state}")
        state = _NEXT[self.state]
        if state is ErasureState.CLEARED:
            return dataclasses.replace(self, state=state, cleared_at=at, result=result)
        return dataclasses.replace(self, state=state, done_at=at)


@dataclass(frozen=True, slots=True)
class LeavingAccount:
    """An erased account of which short-lived copies and the rich menu are still to go."""

    id: str
    erasure_id: str
    account_id: str
    conversation: str
    channel_user: str

    def __repr__(self) -> str:
        """Show opaque ids alone."""
        return f"LeavingAccount(account_id={self.account_id!r})"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data: an insured person and the accounts that are the person's own.

    `leaving` are those of the accounts that an erasure takes away; a serving clerk's stays.
    """

    person_id: str
    accounts: tuple[str, ...]
    leaving: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did, in rows a table, and the contents in the file store that are no longer wanted."""

    deleted: Mapping[str, int]
    emptied: Mapping[str, int]
    kept: Mapping[str, tuple[int, Keep]]
    contents: tuple[str, ...] = ()

    def as_result(self) -> dict[str, object]:
        """Return it as it is written into the erasure's row."""
        return {
            "deleted": dict(self.deleted),
            "emptied": dict(self.emptied),
            "kept": {table: [count, why.value] for table, (count, why) in self.kept.items()},
        }
