"""A text message in a one-to-one chat: identifiers out, then the dialogue engine."""

from __future__ import annotations

from bot.outcomes import Answer, Say
from bot.scrub import scrub
from bot.visit import Visit


def handle(visit: Visit) -> Answer:
    """Ask the engine; a text of nothing but spaces gets help."""
    words = visit.event.message.get("text")
    said = scrub(words if isinstance(words, str) else "")
    if not said.text.strip():
        _ = visit.view
        return Say.one("help")
    return visit.ask(said)
