"""Short-lived values in memory, bound to their context as the sealed ones are."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from nhi_core.ports import Clock, Json


class FakeVault:
    """Fulfils ports.Vault. Values go through JSON, so what has no JSON form fails here too."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._values: dict[str, tuple[str, str, datetime]] = {}

    def put(self, name: str, value: Json, *, context: str, ttl: timedelta) -> None:
        self._values[name] = (json.dumps(value), context, self._clock.now() + ttl)

    def get(self, name: str, *, context: str) -> Json | None:
        return self._open(self._values.get(name), context)

    def take(self, name: str, *, context: str) -> Json | None:
        return self._open(self._values.pop(name, None), context)

    def drop(self, name: str) -> None:
        self._values.pop(name, None)

    def _open(self, found: tuple[str, str, datetime] | None, context: str) -> Json | None:
        if found is None or found[1] != context or found[2] <= self._clock.now():
            return None
        value: Json = json.loads(found[0])
        return value
