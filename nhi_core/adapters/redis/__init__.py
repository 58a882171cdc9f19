"""Redis: sealed short-lived values, limits, and the connection that others may share."""

from nhi_core.adapters.redis.connection import connect, ping, translated
from nhi_core.adapters.redis.forgetting import RedisForgetter
from nhi_core.adapters.redis.limiter import RedisLimiter
from nhi_core.adapters.redis.retention import RedisKeyKeeper
from nhi_core.adapters.redis.vault import RedisVault

__all__ = [
    "RedisForgetter",
    "RedisKeyKeeper",
    "RedisLimiter",
    "RedisVault",
    "connect",
    "ping",
    "translated",
]
