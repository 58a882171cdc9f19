"""How the bot is used, as counts without a person: day, language, wish, outcome, age band."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nhi_core.domain.roc import PremiumMonth

UNBOUND = "unbound"
# The first age that is no longer in the band; the last band is open.
_BANDS = ((20, "under_20"), (35, "20_34"), (50, "35_49"), (65, "50_64"), (80, "65_79"))
_OLDEST = "80_plus"
BANDS = (*(name for _, name in _BANDS), _OLDEST, UNBOUND)
OUTCOMES = ("answered", "apologised", "unanswered")
UNKNOWN_LANGUAGE = "unknown"


@dataclass(frozen=True, slots=True)
class Use:
    """One event to be counted. `account_id` is used to find the age band and is not kept with the count."""

    language: str
    wish: str
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class UseCell:
    """What is counted together. `day` is a Taipei day."""

    day: date
    language: str
    wish: str
    outcome: str
    band: str


@dataclass(frozen=True, slots=True)
class MonthCount:
    """A month's sum of one combination."""

    month: PremiumMonth
    language: str
    wish: str
    outcome: str
    band: str
    count: int


def band_of(birth: date | None, today: date) -> str:
    """Return the age band of somebody born on `birth`; UNBOUND when nobody is bound."""
    if birth is None:
        return UNBOUND
    age = today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
    return next((name for limit, name in _BANDS if age < limit), _OLDEST)
