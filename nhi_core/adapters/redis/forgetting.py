"""Deletes short-lived values by the opaque ids in their names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from redis import Redis

from nhi_core.adapters.redis.connection import translated

# Sealed values, counts of attempts, and the dialogue engine's trackers where it shares this Redis. Mailboxes
# are left to be answered: they empty themselves.
_PATTERNS = ("nhi:vault:*", "nhi:limit:*", "rasa:*")
_AT_ONCE = 1000
_SHORTEST = 12


class RedisForgetter:
    """Fulfils ports_privacy.Forgetter. It looks at every name once: for some requests a day, no more."""

    def __init__(self, client: Redis) -> None:
        """Use a client made by `connect`."""
        self._client = client

    def forget(self, marks: Iterable[str]) -> int:
        """See the port; raises ValueError for a mark so short that it may stand in others' names."""
        wanted = tuple(dict.fromkeys(marks))
        if any(len(mark) < _SHORTEST for mark in wanted):
            raise ValueError("an opaque id is longer")
        wanted_bytes = tuple(mark.encode() for mark in wanted)
        gone: int = 0
        with translated():
            for pattern in _PATTERNS:
                found: list[bytes] = [
                    name
                    for name in cast("Iterable[bytes]", self._client.scan_iter(pattern, count=_AT_ONCE))
                    if any(mark in name for mark in wanted_bytes)
                ]
                for start in range(0, len(found), _AT_ONCE):
                    gone += self._client.delete(*found[start : start + _AT_ONCE])
        return gone
