"""Everything in Redis ends by itself. This looks whether that is so, and gives an end to what has none.

Lasting are the mailboxes and lists of work alone: nobody's mail may end unanswered. The queue is Celery's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from redis import Redis

from nhi_core.adapters.redis.connection import translated

# Sealed values, marks of mail, and what the dialogue engine keeps when it shares this Redis.
ENDING = ("nhi:", "{mail}:seen:", "{mail}:tries:", "{mail}:parked-message:", "{mail}:lock:", "rasa:")
LIFE = timedelta(days=1)  # of a key that was left without an end; those with one live shorter, or three days
_PAGES = 100  # of one look: a hundred thousand keys; the next one goes on from there
_PAGE = 1000


class RedisKeyKeeper:
    """Fulfils ports_retention.Keeper: keys without an end are given one."""

    def __init__(self, client: Redis) -> None:
        """Use a client made by `connect`."""
        self._client = client
        self._cursor = 0

    def count(self, _before: datetime) -> int:
        """Count the keys that should end and do not, over the whole of Redis."""
        cursor, found = 0, 0
        while True:
            cursor, endless = self._page(cursor)
            found += len(endless)
            if cursor == 0:
                return found

    def remove(self, _before: datetime, _limit: int) -> int:
        """Give an end to endless keys, some pages of them; 0 when these pages held none."""
        for _ in range(_PAGES):
            self._cursor, endless = self._page(self._cursor)
            if endless:
                with translated():
                    pipe = self._client.pipeline(transaction=False)
                    for key in endless:
                        pipe.expire(key, LIFE, nx=True)
                    pipe.execute()
                return len(endless)
            if self._cursor == 0:
                break
        return 0

    def _page(self, cursor: int) -> tuple[int, list[bytes]]:
        with translated():
            after, keys = cast("tuple[int, list[bytes]]", self._client.scan(cursor, count=_PAGE))
            ending = [key for key in keys if key.startswith(tuple(one.encode() for one in ENDING))]
            if not ending:
                return int(after), []
            pipe = self._client.pipeline(transaction=False)
            for key in ending:
                pipe.ttl(key)
            lives = cast("list[int]", pipe.execute())
        return int(after), [key for key, life in zip(ending, lives, strict=True) if life == -1]
