"""Several engines over one Redis: turns of one conversation alternate between them, whole and in order."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.lock import TicketLock
from rasa.utils.endpoints import EndpointConfig

from nlu.components.stores import (
    LOCK_SECONDS,
    TRACKER_SECONDS,
    ExpiringRedisLockStore,
    ShortRedisTrackerStore,
)

from .conftest import FakeActions

SENDER = "sender-0123456789"


class SlowActions(FakeActions):
    """An action server that takes its time, and remembers who was at work at the same moment."""

    def __init__(self) -> None:
        super().__init__()
        self.at_work = self.most_at_work = 0
        self.seconds = 0.0

    async def request(self, method: str = "post", **request: Any) -> Dict[str, Any]:
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        await asyncio.sleep(self.seconds)
        self.at_work -= 1
        return await super().request(method, **request)


@pytest.fixture
def slow() -> SlowActions:
    return SlowActions()


@pytest.fixture
def replicas(model: Path, redis_url: str, slow: SlowActions) -> List[Agent]:
    """Return two engines that share nothing but Redis and the action server."""
    found = []
    for _ in range(2):
        agent = Agent.load(str(model), action_endpoint=slow)
        agent.tracker_store = ShortRedisTrackerStore(agent.domain, redis_url)
        agent.processor.tracker_store = agent.tracker_store
        agent.lock_store = ExpiringRedisLockStore(EndpointConfig(redis_url))
        found.append(agent)
    return found


async def _say(agent: Agent, text: str, sender: str = SENDER) -> List[str]:
    output = CollectingOutputChannel()
    metadata = {"turn": "t" * 20, "language": "zh-TW"}
    await agent.handle_message(UserMessage(text, output, sender, metadata=metadata))
    return [reply["custom"]["template"] for reply in output.messages]


def _heard(call: Dict[str, Any]) -> List[str]:
    return [event["text"] for event in call["tracker"]["events"] if event["event"] == "user"]


LINES = ["/query_arrears", "/estimate_late_fee", "/ask_due_date", "/pay_premium", "/query_arrears", "/stop"]


def test_a_conversation_goes_on_wherever_its_turns_land(
    run: Callable, replicas: List[Agent], slow: SlowActions
) -> None:
    for number, line in enumerate(LINES):
        assert run(_say(replicas[number % 2], line)) == [line[1:]]
        # Each engine sees every turn so far, its own and the other's.
        assert _heard(slow.calls[-1]) == LINES[: number + 1]
    said = [event for event in slow.calls[-1]["tracker"]["events"] if event["event"] == "bot"]
    assert [one["data"]["custom"]["template"] for one in said] == [line[1:] for line in LINES[:-1]]


def test_turns_at_the_same_moment_wait_for_one_another(
    run: Callable, replicas: List[Agent], slow: SlowActions
) -> None:
    slow.seconds = 0.15

    async def all_at_once() -> None:
        await asyncio.gather(*(_say(replicas[number % 2], line) for number, line in enumerate(LINES)))

    run(all_at_once())
    assert slow.most_at_work == 1
    assert [call["next_action"] for call in slow.calls] == [f"action_{line[1:]}" for line in LINES]
    assert _heard(slow.calls[-1]) == LINES


def test_conversations_do_not_wait_for_one_another(
    run: Callable, replicas: List[Agent], slow: SlowActions
) -> None:
    slow.seconds = 0.5

    async def two_persons() -> None:
        await asyncio.gather(
            *(_say(agent, "/query_arrears", f"person-{number:013d}") for number, agent in enumerate(replicas))
        )

    run(two_persons())
    assert slow.most_at_work == 2


def test_what_a_dead_engine_held_is_let_go(run: Callable, replicas: List[Agent]) -> None:
    dead: Any = replicas[0].lock_store
    lock = TicketLock(SENDER)
    lock.issue_ticket(1.0)
    dead.save_lock(lock)
    begun = time.monotonic()
    assert run(_say(replicas[1], "/query_arrears")) == ["query_arrears"]
    assert 0.5 < time.monotonic() - begun < 10


def test_everything_kept_has_an_end(run: Callable, replicas: List[Agent], redis_url: str) -> None:
    run(_say(replicas[0], "/query_arrears"))
    store: Any = replicas[0].tracker_store
    left = {key: store.red.ttl(key) for key in store.red.scan_iter("*")}
    assert left.pop(f"rasa:tracker:{SENDER}") in range(TRACKER_SECONDS - 60, TRACKER_SECONDS + 1)
    assert all(0 < seconds <= LOCK_SECONDS for seconds in left.values()), left
