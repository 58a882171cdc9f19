"""Somebody took a message back: LINE asks that what is kept of it be deleted."""

from __future__ import annotations

from bot.outcomes import Answer, Quiet
from bot.visit import Visit


def handle(visit: Visit) -> Answer:
    """Forget the message if it is parked. The event has no reply token: nothing can be answered."""
    unsent = visit.event.raw.get("unsend")
    message_id = unsent.get("messageId") if isinstance(unsent, dict) else None
    forgotten = visit.parking.forget(message_id, visit.mailbox_id) if isinstance(message_id, str) else None
    if forgotten is None:
        return Quiet("unsent")
    visit.also_ended = forgotten
    return Quiet("unsent_and_forgotten")
