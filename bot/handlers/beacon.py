"""A beacon noticed the person: nobody asked anything, so nothing is said."""

from __future__ import annotations

from bot.outcomes import Answer, Quiet
from bot.visit import Visit


def handle(_visit: Visit) -> Answer:
    """Speaking first, because somebody walked by, would be an intrusion."""
    return Quiet("beacon")
