"""Which handler an event goes to. What LINE invents tomorrow goes to `unknown`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.handlers import (
    account_link,
    beacon,
    edited,
    follow,
    group,
    join,
    leave,
    location,
    media,
    members,
    postback,
    retry,
    sticker,
    text,
    things,
    unfollow,
    unknown,
    unsend,
    video_complete,
)
from bot.outcomes import Answer
from bot.visit import Visit

Handler = Callable[[Visit], Answer]

ONE_TO_ONE: Mapping[str, Handler] = {
    "message.text": text.handle,
    "message.image": media.handle,
    "message.video": media.handle,
    "message.audio": media.handle,
    "message.file": media.handle,
    "message.location": location.handle,
    "message.sticker": sticker.handle,
    "messageEdited.text": edited.handle,
    "postback": postback.handle,
    "follow": follow.handle,
    "unfollow": unfollow.handle,
    "unsend": unsend.handle,
    "accountLink": account_link.handle,
    "beacon": beacon.handle,
    "things": things.handle,
    "videoPlayComplete": video_complete.handle,
}
IN_GROUPS: Mapping[str, Handler] = {
    "message.text": group.handle,
    "message.image": group.handle_picture,
    "messageEdited.text": edited.handle_in_group,
    "postback": group.handle_tap,
    "join": join.handle,
    "leave": leave.handle,
    "memberJoined": members.handle_joined,
    "memberLeft": members.handle_left,
    "unsend": unsend.handle,
}


def handle(visit: Visit) -> Answer:
    """Return the answer to the visit's event. Raises TurnFailed, StoreUnavailable, CacheUnavailable."""
    event = visit.event
    if event.in_group:
        group.watch(visit)
        return IN_GROUPS.get(event.kind, group.handle_other)(visit)
    if event.kind == "postback":
        wanted = retry.wanted(event)
        if wanted is not None:
            original = visit.parking.look(wanted, visit.mailbox_id)
            if original is None:
                return retry.gone(visit)
            visit.again(original, wanted)
            return ONE_TO_ONE.get(visit.event.kind, unknown.handle)(visit)
    return ONE_TO_ONE.get(event.kind, unknown.handle)(visit)
