"""A location."""

from __future__ import annotations

from bot.outcomes import Answer, Say
from bot.visit import Visit


def handle(visit: Visit) -> Answer:
    """Say how the nearest office is found; the place itself is neither kept nor passed on."""
    _ = visit.view
    return Say.one("location_received")
