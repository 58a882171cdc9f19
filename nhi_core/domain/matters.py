"""What a conversation is about: the matter that was shown last, so that 「那張可以分期嗎」 has an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nhi_core.domain.roc import PremiumMonth


class Topic(StrEnum):
    """Which card was shown."""

    ARREARS = "arrears"
    LATE_FEE = "late_fee"
    DETAIL = "detail"
    DUE_DATES = "due_dates"
    HISTORY = "history"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class Matter:
    """`month`: the one premium month it was about, None for several. It holds no amount and no identity."""

    topic: Topic
    month: PremiumMonth | None = None
    day: date | None = None
    """The day a late fee was estimated for."""
