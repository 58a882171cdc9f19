"""Satisfaction and usage in memory, over the tables of `tests.fakes.store`."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from nhi_core.domain.people import Person
from nhi_core.domain.roc import PremiumMonth
from nhi_core.domain.satisfaction import Survey
from nhi_core.domain.usage import MonthCount, UseCell
from nhi_core.ports import Bindings
from nhi_core.ports_satisfaction import GradeCount, Satisfaction, UsageCounts
from tests.fakes.table import Table

if TYPE_CHECKING:
    from tests.fakes.store import MemoryStore


class FakeSatisfaction:
    """Fulfils ports_satisfaction.Satisfaction. Deleted rows stand as None."""

    def __init__(self, asked: Table[tuple[datetime, bool] | None], surveys: Table[Survey]) -> None:
        self._asked, self._surveys = asked.rows, surveys.rows

    def claim(self, account_id: str, now: datetime, quiet_since: datetime) -> bool:
        row = self._asked.get(account_id)
        if row is not None and (row[1] or row[0] > quiet_since):
            return False
        self._asked[account_id] = (now, False)
        return True

    def set_off(self, account_id: str, off: bool, now: datetime) -> None:
        row = self._asked.get(account_id)
        self._asked[account_id] = (row[0] if row else now, off)

    def add(self, survey: Survey) -> None:
        assert survey.id not in self._surveys
        self._surveys[survey.id] = survey

    def get(self, survey_id: str) -> Survey | None:
        return self._surveys.get(survey_id)

    def of_event(self, account_id: str, event_id: str) -> Survey | None:
        return self._found(account_id=account_id, event_id=event_id)

    def of_message(self, account_id: str, message_id: str) -> Survey | None:
        return self._found(account_id=account_id, message_id=message_id)

    def save(self, survey: Survey) -> bool:
        if self._surveys[survey.id].revision != survey.revision:
            return False
        self._surveys[survey.id] = dataclasses.replace(survey, revision=survey.revision + 1)
        return True

    def grades(self, first: PremiumMonth, last: PremiumMonth) -> tuple[GradeCount, ...]:
        rows = [one for one in self._surveys.values() if first <= one.month <= last]
        counted = Counter((one.month, one.matter, one.language, one.ease, one.speed) for one in rows)
        return tuple(GradeCount(*key, count) for key, count in counted.items())

    def words(self, *, offset: int, limit: int) -> tuple[int, tuple[Survey, ...]]:
        rows = [one for one in self._surveys.values() if one.word is not None]
        ordered = sorted(rows, key=lambda one: (-one.month.first_day.toordinal(), one.id))
        return len(rows), tuple(ordered[offset : offset + limit])

    def _found(self, **wanted: str) -> Survey | None:
        rows = self._surveys.values()
        return next((r for r in rows if all(getattr(r, name) == want for name, want in wanted.items())), None)

    def _change(self, rows: list[Survey], **changes: None) -> int:
        for one in rows:
            self._surveys[one.id] = dataclasses.replace(one, **changes)  # type: ignore[arg-type]
        return len(rows)


class FakeUsageCounts:
    """Fulfils ports_satisfaction.UsageCounts."""

    def __init__(self, counts: Table[tuple[UseCell, int]], bindings: Bindings, people: Table[Person]) -> None:
        self._counts, self._bindings, self._people = counts.rows, bindings, people.rows

    def add(self, cell: UseCell) -> None:
        _, before = self._counts.get(repr(cell), (cell, 0))
        self._counts[repr(cell)] = (cell, before + 1)

    def put(self, cells: Iterable[tuple[UseCell, int]]) -> int:
        new = [(cell, count) for cell, count in cells if repr(cell) not in self._counts]
        self._counts.update({repr(cell): (cell, count) for cell, count in new})
        return len(new)

    def months(self, first: PremiumMonth, last: PremiumMonth) -> tuple[MonthCount, ...]:
        counted = Counter[tuple[PremiumMonth, str, str, str, str]]()
        for cell, count in self._counts.values():
            month = PremiumMonth.of(cell.day)
            if first <= month <= last:
                counted[month, cell.language, cell.wish, cell.outcome, cell.band] += count
        return tuple(MonthCount(*key, count) for key, count in counted.items())

    def total(self, first: date, last: date) -> int:
        return sum(count for cell, count in self._counts.values() if first <= cell.day <= last)

    def birth_of_account(self, account_id: str) -> date | None:
        bound = self._bindings.bound_of_account(account_id)
        return None if bound is None else self._people[bound.person_id].birth


class FakeOpinions:
    """The tables of one transaction."""

    def __init__(self, store: MemoryStore) -> None:
        self._asked, self._surveys = Table(store.satisfaction_accounts), Table(store.satisfaction_answers)
        self._counts = Table(store.usage_counts)
        self.tables: tuple[Table[Any], ...] = (self._asked, self._surveys, self._counts)

    def over(self, bindings: Bindings, people: Table[Person]) -> tuple[Satisfaction, UsageCounts]:
        """Return both repositories."""
        return FakeSatisfaction(self._asked, self._surveys), FakeUsageCounts(self._counts, bindings, people)
