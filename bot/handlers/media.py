"""Pictures, films, sounds and files: a clerk's photos are promotion reports; all else is not read.

Of several sent together one is answered.
"""

from __future__ import annotations

from bot.handlers import promotion
from bot.outcomes import Answer, Quiet, Say
from bot.visit import Visit


def handle(visit: Visit) -> Answer:
    """Take a clerk's photos; to others explain what can be done instead.

    Of a set of pictures the one numbered 1 is answered, in any order.
    """
    taken = promotion.take_media(visit)
    if taken is not None:
        return taken
    image_set = visit.event.message.get("imageSet")
    if isinstance(image_set, dict) and image_set.get("index", 1) != 1:
        return Quiet("image_set")
    return Say.one("media_received")
