"""The Republic of China calendar at the edges: year = AD − 1911. Inside, dates are ISO."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from nhi_core.domain.errors import Invalid

OFFSET = 1911
# A number up to this is a ROC year when it stands before a separator; AD years have four digits.
_LAST_ROC_YEAR = 999

_SEPARATED_DATE = re.compile(r"(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_SEPARATED_MONTH = re.compile(r"(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*月?(?:份)?")
_ERA = re.compile(r"^(?:中華)?民國\s*")


def _plain(text: str) -> str:
    return _ERA.sub("", unicodedata.normalize("NFKC", text).strip())


def _year(number: int) -> int:
    if number < 1:
        raise Invalid("a year before the first")
    return number + OFFSET if number <= _LAST_ROC_YEAR else number


def parse_date(text: str) -> date:
    """Read a date written as 110/06/15, 1100615, 110年6月15日, 民國110-6-15, 2021-06-15 or 20210615.

    Raises errors.Invalid for any other shape and for days that do not exist (114/02/29).
    """
    plain = _plain(text)
    if match := _SEPARATED_DATE.fullmatch(plain):
        year, month, day = (int(part) for part in match.groups())
    elif plain.isascii() and plain.isdigit() and len(plain) in (6, 7, 8):
        year, month, day = int(plain[:-4]), int(plain[-4:-2]), int(plain[-2:])
    else:
        raise Invalid("not a date")
    try:
        return date(_year(year), month, day)
    except ValueError:
        raise Invalid("no such day") from None


def format_date(day: date) -> str:
    """Return `115/08/31`."""
    return f"{_roc_year(day.year)}/{day.month:02d}/{day.day:02d}"


def compact_date(day: date) -> str:
    """Return `1150831`, as forms of the agency write it."""
    return f"{_roc_year(day.year):03d}{day.month:02d}{day.day:02d}"


def _roc_year(year: int) -> int:
    if year <= OFFSET:
        raise Invalid("before the Republic")
    return year - OFFSET


@dataclass(frozen=True, slots=True, order=True)
class PremiumMonth:
    """The month a premium is for (保費年月). `year` is AD; months order and hash as one expects."""

    year: int
    month: int

    def __post_init__(self) -> None:
        """Refuse months that do not exist."""
        if not (OFFSET < self.year <= 9999 and 1 <= self.month <= 12):
            raise Invalid("no such month")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 2026-08, 115/08, 115年8月, 11508, 202608 or the first day of the month as 2026-08-01.

        Raises errors.Invalid.
        """
        plain = _plain(text)
        if match := _SEPARATED_MONTH.fullmatch(plain):
            return cls(_year(int(match[1])), int(match[2]))
        if plain.isascii() and plain.isdigit() and len(plain) in (4, 5, 6):
            return cls(_year(int(plain[:-2])), int(plain[-2:]))
        day = parse_date(plain)
        if day.day != 1:
            raise Invalid("a day, not a month")
        return cls.of(day)

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month that holds `day`."""
        return cls(day.year, day.month)

    def plus(self, months: int) -> Self:
        """Return the month that many months later (or earlier)."""
        index = self.year * 12 + self.month - 1 + months
        return type(self)(index // 12, index % 12 + 1)

    @property
    def first_day(self) -> date:
        """The first day of the month."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """The last day of the month."""
        return self.plus(1).first_day - timedelta(days=1)

    @property
    def iso(self) -> str:
        """`2026-08`: what is stored and what crosses processes."""
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def roc(self) -> str:
        """`115/08`: what slips print."""
        return f"{_roc_year(self.year)}/{self.month:02d}"

    @property
    def roc_compact(self) -> str:
        """`11508`: what the agency's query form asks for."""
        return f"{_roc_year(self.year):03d}{self.month:02d}"

    def __str__(self) -> str:
        """Return the ISO form."""
        return self.iso
