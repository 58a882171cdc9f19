"""One way to make a Redis client: short time limits, because LINE waits two seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

if TYPE_CHECKING:
    from nhi_core.settings import Settings


def connect(settings: Settings) -> redis.Redis:
    """Return a client (answers as bytes) with its own pool; nothing is connected yet.

    One silent retry heals a connection that an idle firewall or a restarted server closed.
    """
    client: redis.Redis = redis.Redis.from_url(
        settings.redis_url.get_secret_value(),
        socket_connect_timeout=0.5,
        socket_timeout=1.0,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 1),
    )
    return client
