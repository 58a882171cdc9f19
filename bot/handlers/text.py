"""A text message in a one-to-one chat: identifiers out, codes of notices, then the dialogue engine."""

from __future__ import annotations

from bot.handlers import clerks, notices, promotion, satisfaction
from bot.outcomes import Answer, Say
from bot.scrub import scrub
from bot.visit import Visit


def handle(visit: Visit) -> Answer:
    """Take a name, a notice's code, a word on a photo, or ask the engine; spaces alone get help."""
    written = visit.event.message.get("text")
    words = written if isinstance(written, str) else ""
    said = scrub(words)
    if not said.text.strip():
        _ = visit.view
        return Say.one("help")
    return (
        clerks.take_name(visit, words)
        or notices.one_to_one(visit, said.text)
        or promotion.take_note(visit, words)
        or satisfaction.take_word(visit, said)
        or visit.ask(said)
    )
