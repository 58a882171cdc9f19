"""A sticker."""

from __future__ import annotations

from bot.outcomes import Answer, Say
from bot.visit import Visit


def handle(visit: Visit) -> Answer:
    """Be friendly, and offer the menu."""
    _ = visit.view
    return Say.one("sticker_received")
