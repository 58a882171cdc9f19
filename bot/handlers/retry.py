"""The buttons "try again" and "show the result": internal intents with the parked event's reference.

It is not bound to a session: an apology said while the database is away knows none. The reference itself is
unguessable and opens from the person's own mailbox only.
"""

from __future__ import annotations

from bot.events import Event
from bot.outcomes import Answer, Say
from bot.rendering.postbacks import BadPostback, decode
from bot.visit import Visit

INTENTS = frozenset({"retry", "show_result"})


def wanted(event: Event) -> str | None:
    """Return the reference that this tap asks for, or None when it is another tap."""
    postback = event.raw.get("postback")
    try:
        tap = decode(str(postback.get("data", "")) if isinstance(postback, dict) else "")
    except BadPostback:
        return None
    return tap.entities.get("ref", "") if tap.intent in INTENTS else None


def gone(visit: Visit) -> Answer:
    """Say that there is nothing left to try: it was done meanwhile, or an hour has passed."""
    _ = visit.view
    return Say.one("stale_button")
