"""The mailbox over real Redis: nothing lost or doubled, order kept, whatever is cut short or repeated."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.events import Event
from bot.mailbox import GRACE, Mail, Mailbox
from nhi_core.adapters.redis import connect
from nhi_core.domain.errors import CacheUnavailable
from nhi_core.security import Sealer, sandbox_rings
from tests.factories import canary, events

NOW = datetime(2026, 9, 10, 2, tzinfo=UTC)


@pytest.fixture
def mailbox(client: redis.Redis) -> Mailbox:
    return Mailbox(client, Sealer(sandbox_rings().seal))


def an_event(**fields: object) -> Event:
    return Event.of(events.text("你好") | fields, NOW)


def put(mailbox: Mailbox, box: str, *mails: Event) -> list[str]:
    return mailbox.append([(box, one) for one in mails], NOW)


def test_mail_comes_out_as_it_went_in(mailbox: Mailbox) -> None:
    event = an_event()
    put(mailbox, "a", event)
    mail = mailbox.peek("a")
    assert mail is not None
    opened = mailbox.open(mail)
    assert (opened.id, opened.raw, opened.received_at) == (event.id, event.raw, NOW)


def test_a_second_delivery_is_not_stored_but_names_the_box_while_it_holds_mail(mailbox: Mailbox) -> None:
    event = an_event()
    assert put(mailbox, "a", event) == ["a"]
    assert put(mailbox, "a", event) == ["a"]
    assert mailbox.length("a") == 1
    mail = mailbox.peek("a")
    assert mail is not None
    mailbox.done(mail)
    assert put(mailbox, "a", event) == []


def test_the_sweeper_finds_mail_after_the_grace_and_leaves_it_alone_then(mailbox: Mailbox) -> None:
    put(mailbox, "a", an_event())
    assert mailbox.due(NOW + GRACE - timedelta(seconds=1)) == []
    late = NOW + GRACE + timedelta(seconds=1)
    assert mailbox.due(late) == ["a"]
    assert mailbox.due(late) == []
    assert mailbox.due(late + GRACE + timedelta(seconds=1)) == ["a"]


def test_mail_put_off_is_due_at_its_time_and_costs_no_attempt(mailbox: Mailbox) -> None:
    put(mailbox, "a", an_event())
    for _ in range(5):
        mail = mailbox.peek("a")
        assert mail is not None
        assert mail.attempt == 1
        mailbox.later(mail, NOW + timedelta(seconds=40))
    assert mailbox.due(NOW + timedelta(seconds=39)) == []
    assert mailbox.due(NOW + timedelta(seconds=40)) == ["a"]


def test_a_clock_that_was_put_back_does_not_hold_mail_up(mailbox: Mailbox) -> None:
    put(mailbox, "a", an_event())
    earlier = NOW - timedelta(hours=1)
    assert mailbox.due(earlier) == ["a"]
    assert mailbox.due(earlier) == [], "from here on its time goes by the new clock"
    assert mailbox.due(earlier + GRACE) == ["a"]


def test_attempts_are_counted_over_crashes(mailbox: Mailbox) -> None:
    put(mailbox, "a", an_event())
    attempts = []
    for _ in range(4):
        mail = mailbox.peek("a")
        assert mail is not None
        attempts.append(mail.attempt)
    assert attempts == [1, 2, 3, 4]


def test_who_lost_the_lock_cannot_remove_another_ones_mail(mailbox: Mailbox) -> None:
    first, second = an_event(), an_event()
    put(mailbox, "a", first, second)
    stale = mailbox.peek("a")
    assert stale is not None
    mailbox.done(stale)
    mailbox.done(stale)
    left = mailbox.peek("a")
    assert left is not None
    assert left.event_id == second.id


def test_one_holder_at_a_time_and_a_dead_one_is_forgotten(mailbox: Mailbox, client: redis.Redis) -> None:
    with mailbox.hold("a") as held:
        assert held.acquired
        with mailbox.hold("a") as other:
            assert not other.acquired
    client.set("{mail}:lock:a", "a holder that died", px=30)
    with mailbox.hold("a") as held:
        assert not held.acquired
    time.sleep(0.05)
    with mailbox.hold("a") as held:
        assert held.acquired


def test_the_lock_is_renewed_while_it_is_held_and_noticed_when_it_is_lost(
    mailbox: Mailbox, client: redis.Redis
) -> None:
    with mailbox.hold("a", timedelta(seconds=0.3)) as held:
        time.sleep(0.5)
        assert held.acquired
        assert client.exists("{mail}:lock:a")
        client.set("{mail}:lock:a", "somebody else")
        time.sleep(0.25)
        assert not held.acquired
    assert client.get("{mail}:lock:a") == b"somebody else"


def test_nothing_personal_lies_in_redis_in_clear(mailbox: Mailbox, client: redis.Redis) -> None:
    raw = events.text(f"{canary.NAME} {canary.NATIONAL_ID}", user=canary.LINE_USER_ID)
    mailbox.append([("fingerprint", Event.of(raw, NOW))], NOW)
    dump = b""
    for key in client.scan_iter("*"):
        dump += key
        if client.type(key) == b"list":
            dump += b"".join(client.lrange(key, 0, -1))
    for secret in canary.TEXTS:
        assert secret.encode() not in dump
        assert secret.encode("unicode_escape") not in dump


def test_redis_away_is_said_in_our_own_words() -> None:
    away = connect("unix:///nonexistent/redis.sock")
    mailbox = Mailbox(away, Sealer(sandbox_rings().seal))
    with pytest.raises(CacheUnavailable):
        put(mailbox, "a", an_event())
    with pytest.raises(CacheUnavailable), mailbox.hold("a"):
        pass


class Machine(RuleBasedStateMachine):
    """Deliveries (some twice), workers that finish or crash, sweeps: against a simple model."""

    client: redis.Redis

    def __init__(self) -> None:
        super().__init__()
        self.client.flushdb()
        self.mailbox = Mailbox(self.client, Sealer(sandbox_rings().seal))
        self.now = NOW
        self.sent: list[tuple[str, Event]] = []
        self.expected: dict[str, list[str]] = {}
        self.done: dict[str, list[str]] = {}

    @rule(box=st.sampled_from("ab"), count=st.integers(1, 3))
    def deliver(self, box: str, count: int) -> None:
        mails = [(box, an_event()) for _ in range(count)]
        assert self.mailbox.append(mails, self.now) == [box]
        self.sent += mails
        self.expected.setdefault(box, []).extend(event.id for _, event in mails)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def deliver_again(self, data: st.DataObject) -> None:
        self.mailbox.append([data.draw(st.sampled_from(self.sent))], self.now)

    @rule(box=st.sampled_from("ab"), crash=st.booleans())
    def work(self, box: str, crash: bool) -> None:
        mail: Mail | None = self.mailbox.peek(box)
        if mail is not None and not crash:
            self.mailbox.done(mail)
            self.done.setdefault(box, []).append(mail.event_id)

    @rule(seconds=st.integers(1, 40))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def nothing_is_lost_doubled_or_out_of_order(self) -> None:
        for box, expected in self.expected.items():
            done = self.done.get(box, [])
            assert done == expected[: len(done)]
            assert self.mailbox.length(box) == len(expected) - len(done)

    @invariant()
    def every_box_with_mail_is_found_by_the_sweeper_sooner_or_later(self) -> None:
        holding = {
            box for box, expected in self.expected.items() if len(expected) > len(self.done.get(box, []))
        }
        assert self.mailbox.pending() == len(holding)
        pending = self.client.zrange("{mail}:pending", 0, -1)
        assert {box.decode() for box in pending} == holding

    @rule()
    def sweep(self) -> None:
        swept = set(self.mailbox.due(self.now))
        assert swept <= {box for box in self.expected if self.mailbox.length(box)}
        assert self.mailbox.due(self.now) == []


def test_any_sequence_of_deliveries_crashes_and_sweeps(client: redis.Redis) -> None:
    machine = type("BoundMachine", (Machine,), {"client": client})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )
