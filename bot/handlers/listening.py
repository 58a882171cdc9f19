"""Counts what is said in a tied group, by kind. The words are looked at here and go no further."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.visit import Visit
from nhi_core.domain.offices import ChatGroup
from nhi_core.services.group_activity import Utterance


def hear(visit: Visit, group: ChatGroup, *, to_account: bool) -> None:
    """Note a message of a tied group, or its edit.

    Raises StoreUnavailable: then the event comes again, and counts once.
    """
    event = visit.event
    message_id = event.message.get("id")
    if not event.kind.startswith(("message.", "messageEdited.")) or not isinstance(message_id, str):
        return
    text = event.message.get("text")
    quoted = event.message.get("quotedMessageId")
    image_set = event.message.get("imageSet")
    visit.core.group_activity.hear(
        Utterance(
            message_id=message_id,
            group_id=group.id,
            account_id=visit.view.account_id if event.user_id is not None else None,
            message_type=event.kind.partition(".")[2],
            said_at=_said_at(visit),
            text=text if isinstance(text, str) else None,
            quoted_id=quoted if isinstance(quoted, str) else None,
            first_of_set=not isinstance(image_set, dict) or image_set.get("index", 1) == 1,
            to_account=to_account,
        )
    )


def unsend(visit: Visit, message_id: str) -> bool:
    """Forget what is kept of an unsent message: its photo, its count. True when there was something."""
    photo = visit.core.promotion_photos.unsend(message_id)
    return visit.core.group_activity.unsend(message_id) or photo


def _said_at(visit: Visit) -> datetime:
    stamp = visit.event.raw.get("timestamp")
    if isinstance(stamp, int) and not isinstance(stamp, bool) and stamp > 0:
        return datetime.fromtimestamp(stamp / 1000, UTC)
    return visit.event.received_at
