"""Conversations are kept short, with the state they stand on, and go away by themselves."""

from __future__ import annotations

from typing import Any, Callable

from rasa.core.lock import TicketLock
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from nlu.components.stores import (
    MAX_EVENTS,
    ExpiringRedisLockStore,
    ShortInMemoryTrackerStore,
    ShortRedisTrackerStore,
    shorten,
)

DOMAIN = Domain.from_dict(
    {
        "intents": ["greet"],
        "slots": {"period_count": {"type": "any", "mappings": [{"type": "custom"}]}},
        "forms": {"instalment_form": {"required_slots": []}},
        "actions": ["action_x"],
    }
)


def _tracker(turns: int, first: tuple = ()) -> DialogueStateTracker:
    tracker = DialogueStateTracker("sender-0123456789", DOMAIN.slots)
    events = [ActionExecuted("action_listen"), *first]
    for number in range(turns):
        events += [
            UserUttered(f"/greet {number}", {"name": "greet"}),
            ActionExecuted("action_x"),
            ActionExecuted("action_listen"),
        ]
    for event in events:
        tracker.update(event)
    return tracker


def test_a_short_conversation_is_kept_whole() -> None:
    tracker = _tracker(5)
    assert shorten(tracker) == list(tracker.events)


def test_a_long_one_begins_with_a_line_of_the_person() -> None:
    tracker = _tracker(200)
    events = shorten(tracker)
    assert len(events) <= MAX_EVENTS + 1
    assert isinstance(events[0], ActionExecuted)
    assert isinstance(events[1], UserUttered)
    assert events[-3:] == list(tracker.events)[-3:]


def test_slots_and_an_open_form_outlive_the_cut() -> None:
    tracker = _tracker(200, first=(SlotSet("period_count", 12), ActiveLoop("instalment_form")))
    short = DialogueStateTracker("sender-0123456789", DOMAIN.slots)
    for event in shorten(tracker):
        short.update(event)
    assert short.get_slot("period_count") == 12
    assert short.active_loop_name == "instalment_form"


def test_shortening_again_changes_nothing_more(run: Callable) -> None:
    store = ShortInMemoryTrackerStore(DOMAIN)
    run(store.save(_tracker(200, first=(SlotSet("period_count", 12),))))
    once = run(store.retrieve("sender-0123456789"))
    run(store.save(once))
    assert len(run(store.retrieve("sender-0123456789")).events) == len(once.events)


def test_two_replicas_share_a_conversation_that_expires(run: Callable, redis_url: str) -> None:
    one, other = (ShortRedisTrackerStore(DOMAIN, redis_url) for _ in range(2))
    run(one.save(_tracker(100)))
    found = run(other.retrieve("sender-0123456789"))
    assert found.latest_message.text == "/greet 99"
    assert len(found.events) <= MAX_EVENTS + 1
    assert 0 < one.red.ttl("rasa:tracker:sender-0123456789") <= one.record_exp
    assert list(run(other.keys())) == ["sender-0123456789"]
    run(one.delete("sender-0123456789"))
    assert run(other.retrieve("sender-0123456789")) is None


def test_a_lock_left_behind_goes_away(redis_url: str) -> None:
    store: Any = ExpiringRedisLockStore(EndpointConfig(redis_url))
    lock = TicketLock("sender-0123456789")
    lock.issue_ticket(60)
    store.save_lock(lock)
    assert store.get_lock("sender-0123456789").dumps() == lock.dumps()
    assert 0 < store.red.ttl("rasa:lock:sender-0123456789") <= 120
