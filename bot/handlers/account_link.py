"""An account was linked through LINE's own dialogue, which we do not use: binding goes by one-time code."""

from __future__ import annotations

from bot.outcomes import Answer, Quiet, Say
from bot.visit import Visit


def handle(visit: Visit) -> Answer:
    """Answer politely where that can be done; a failed link names nobody and has no reply token."""
    if visit.event.reply_token is None or visit.event.user_id is None:
        return Quiet("account_link_failed")
    _ = visit.view
    return Say.one("unknown_event")
