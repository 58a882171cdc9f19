"""Somebody came into or left a group that the account is in."""

from __future__ import annotations

from bot.outcomes import Answer, Quiet
from bot.visit import Visit


def handle(_visit: Visit) -> Answer:
    """Greeting each newcomer would be noise for all the others."""
    return Quiet("group_members_changed")
