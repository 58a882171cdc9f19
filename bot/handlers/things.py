"""LINE Things (devices): not used by this account."""

from __future__ import annotations

from bot.outcomes import Answer, Quiet
from bot.visit import Visit


def handle(_visit: Visit) -> Answer:
    """A device asked nothing."""
    return Quiet("things")
