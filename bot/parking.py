"""Failed turns, kept sealed for an hour, so that one tap on the apology's button tries again.

The index (what is parked until when) is written first: an event whose parking was cut short, or whose hour
is over, is found there and closed with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import redis

from bot.events import Event
from bot.mailbox import cache_errors
from nhi_core.security import SealBroken

if TYPE_CHECKING:
    from nhi_core.ports import Ids, Vault

KEPT = timedelta(hours=1)
_INDEX = "{mail}:parked"


@dataclass(frozen=True, slots=True)
class Expired:
    """An event that nobody asked to try again; `reason` is why it was parked."""

    member: str
    event_id: str
    kind: str
    reason: str


class Parking:
    """Every method raises CacheUnavailable when Redis does not answer."""

    def __init__(self, vault: Vault, client: redis.Redis, ids: Ids) -> None:
        """Keep the events in the vault and the index beside the mailboxes."""
        self._vault = vault
        self._redis = client
        self._ids = ids

    def park(self, event: Event, mailbox_id: str, now: datetime, reason: str) -> str:
        """Keep the event; return the reference for the button. It opens from the same mailbox only."""
        ref = self._ids.token(12)
        with cache_errors():
            self._redis.zadd(_INDEX, {_member(ref, event, reason): (now + KEPT).timestamp()})
        value = {
            "id": event.id,
            "reason": reason,
            "event": event.raw,
            "received": event.received_at.timestamp(),
        }
        self._vault.put(_name(mailbox_id, ref), value, context="parked", ttl=KEPT)
        message_id = event.message.get("id")
        if isinstance(message_id, str):
            with cache_errors():
                self._redis.set(_message(mailbox_id, message_id), ref, ex=KEPT)
        return ref

    def look(self, ref: str, mailbox_id: str) -> Event | None:
        """Return the parked event; None when its time is over, it was done, or it is another mailbox's.

        It stays until `drop`, so that a crash while it is tried again does not lose it.
        """
        value = self._value(ref, mailbox_id)
        if value is None:
            return None
        raw = cast("Mapping[str, object]", value["event"])
        return Event(str(value["id"]), raw, datetime.fromtimestamp(float(str(value["received"])), UTC))

    def drop(self, ref: str, mailbox_id: str) -> None:
        """Let go of a parked event."""
        value, event = self._value(ref, mailbox_id), self.look(ref, mailbox_id)
        if value is None or event is None:
            return
        with cache_errors():
            self._redis.zrem(_INDEX, _member(ref, event, str(value["reason"])))
        self._vault.drop(_name(mailbox_id, ref))

    def forget(self, message_id: str, mailbox_id: str) -> Event | None:
        """Drop the parked message that its sender took back; return it for the record."""
        with cache_errors():
            packed = cast("bytes | None", self._redis.getdel(_message(mailbox_id, message_id)))
        if packed is None:
            return None
        ref = packed.decode()
        event = self.look(ref, mailbox_id)
        self.drop(ref, mailbox_id)
        return event

    def expired(self, now: datetime, limit: int = 500) -> list[Expired]:
        """Return the events whose hour is over; `forget_expired` them after they are recorded."""
        with cache_errors():
            members = cast(
                "list[bytes]", self._redis.zrangebyscore(_INDEX, "-inf", now.timestamp(), start=0, num=limit)
            )
        return [Expired(one.decode(), *one.decode().split("|")[1:]) for one in members]

    def forget_expired(self, found: Expired) -> None:
        """Take an expired event out of the index."""
        with cache_errors():
            self._redis.zrem(_INDEX, found.member)

    def _value(self, ref: str, mailbox_id: str) -> Mapping[str, object] | None:
        try:
            return self._vault.get(_name(mailbox_id, ref), context="parked")
        except SealBroken:
            return None


def _member(ref: str, event: Event, reason: str) -> str:
    return f"{ref}|{event.id}|{event.kind}|{reason}"


def _name(mailbox_id: str, ref: str) -> str:
    return f"parked:{mailbox_id}:{ref}"


def _message(mailbox_id: str, message_id: str) -> str:
    return f"{{mail}}:parked-message:{mailbox_id}:{message_id}"
