"""Somebody came into or left a group that the account is in."""

from __future__ import annotations

from bot import headcounts
from bot.outcomes import Answer, Quiet
from bot.visit import Visit
from nhi_core.domain.offices import GroupState


def handle_joined(visit: Visit) -> Answer:
    """Note who came into a tied group. Greeting each newcomer would be noise for all the others."""
    return _changed(visit, "joined")


def handle_left(visit: Visit) -> Answer:
    """Note who left a tied group."""
    return _changed(visit, "left")


def _changed(visit: Visit, field: str) -> Answer:
    group = visit.group
    if group is not None and group.state is GroupState.TIED:
        note = visit.core.chat_groups.saw if field == "joined" else visit.core.chat_groups.lost
        note(group, _users(visit, field))
        headcounts.count(visit.line, visit.core, group)
    return Quiet("group_members_changed")


def _users(visit: Visit, field: str) -> list[str]:
    told = visit.event.raw.get(field)
    members = told.get("members") if isinstance(told, dict) else None
    found = (
        [one.get("userId") for one in members if isinstance(one, dict)] if isinstance(members, list) else []
    )
    return [user for user in found if isinstance(user, str) and user]
