"""The account was removed from a group."""

from __future__ import annotations

from bot.outcomes import Answer, Quiet
from bot.visit import Visit


def handle(visit: Visit) -> Answer:
    """End the group's tie. There is nobody left to answer."""
    if visit.event.group_id is not None:
        visit.core.chat_groups.left(visit.event.group_id)
    return Quiet("left_group")
