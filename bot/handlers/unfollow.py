"""Somebody blocked the account: nothing can be answered, and nothing may be pushed any more."""

from __future__ import annotations

from bot.outcomes import Answer, Quiet
from bot.visit import Visit


def handle(visit: Visit) -> Answer:
    """Note the block."""
    visit.core.conversations.set_blocked(visit.view.account_id, True)
    return Quiet("unfollowed")
