"""The vault and the limiter on a real Redis."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from redis import Redis

from nhi_core.adapters.redis import RedisLimiter, RedisVault, connect, ping
from nhi_core.domain.errors import CacheUnavailable
from nhi_core.domain.matters import Matter, Topic
from nhi_core.domain.roc import PremiumMonth
from nhi_core.security import Sealer, sandbox_rings
from nhi_core.services.matters import MatterService
from tests.factories import canary
from tests.fakes.world import World
from tests.plugins.canary import Canary, traces_in

MINUTE = timedelta(minutes=1)
SECRETS = {"secrets": {"id": [canary.NATIONAL_ID]}, "total": canary.AMOUNT, "name": canary.NAME}


@pytest.fixture
def client(redis_url: str) -> Iterator[Redis]:
    client = connect(redis_url)
    yield client
    client.close()


@pytest.fixture
def vault(client: Redis) -> RedisVault:
    return RedisVault(client, Sealer(sandbox_rings().seal))


def everything_in(client: Redis) -> str:
    return " ".join(f"{key!r}={client.get(key)!r}" for key in client.scan_iter())


class TestVault:
    def test_a_value_comes_back_until_it_is_dropped(self, vault: RedisVault) -> None:
        vault.put("n", SECRETS, context="ticket", ttl=MINUTE)
        assert vault.get("n", context="ticket") == SECRETS
        assert vault.get("n", context="ticket") == SECRETS
        vault.drop("n")
        assert vault.get("n", context="ticket") is None
        vault.drop("n")

    def test_a_value_is_taken_once(self, vault: RedisVault) -> None:
        vault.put("n", {"a": 1}, context="ticket", ttl=MINUTE)
        assert vault.take("n", context="ticket") == {"a": 1}
        assert vault.take("n", context="ticket") is None

    def test_of_many_takers_one_receives_it(self, vault: RedisVault) -> None:
        barrier = threading.Barrier(6)
        vault.put("n", {"a": 1}, context="ticket", ttl=MINUTE)

        def take(_number: int) -> object:
            barrier.wait()
            return vault.take("n", context="ticket")

        with ThreadPoolExecutor(6) as pool:
            taken = list(pool.map(take, range(6)))
        assert [value for value in taken if value is not None] == [{"a": 1}]

    def test_a_value_ends_with_its_time(self, vault: RedisVault) -> None:
        vault.put("n", {"a": 1}, context="ticket", ttl=timedelta(milliseconds=60))
        assert vault.get("n", context="ticket") == {"a": 1}
        time.sleep(0.12)
        assert vault.get("n", context="ticket") is None

    def test_no_value_stays_for_ever(self, vault: RedisVault, client: Redis) -> None:
        vault.put("n", {"a": 1}, context="ticket", ttl=MINUTE)
        assert all(0 < client.pttl(key) <= 60_000 for key in client.scan_iter())

    def test_another_context_or_another_name_does_not_open_it(self, vault: RedisVault, client: Redis) -> None:
        vault.put("n", {"a": 1}, context="ticket", ttl=MINUTE)
        assert vault.get("n", context="turn") is None
        (key,) = client.scan_iter()
        client.copy(key, key.replace(b":n", b":m"))
        assert vault.get("m", context="ticket") is None
        assert vault.get("n", context="ticket") == {"a": 1}

    @pytest.mark.parametrize("planted", [b"", b"{}", b"\xff\xfe", b"s1.sandbox.AAAA"])
    def test_planted_bytes_are_not_there(self, vault: RedisVault, client: Redis, planted: bytes) -> None:
        client.set("nhi:vault:n", planted)
        assert vault.get("n", context="ticket") is None

    def test_redis_sees_nothing_personal(self, vault: RedisVault, client: Redis, canary: Canary) -> None:
        vault.put("n", SECRETS, context="ticket", ttl=MINUTE)
        canary.watch("Redis", lambda: everything_in(client))
        assert traces_in(everything_in(client)) == ()
        assert "nhi:vault:n" in everything_in(client)


class TestLimiter:
    def test_the_limit_holds_within_the_window_and_then_begins_anew(self, client: Redis) -> None:
        limiter = RedisLimiter(client)
        window = timedelta(milliseconds=150)
        assert [limiter.hit("a", limit=3, window=window) for _ in range(5)] == [True] * 3 + [False] * 2
        assert limiter.hit("b", limit=3, window=window)
        time.sleep(0.2)
        assert limiter.hit("a", limit=3, window=window)

    def test_trying_on_does_not_make_the_window_longer(self, client: Redis) -> None:
        limiter = RedisLimiter(client)
        limiter.hit("a", limit=1, window=MINUTE)
        before = client.pttl("nhi:limit:a")
        time.sleep(0.03)
        limiter.hit("a", limit=1, window=MINUTE)
        assert 0 < client.pttl("nhi:limit:a") < before

    def test_many_at_once_are_counted_exactly(self, client: Redis) -> None:
        limiter = RedisLimiter(client)
        with ThreadPoolExecutor(8) as pool:
            passed = list(pool.map(lambda _n: limiter.hit("a", limit=5, window=MINUTE), range(40)))
        assert sum(passed) == 5

    def test_a_count_that_lost_its_end_gets_one_again(self, client: Redis) -> None:
        client.set("nhi:limit:a", 99)
        assert not RedisLimiter(client).hit("a", limit=5, window=MINUTE)
        assert client.pttl("nhi:limit:a") > 0


class TestAway:
    def test_everything_says_cache_unavailable_within_a_second_or_so(self, tmp_path: Path) -> None:
        client = connect(f"unix://{tmp_path}/nobody.sock")
        vault = RedisVault(client, Sealer(sandbox_rings().seal))
        started = time.monotonic()
        for call in (
            lambda: ping(client),
            lambda: vault.put("n", {}, context="c", ttl=MINUTE),
            lambda: vault.get("n", context="c"),
            lambda: vault.take("n", context="c"),
            lambda: vault.drop("n"),
            lambda: RedisLimiter(client).hit("a", limit=1, window=MINUTE),
        ):
            with pytest.raises(CacheUnavailable):
                call()
        assert time.monotonic() - started < 3
        client.close()

    @pytest.mark.net
    def test_a_redis_that_accepts_and_never_answers_is_given_up_soon(self) -> None:
        import socket

        with socket.create_server(("127.0.0.1", 0)) as server:
            client = connect(f"redis://127.0.0.1:{server.getsockname()[1]}/0")
            started = time.monotonic()
            with pytest.raises(CacheUnavailable):
                ping(client)
            assert time.monotonic() - started < 2.5
            client.close()

    def test_ping_answers(self, client: Redis) -> None:
        ping(client)


def test_what_was_shown_last_is_sealed_and_goes_away(client: Redis, vault: RedisVault) -> None:
    world = World()
    account = world.account()
    matters = MatterService(vault, world.uow)
    shown = Matter(Topic.LATE_FEE, PremiumMonth(2026, 7), date(2026, 10, 5))
    matters.remember(account, shown)
    assert matters.last(account) == shown
    [key] = list(client.scan_iter(match="*matter*"))
    assert 1790 <= client.ttl(key) <= 1800
    kept = everything_in(client)
    assert account not in kept
    assert not any(word in kept for word in ("late_fee", "2026-07", "2026-10-05"))
