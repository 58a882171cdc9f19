"""Sealed values that live for minutes. Redis sees neither what they are nor whose."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import cast

import structlog
from redis import Redis

from nhi_core.adapters.redis.connection import translated
from nhi_core.ports import Json
from nhi_core.security import SealBroken, Sealer

log = structlog.get_logger(__name__)

_PREFIX = "nhi:vault:"


class RedisVault:
    """Fulfils ports.Vault. The name is part of the seal: a value copied to another name does not open."""

    def __init__(self, client: Redis, sealer: Sealer) -> None:
        """Use a client made by `connect`."""
        self._client = client
        self._sealer = sealer

    def put(self, name: str, value: Json, *, context: str, ttl: timedelta) -> None:
        """Keep `value` for `ttl`, in place of what had this name. Raises CacheUnavailable."""
        sealed = self._sealer.seal(
            json.dumps(dict(value), ensure_ascii=False), context=_context(context), row=name
        )
        with translated():
            self._client.set(_PREFIX + name, sealed, px=ttl)

    def get(self, name: str, *, context: str) -> Json | None:
        """Return the value; None when it is unknown, over, or another context's."""
        with translated():
            sealed = self._client.get(_PREFIX + name)
        return self._open(cast("bytes | None", sealed), name, context)

    def take(self, name: str, *, context: str) -> Json | None:
        """Return the value and forget it: at most one caller receives it."""
        with translated():
            sealed = self._client.getdel(_PREFIX + name)
        return self._open(cast("bytes | None", sealed), name, context)

    def drop(self, name: str) -> None:
        """Forget the value."""
        with translated():
            self._client.delete(_PREFIX + name)

    def _open(self, sealed: bytes | None, name: str, context: str) -> Json | None:
        if sealed is None:
            return None
        try:
            opened = self._sealer.open(sealed.decode("ascii", "replace"), context=_context(context), row=name)
        except SealBroken:
            # Moved, changed, or older than the key ring: to the caller it is not there.
            log.warning("vault_value_refused", context=context)
            return None
        return cast("Json", json.loads(opened))


def _context(context: str) -> str:
    return f"vault.{context}"
