"""The account was removed from a group."""

from __future__ import annotations

from bot.outcomes import Answer, Quiet
from bot.visit import Visit


def handle(_visit: Visit) -> Answer:
    """There is nobody left to answer."""
    return Quiet("left_group")
