"""Somebody took a message back: LINE asks that what is kept of it be deleted."""

from __future__ import annotations

from bot.outcomes import Answer, Quiet
from bot.visit import Visit


def handle(visit: Visit) -> Answer:
    """Forget the message if it is parked. The event has no reply token: nothing can be answered."""
    unsent = visit.event.raw.get("unsend")
    message_id = unsent.get("messageId") if isinstance(unsent, dict) else None
    if isinstance(message_id, str) and visit.parking.forget(message_id, visit.mailbox_id) is not None:
        return Quiet("unsent_and_forgotten")
    return Quiet("unsent")
