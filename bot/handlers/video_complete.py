"""A film with a tracking id was watched to its end: we send none."""

from __future__ import annotations

from bot.outcomes import Answer, Quiet
from bot.visit import Visit


def handle(_visit: Visit) -> Answer:
    """Watching is not asking."""
    return Quiet("video_complete")
