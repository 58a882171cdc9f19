"""Where conversations are kept between turns: short, and never longer than a session.

A turn's cost grows with its conversation, because each turn loads and replays all of it. Only the latest
events are kept; the state they were built on (slots set, a form that is open) is carried in front of them.
"""

from __future__ import annotations

from typing import Any, Iterable, List, Optional

import redis
from rasa.core.brokers.broker import EventBroker
from rasa.core.lock import TicketLock
from rasa.core.lock_store import RedisLockStore
from rasa.core.tracker_store import InMemoryTrackerStore, SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

MAX_EVENTS = 40
# Seconds. A conversation key lives at most 12 hours; the session ends an hour after the last turn.
TRACKER_SECONDS = 2 * 60 * 60
LOCK_SECONDS = 120
SOCKET_SECONDS = 2.0
KEY_PREFIX = "rasa:"


def shorten(tracker: DialogueStateTracker, limit: int = MAX_EVENTS) -> List[Event]:
    """Return at most about `limit` latest events, beginning with a person's line and the state before it."""
    events = list(tracker.events)
    if len(events) <= limit:
        return events
    cut = _start_of_a_turn(events, len(events) - limit)
    if cut == 0:
        return events
    return [*_state_before(tracker, events[:cut]), *events[cut:]]


def _start_of_a_turn(events: List[Event], earliest: int) -> int:
    """Return the index of the `action_listen` before the first line at or after `earliest`, or 0."""
    for index in range(max(earliest, 1), len(events)):
        before = events[index - 1]
        if isinstance(events[index], UserUttered) and isinstance(before, ActionExecuted):
            return index - 1
    return 0


def _state_before(tracker: DialogueStateTracker, dropped: Iterable[Event]) -> List[Event]:
    before = DialogueStateTracker(tracker.sender_id, tracker.slots.values())
    for event in dropped:
        before.update(event)
    state: List[Event] = [
        SlotSet(name, slot.value) for name, slot in sorted(before.slots.items()) if slot.has_been_set
    ]
    if before.active_loop is not None:
        state.append(ActiveLoop(before.active_loop.name))
    return state


def _shortened(tracker: DialogueStateTracker, domain: Domain) -> DialogueStateTracker:
    events = shorten(tracker)
    if len(events) == len(tracker.events):
        return tracker
    short = DialogueStateTracker(tracker.sender_id, domain.slots)
    for event in events:
        short.update(event)
    short.model_id, short.assistant_id = tracker.model_id, tracker.assistant_id
    return short


class ShortInMemoryTrackerStore(InMemoryTrackerStore):
    """Keeps short conversations in this process: for one machine and for tests."""

    def __init__(
        self,
        domain: Domain,
        event_broker: Optional[EventBroker] = None,
        host: Optional[str] = None,
        **kwargs: Any,
    ) -> None:
        """`host` is what Rasa passes to every store; there is none here."""
        del host
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the end of the conversation."""
        await super().save(_shortened(tracker, self.domain))


class ShortRedisTrackerStore(TrackerStore, SerializedTrackerAsText):
    """Keeps short conversations in Redis, with an expiry, for any number of replicas.

    `host` is a Redis URL of any kind (redis://, rediss://, unix://).
    """

    def __init__(
        self,
        domain: Domain,
        host: str,
        event_broker: Optional[EventBroker] = None,
        record_exp: int = TRACKER_SECONDS,
        **kwargs: Any,
    ) -> None:
        """Connect lazily: the first turn opens the connection."""
        self.red = redis.Redis.from_url(host, decode_responses=True, socket_timeout=SOCKET_SECONDS)
        self.record_exp = record_exp
        super().__init__(domain, event_broker, **kwargs)

    @staticmethod
    def _key(sender_id: str) -> str:
        return f"{KEY_PREFIX}tracker:{sender_id}"

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the end of the conversation. Rasa holds the conversation's lock, so nothing is merged."""
        await self.stream_events(tracker)
        text = self.serialise_tracker(_shortened(tracker, self.domain))
        self.red.set(self._key(tracker.sender_id), text, ex=self.record_exp)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """Return the conversation, or None when it is unknown or has expired."""
        stored = self.red.get(self._key(sender_id))
        return None if stored is None else self.deserialise_tracker(sender_id, stored)

    async def delete(self, sender_id: str) -> None:
        """Forget a conversation."""
        self.red.delete(self._key(sender_id))

    async def keys(self) -> Iterable[str]:
        """Return the conversation keys that are kept."""
        prefix = self._key("")
        return [key[len(prefix) :] for key in self.red.scan_iter(prefix + "*")]


class ExpiringRedisLockStore(RedisLockStore):
    """Rasa's ticket lock in Redis by URL; a lock left by a crash goes away by itself."""

    def __init__(self, endpoint_config: EndpointConfig) -> None:
        """`endpoint_config.url` is a Redis URL."""
        super().__init__()
        self.red = redis.Redis.from_url(endpoint_config.url, socket_timeout=SOCKET_SECONDS)
        self.key_prefix = f"{KEY_PREFIX}lock:"

    def save_lock(self, lock: TicketLock) -> None:
        """Keep the lock, with an expiry longer than any turn."""
        self.red.set(self.key_prefix + lock.conversation_id, lock.dumps(), ex=LOCK_SECONDS)
