"""Somebody edited a message (LINE sends this for groups; should it come one-to-one, it is answered too)."""

from __future__ import annotations

from bot.handlers import notices
from bot.outcomes import Answer, Quiet, Say
from bot.visit import Visit


def handle(visit: Visit) -> Answer:
    """Ask to write anew: what was answered before stands above the edited message."""
    _ = visit.view
    return Say.one("edited_ack")


def handle_in_group(visit: Visit) -> Answer:
    """Answer only when the edited message mentions the account."""
    notices.edited(visit)
    return Say.one("edited_ack") if visit.event.mentions_us else Quiet("group_chatter")
