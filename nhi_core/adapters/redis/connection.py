"""One way to Redis: short patience, and errors in our own words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

from nhi_core.domain.errors import CacheUnavailable

_PATIENCE_SECONDS = 0.5


def connect(url: str) -> Redis:
    """Return a client for `redis://`, `rediss://` or `unix://`; nothing is opened yet.

    A call fails within about a second: half a second a try, one more try on a connection that had gone stale.
    """
    return Redis.from_url(
        url,
        socket_timeout=_PATIENCE_SECONDS,
        socket_connect_timeout=_PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 1),
        retry_on_error=[RedisConnectionError],
        health_check_interval=30,
    )


@contextmanager
def translated() -> Iterator[None]:
    """Raise CacheUnavailable for whatever keeps Redis from serving: away, slow, loading, full, read-only."""
    try:
        yield
    except RedisError as error:
        raise CacheUnavailable("Redis does not serve") from error


def ping(client: Redis) -> None:
    """Ask for a sign of life; raises CacheUnavailable."""
    with translated():
        client.ping()
