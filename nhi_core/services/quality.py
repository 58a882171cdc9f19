"""Quality of what offices hand in: months taken in, the division's report, an office's own for its clerks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nhi_core.domain.errors import Invalid, NotAClerk
from nhi_core.domain.evaluation_files import read_quality
from nhi_core.domain.evaluation_model import rounded
from nhi_core.domain.offices import ClerkState, Office
from nhi_core.domain.quality import ErrorKind, OfficeQuality, QualityReport, report
from nhi_core.ports import UnitOfWorkFactory
from nhi_core.services.evaluation_views import TakeReport
from nhi_core.services.evaluations import office_names

MONTHS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class MonthQuality:
    """One month of one office: `rate` in percent with one place, None when nothing was received."""

    year: int
    month: int
    received: int
    errors: int
    rate: str | None


@dataclass(frozen=True, slots=True)
class OfficeQualityView:
    """The own office's last months beside the division; the kinds of the last one, the commonest first."""

    office: str
    months: tuple[MonthQuality, ...]
    division_rate: str | None
    kinds: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class MonthReport:
    """The division's month with its offices by code."""

    year: int
    month: int
    report: QualityReport
    offices: Mapping[str, Office]


class QualityService:
    """`by` is the id of the staff member."""

    def __init__(self, uow: UnitOfWorkFactory) -> None:
        self._uow = uow

    def take(self, text: str, *, by: str) -> TakeReport:
        """Take in months of offices; the same file again changes nothing. Raises Invalid."""
        with self._uow() as uow:
            read = read_quality(text, offices=office_names(uow))
            months: dict[tuple[int, int], list[OfficeQuality]] = {}
            for one in read.rows:
                months.setdefault((one.year, one.month), []).append(one.quality)
            changed = sum(uow.evaluations.put_quality(*month, found) for month, found in months.items())
            if changed:
                detail = {"staff": by, "changed": changed, "rows": len(read.rows)}
                uow.audit.record("quality_taken", subject="quality", detail=detail)
            uow.commit()
        return TakeReport(changed, len(read.rows) - changed, read.rejected)

    def months(self) -> tuple[tuple[int, int], ...]:
        """Return (ROC year, month)s there is a report of, the latest first."""
        with self._uow() as uow:
            return uow.evaluations.quality_months()

    def month(self, year: int, month: int) -> MonthReport:
        """Return the division's report on one month. Raises Invalid when there is none."""
        with self._uow() as uow:
            found = uow.evaluations.quality(year, [month])
            offices = {one.code: one for one in uow.offices.all()}
        if not found:
            raise Invalid("no report of this month")
        return MonthReport(year, month, report(found, year, month), offices)

    def for_clerk(self, account_id: str) -> OfficeQualityView:
        """Return the own office's last months. Raises NotAClerk, and Invalid when there are none yet."""
        with self._uow() as uow:
            clerk = uow.clerks.live_of_account(account_id)
            if clerk is None or clerk.state is not ClerkState.ACTIVE or clerk.office_code is None:
                raise NotAClerk
            office = uow.offices.get(clerk.office_code)
            months = uow.evaluations.quality_months()[:MONTHS_SHOWN]
            if not months or office is None:
                raise Invalid("no quality report yet")
            mine = [
                (year, month, uow.evaluations.quality(year, [month], office.code)) for year, month in months
            ]
            division = report(uow.evaluations.quality(months[0][0], [months[0][1]]), *months[0])
        latest = mine[0][2]
        kinds = _kinds(latest[0]) if latest else ()
        return OfficeQualityView(
            office=office.name,
            months=tuple(_month(year, month, found) for year, month, found in mine),
            division_rate=None if division.rate is None else str(rounded(division.rate, 1)),
            kinds=kinds,
        )


def _month(year: int, month: int, found: tuple[OfficeQuality, ...]) -> MonthQuality:
    if not found:
        return MonthQuality(year, month, 0, 0, None)
    [one] = found
    return MonthQuality(
        year, month, one.received, one.total, None if one.rate is None else str(rounded(one.rate, 1))
    )


def _kinds(one: OfficeQuality) -> tuple[tuple[str, int], ...]:
    counted = [(kind.value, one.errors[kind]) for kind in ErrorKind if one.errors.get(kind, 0)]
    return tuple(sorted(counted, key=lambda pair: -pair[1]))
