"""The account was invited into a group or room."""

from __future__ import annotations

from bot.outcomes import Answer, Say
from bot.visit import Visit


def handle(visit: Visit) -> Answer:
    """Say once what it does here, how the group is tied, and that it keeps quiet otherwise."""
    if visit.event.group_id is not None:
        visit.core.chat_groups.joined(visit.event.group_id)
    return Say.one("group_hello")
