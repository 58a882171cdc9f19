"""One webhook event, read with care: LINE adds fields, kinds and values without notice.

The raw JSON is always kept (the SDK's parser loses the source and the reply token of what it does not know).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

Raw = Mapping[str, Any]

# The kinds we know by name (Messaging API reference, "Webhook event objects"); metrics call the rest `other`.
MESSAGE_TYPES = ("text", "image", "video", "audio", "file", "location", "sticker")
KINDS = frozenset(
    {f"message.{kind}" for kind in MESSAGE_TYPES}
    | {"messageEdited.text", "unsend", "follow", "unfollow", "join", "leave", "memberJoined", "memberLeft"}
    | {"postback", "videoPlayComplete", "beacon", "accountLink", "things", "unknown"}
)

_PLAIN_ID = re.compile(r"^[0-9A-Za-z_-]{1,64}$")


@dataclass(frozen=True, slots=True)
class Event:
    """A webhook event and when it reached us. `raw` is personal: never log it; `repr` shows the id alone."""

    id: str
    raw: Raw
    received_at: datetime
    # The span of the webhook call that brought it.
    trace: str | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        """Show nothing personal."""
        return f"Event(id={self.id!r}, kind={self.kind!r})"

    @classmethod
    def of(cls, raw: Raw, received_at: datetime) -> Self:
        """Read a raw event; one without an id of its own gets the hash of its content as its id."""
        event_id = raw.get("webhookEventId")
        if not isinstance(event_id, str) or not _PLAIN_ID.fullmatch(event_id):
            canonical = json.dumps(raw, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
            event_id = "h" + hashlib.sha256(canonical).hexdigest()[:31]
        return cls(event_id, raw, received_at.astimezone(UTC))

    @property
    def kind(self) -> str:
        """Return e.g. `message.text` or `follow`: what a handler is registered for."""
        main = _word(self.raw.get("type"))
        if main in ("message", "messageEdited"):
            return f"{main}.{_word(self.message.get('type'))}"
        return main

    @property
    def reply_token(self) -> str | None:
        """Return the reply token; a channel in standby must not answer, so it has none."""
        token = self.raw.get("replyToken")
        return token if self.mode == "active" and isinstance(token, str) and token else None

    @property
    def mode(self) -> str:
        """Return `active` or `standby` (another module of the account is answering)."""
        mode = self.raw.get("mode", "active")
        return mode if isinstance(mode, str) else "active"

    @property
    def message(self) -> Raw:
        """Return the message, or nothing."""
        return _mapping(self.raw.get("message"))

    @property
    def source(self) -> Raw:
        """Return the source, or nothing: a failed accountLink has none."""
        return _mapping(self.raw.get("source"))

    @property
    def user_id(self) -> str | None:
        """Return the LINE user id. In groups it is promised on messages only."""
        return _text(self.source.get("userId"))

    @property
    def group_id(self) -> str | None:
        """Return the group's or room's id, when this did not happen in a one-to-one chat."""
        return _text(self.source.get("groupId")) or _text(self.source.get("roomId"))

    @property
    def in_group(self) -> bool:
        """Tell whether others can read the answer."""
        return self.source.get("type") in ("group", "room") or self.group_id is not None

    @property
    def mailbox_source(self) -> str:
        """Return whose mailbox this belongs to: `group:…`, `user:…` or `nobody`. Personal: fingerprint it."""
        if self.group_id:
            return f"group:{self.group_id}"
        return f"user:{self.user_id}" if self.user_id else "nobody"

    @property
    def mentions_us(self) -> bool:
        """Tell whether the message mentions this account."""
        mentionees = _mapping(self.message.get("mention")).get("mentionees")
        return isinstance(mentionees, list) and any(_mapping(one).get("isSelf") is True for one in mentionees)

    def rerun(self, fresh: Event) -> Event:
        """Return this event as if it came now: the fresh event's id, reply token and time."""
        raw = {**self.raw, "replyToken": fresh.raw.get("replyToken"), "source": fresh.raw.get("source", {})}
        return replace(self, id=fresh.id, raw=raw, received_at=fresh.received_at)


def _mapping(value: object) -> Raw:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _word(value: object) -> str:
    return value if isinstance(value, str) and _PLAIN_ID.fullmatch(value) else "unknown"
