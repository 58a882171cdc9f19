"""What satisfaction and usage figures need from the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from nhi_core.domain.roc import PremiumMonth
from nhi_core.domain.satisfaction import Finished, Survey
from nhi_core.domain.usage import MonthCount, UseCell


@dataclass(frozen=True, slots=True)
class GradeCount:
    """How many questions of a month, matter and language got these grades. None: not given."""

    month: PremiumMonth
    matter: Finished
    language: str
    ease: int | None
    speed: int | None
    count: int


class Satisfaction(Protocol):
    """Questions, and when each account was last asked."""

    def claim(self, account_id: str, now: datetime, quiet_since: datetime) -> bool:
        """Note that the account is asked now. False: asked after `quiet_since`, or does not want to be."""

    def set_off(self, account_id: str, off: bool, now: datetime) -> None:
        """Keep whether the account does not want to be asked at all."""

    def add(self, survey: Survey) -> None: ...
    def get(self, survey_id: str) -> Survey | None: ...
    def of_event(self, account_id: str, event_id: str) -> Survey | None:
        """Return the question that this event's answer carries."""

    def of_message(self, account_id: str, message_id: str) -> Survey | None:
        """Return the question whose word came in this message."""

    def save(self, survey: Survey) -> bool:
        """Compare-and-set on `revision` (the stored one grows by one). False: somebody else changed it."""

    def grades(self, first: PremiumMonth, last: PremiumMonth) -> tuple[GradeCount, ...]: ...
    def words(self, *, offset: int, limit: int) -> tuple[int, tuple[Survey, ...]]:
        """Return how many words there are, and a page of them, the latest month first."""


class UsageCounts(Protocol):
    """Counts without a person."""

    def add(self, cell: UseCell) -> None:
        """Count one more."""

    def put(self, cells: Iterable[tuple[UseCell, int]]) -> int:
        """Insert whole counts that are not there yet; return how many."""

    def months(self, first: PremiumMonth, last: PremiumMonth) -> tuple[MonthCount, ...]:
        """Return the sums of each month."""

    def total(self, first: date, last: date) -> int: ...
    def birth_of_account(self, account_id: str) -> date | None:
        """Return the birth date of the person that the account is bound to, None when it is not."""
