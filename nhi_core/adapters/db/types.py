# ruff: noqa: ARG002 - SQLAlchemy hands every type the dialect
"""Column types that refuse what may not be stored: naive times, and personal data in the clear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Date, DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator

from nhi_core.domain.roc import PremiumMonth


@dataclass(frozen=True, slots=True)
class Envelope:
    """A sealed value as it stands in a column. `security.Sealer` makes and opens its text."""

    text: str

    def __repr__(self) -> str:
        """Show nothing: even sealed text does not belong in a log."""
        return "Envelope(…)"


class Sealed(TypeDecorator[Envelope]):
    """A sealed column. It takes envelopes alone, so a forgotten `seal` is an error and not a leak.

    `context` (table.column) and the row's id are authenticated by the seal: see `repositories.sealing`.
    """

    impl = Text
    cache_ok = True

    def __init__(self, context: str) -> None:
        """Name the place: `table.column`."""
        super().__init__()
        self.context = context

    def process_bind_param(self, value: Envelope | None, dialect: Dialect) -> str | None:
        """Take the envelope's text."""
        if value is None:
            return None
        if not isinstance(value, Envelope):
            raise TypeError(f"{self.context}: only sealed values may be stored here")
        return value.text

    def process_result_value(self, value: str | None, dialect: Dialect) -> Envelope | None:
        """Give the envelope back, unopened."""
        return None if value is None else Envelope(value)


class Fingerprint(TypeDecorator[str]):
    """A keyed fingerprint of the sealed column `of`, for look-up.

    `purpose` may name columns of the row: `channel-user:{channel}`.
    """

    impl = String(80)
    cache_ok = True

    def __init__(self, of: str, purpose: str) -> None:
        """Say what it is made of, so that `reseal` can make it anew."""
        super().__init__()
        self.of = of
        self.purpose = purpose


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Aware on both sides; kept as UTC (SQLite has no zones of its own)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; raises ValueError for a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone may not be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Month(TypeDecorator[PremiumMonth]):
    """A premium month, kept as its first day."""

    impl = Date
    cache_ok = True

    def process_bind_param(self, value: PremiumMonth | None, dialect: Dialect) -> date | None:
        """Return the first day."""
        return None if value is None else value.first_day

    def process_result_value(self, value: date | None, dialect: Dialect) -> PremiumMonth | None:
        """Return the month of the stored day."""
        return None if value is None else PremiumMonth.of(value)
