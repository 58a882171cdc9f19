"""The account was invited into a group or room."""

from __future__ import annotations

from bot.outcomes import Answer, Say
from bot.visit import Visit


def handle(_visit: Visit) -> Answer:
    """Say once what it does here, and that it keeps quiet otherwise."""
    return Say.one("group_hello")
