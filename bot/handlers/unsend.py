"""Somebody took a message back: LINE asks that what is kept of it be deleted."""

from __future__ import annotations

from bot.handlers import listening
from bot.outcomes import Answer, Quiet
from bot.visit import Visit


def handle(visit: Visit) -> Answer:
    """Forget the message if it is parked, a photo of promotion work, or counted in a group.

    The event has no reply token: nothing can be answered.
    """
    unsent = visit.event.raw.get("unsend")
    message_id = unsent.get("messageId") if isinstance(unsent, dict) else None
    if not isinstance(message_id, str):
        return Quiet("unsent")
    if visit.event.in_group:
        visit.core.notice_acks.unsent(message_id)
    kept = listening.unsend(visit, message_id)
    if not visit.event.in_group and visit.event.user_id is not None:
        kept = visit.core.satisfaction.unsend(visit.view.account_id, message_id) or kept
    visit.also_ended = visit.parking.forget(message_id, visit.mailbox_id)
    return Quiet("unsent_and_forgotten" if kept or visit.also_ended is not None else "unsent")
