"""Counts attempts in a window, the same for all processes."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from redis import Redis

from nhi_core.adapters.redis.connection import translated

_PREFIX = "nhi:limit:"
# In one step: a process that dies between counting and setting the end would lock a person out for ever.
_HIT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 or redis.call('PTTL', KEYS[1]) < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return count
"""


class RedisLimiter:
    """Fulfils ports.Limiter with windows that start at the first attempt."""

    def __init__(self, client: Redis) -> None:
        """Use a client made by `connect`."""
        self._hit = client.register_script(_HIT)

    def hit(self, name: str, *, limit: int, window: timedelta) -> bool:
        """Count one attempt; True while within `limit`. Raises CacheUnavailable: never lets it pass."""
        with translated():
            count = self._hit(keys=[_PREFIX + name], args=[int(window.total_seconds() * 1000)])
        return int(cast("int", count)) <= limit
