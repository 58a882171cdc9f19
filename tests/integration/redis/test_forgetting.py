"""Short-lived copies of one account go, everybody else's stay."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nhi_core.adapters.redis import RedisForgetter, RedisLimiter, RedisVault, connect
from nhi_core.security import Sealer, sandbox_rings

MINUTE = timedelta(minutes=1)
MINE, OTHER = "0b5f1f0e-1111-4000-8000-000000000001", "0b5f1f0e-2222-4000-8000-000000000002"


def test_what_bears_the_id_goes_and_nothing_else(redis_url: str) -> None:
    client = connect(redis_url)
    vault, limiter = RedisVault(client, Sealer(sandbox_rings().seal)), RedisLimiter(client)
    for account in (MINE, OTHER):
        vault.put(f"survey:{account}", {"a": 1}, context="x", ttl=MINUTE)
        limiter.hit(f"bind-code:{account}", limit=1, window=MINUTE)
        client.set(f"rasa:{account}", "tracker")
        client.set(f"{{mail}}:box:{account}", "to be answered")
    assert RedisForgetter(client).forget([MINE]) == 3
    assert vault.get(f"survey:{MINE}", context="x") is None
    assert client.get(f"rasa:{MINE}") is None
    assert limiter.hit(f"bind-code:{MINE}", limit=1, window=MINUTE)
    assert client.get(f"{{mail}}:box:{MINE}") is not None
    assert vault.get(f"survey:{OTHER}", context="x") == {"a": 1}
    assert not limiter.hit(f"bind-code:{OTHER}", limit=1, window=MINUTE)
    assert RedisForgetter(client).forget([MINE]) == 1  # the attempt just counted
    client.close()


def test_a_mark_that_might_be_in_others_names_is_refused(redis_url: str) -> None:
    with pytest.raises(ValueError, match="longer"):
        RedisForgetter(connect(redis_url)).forget(["1"])
