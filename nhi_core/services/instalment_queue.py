"""The console's list of applications: a page at a time, all of its records read together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from nhi_core.domain.application import Application, ApplicationState
from nhi_core.domain.calendar import WorkingDays
from nhi_core.domain.identifiers import mask_name, plain
from nhi_core.domain.instalments import offer
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.domain.ledger import current_units
from nhi_core.domain.slices import Ask, Slice
from nhi_core.ports import Clock, UnitOfWork, UnitOfWorkFactory
from nhi_core.services.instalment_checks import Check, checks
from nhi_core.services.instalment_views import show_code, taipei_day
from nhi_core.services.ledger import Assessor


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One line. The name is masked; `failed` is None for what is decided already. Amounts in NT$."""

    code: str
    state: ApplicationState
    person_masked: str
    terms: int
    total: int
    submitted_on: date | None
    decided_on: date | None
    failed: tuple[Check, ...] | None

    def __repr__(self) -> str:
        """Show nothing personal."""
        return f"QueueLine(state={self.state!r})"


class InstalmentQueue:
    """Lists applications that were handed in."""

    def __init__(
        self, uow: UnitOfWorkFactory, clock: Clock, calendar: WorkingDays, policy: FeePolicy | None = None
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._assessor = Assessor(calendar, policy or FeePolicy())

    def page(self, ask: Ask) -> Slice[QueueLine]:
        """Return a part of the list: filters as in ports_console, `code` however it is typed."""
        if ask.get("code"):
            ask = Ask({**ask.filters, "code": plain(ask.filters["code"])}, ask.limit, ask.offset)
        with self._uow() as uow:
            found = uow.lists.applications(ask)
            names = uow.lists.names({one.person_id for one in found.rows})
            failed = self._failed(uow, [one for one in found.rows if one.state is ApplicationState.SUBMITTED])
        return Slice([_line(one, names, failed.get(one.id)) for one in found.rows], found.total)

    def counts(self) -> Mapping[str, int]:
        """Return how many are in each state."""
        with self._uow() as uow:
            return uow.lists.application_counts()

    def _failed(self, uow: UnitOfWork, waiting: list[Application]) -> dict[str, tuple[Check, ...]]:
        """Return for each that waits what of its pre-check did not pass today."""
        if not waiting:
            return {}
        today = self._clock.today()
        books = uow.reminder_books.whole({one.person_id for one in waiting}, today)
        units = {person: current_units(mine.bills) for person, mine in books.items()}
        areas = uow.ledger.areas_of(frozenset().union(*units.values()))
        failed = {}
        for one in waiting:
            mine = books[one.person_id]
            here = [area for area in areas if area.unit_name in units[one.person_id]]
            assessment = self._assessor.of_books(mine, here, today)
            offered = offer(assessment, mine.plans, today=today)
            failed[one.id] = tuple(check for check, passed in checks(one, offered, mine.bills) if not passed)
        return failed


def _line(one: Application, names: Mapping[str, str], failed: tuple[Check, ...] | None) -> QueueLine:
    return QueueLine(
        code=show_code(one.code),
        state=one.state,
        person_masked=mask_name(names.get(one.person_id, "")),
        terms=one.terms or 0,
        total=one.total,
        submitted_on=taipei_day(one.submitted_at),
        decided_on=taipei_day(one.decided_at),
        failed=failed,
    )
