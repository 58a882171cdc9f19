"""Pictures, films, sounds and files: not read, and said so, once for several sent together."""

from __future__ import annotations

from bot.outcomes import Answer, Quiet, Say
from bot.visit import Visit


def handle(visit: Visit) -> Answer:
    """Explain what can be done instead. Of a set of pictures the one numbered 1 is answered, in any order."""
    image_set = visit.event.message.get("imageSet")
    if isinstance(image_set, dict) and image_set.get("index", 1) != 1:
        return Quiet("image_set")
    _ = visit.view
    return Say.one("media_received")
