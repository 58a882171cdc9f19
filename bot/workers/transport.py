"""A Redis broker connection that is lost stays a connection error, whoever notices it.

kombu 5.7 answers an acknowledgement or a give-back on a connection that is closed already with
AttributeError: it looks for the address of a connection that is None. Celery expects connection errors there,
and ends the worker on anything else. Here they are connection errors: they are logged, the worker connects
again, and the task, not acknowledged, comes back by the visibility timeout (its mailbox, much sooner, by the
sweeper).
"""

from __future__ import annotations

from typing import Any

from kombu.transport import redis
from redis.exceptions import ConnectionError as RedisConnectionError


class SteadyChannel(redis.Channel):
    """kombu's Redis channel, for which "closed" is an error of the connection."""

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        if self.connection is None or self.connection.client is None:
            raise RedisConnectionError("the broker connection is closed")
        parameters: dict[str, Any] = super()._connparams(asynchronous)  # type: ignore[no-untyped-call]
        return parameters


def install() -> None:
    """Use it for every broker connection that this process opens from now on."""
    redis.Transport.Channel = SteadyChannel
