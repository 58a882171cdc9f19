"""A period of whole months, chosen by two days in the address; and an office by its name or code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.console.listing import Filter, Kind
from nhi_core.domain.offices import Office
from nhi_core.domain.roc import PremiumMonth
from nhi_core.domain.slices import Ask
from nhi_core.services.offices import OfficeRow

MOST_MONTHS = 36


def period_filters(today: date) -> tuple[Filter, Filter]:
    """Return the two fields: from January of this year on, until today, when nothing else is asked for."""
    january = date(today.year, 1, 1)
    return (
        Filter("since", kind=Kind.DAY, default=january.isoformat()),
        Filter("until", kind=Kind.DAY, default=today.isoformat()),
    )


def period(ask: Ask, today: date) -> tuple[PremiumMonth, PremiumMonth]:
    """Return first and last month, at most three years; the last is never before the first."""
    since, until = ask.get("since"), ask.get("until")
    last = PremiumMonth.of(date.fromisoformat(until) if until else today)
    first = PremiumMonth.of(date.fromisoformat(since)) if since else PremiumMonth(last.year, 1)
    first = min(first, last)
    return max(first, last.plus(1 - MOST_MONTHS)), last


def office_code(ask: Ask, offices: Sequence[OfficeRow]) -> str | None:
    """Return the code of the office that is meant; None: none is asked for; empty: there is no such one."""
    wanted = ask.get("office")
    if wanted is None:
        return None
    return next((one.office.code for one in offices if _fits(one.office, wanted)), "")


def _fits(office: Office, wanted: str) -> bool:
    return wanted.upper() == office.code or wanted in office.name
