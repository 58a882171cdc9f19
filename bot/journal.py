"""The ledgers (how events ended, what was sent) that do not stop when the database does.

The database is the ledger. While it is away, entries wait in a Redis list in their order and are written by
the sweeper when it is back; a claim is then held by a Redis key, so that "claimed once" stays true.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import redis
import structlog

from bot import metrics
from bot.events import KINDS
from bot.mailbox import cache_errors
from nhi_core.domain.errors import StoreUnavailable
from nhi_core.domain.usage import Use
from nhi_core.services.sends import Claim

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core

log = structlog.get_logger(__name__)

_WORD = re.compile(r"[a-z_]{1,20}")

_WAITING = "{mail}:journal"
_CLAIM_FOR = timedelta(days=2)


class Journal:
    """Writes the ledgers. Raises CacheUnavailable only when the database and Redis are both away."""

    def __init__(self, core: Core, client: redis.Redis) -> None:
        """Use the core's ledgers, and Redis for when they are away."""
        self._core = core
        self._redis = client

    def close(
        self, event_id: str, *, kind: str, outcome: str, reason: str | None = None, use: Use | None = None
    ) -> None:
        """Record how an inbound event ended; `use`: what it counts as."""
        log.info("event_closed", event_id=event_id, kind=kind, outcome=outcome, reason=reason)
        metrics.EVENTS.labels(kind=kind if kind in KINDS else "other", outcome=outcome).inc()
        entry: dict[str, Any] = {"event_id": event_id, "kind": kind, "outcome": outcome, "reason": reason}
        if use is not None:
            entry["use"] = asdict(use)
        try:
            self._write("close", dict(entry))
        except StoreUnavailable:
            self._keep("close", entry)

    def claim_reply(self, key: str, *, account_id: str | None, messages: int) -> bool:
        """Record that a reply is about to be sent; False when it was claimed before."""
        entry = {"key": key, "account_id": account_id, "messages": messages}
        try:
            return self._write("claim_reply", dict(entry)) is Claim.CLAIMED
        except StoreUnavailable:
            with cache_errors():
                first = self._redis.set(f"{{mail}}:claim:{key}", "1", nx=True, ex=_CLAIM_FOR)
            if first:
                self._keep("claim_reply", entry)
            return bool(first)

    def claim_push(self, key: str, *, account_id: str, messages: int, urgent: bool = False) -> Claim:
        """Record that one person is about to be pushed. Raises StoreUnavailable: a push can wait."""
        claim: Claim = self._core.sends.claim_push(
            key, account_id=account_id, messages=messages, recipients=1, urgent=urgent
        )
        return claim

    def settle(self, key: str, *, outcome: str, request_id: str | None = None) -> None:
        """Record how a claimed send ended."""
        log.info("send_settled", send=key, outcome=outcome, request_id=request_id)
        metrics.SENDS.labels(kind=_kind(key), outcome=outcome).inc()
        entry = {"key": key, "outcome": outcome, "request_id": request_id}
        try:
            self._write("settle", dict(entry))
        except StoreUnavailable:
            self._keep("settle", entry)

    def outcome(self, key: str) -> str | None:
        """Return how a send ended, None when it did not (or when the database cannot tell)."""
        try:
            found: str | None = self._core.sends.outcome(key)
        except StoreUnavailable:
            return None
        return found

    def flush(self, limit: int = 500) -> int:
        """Write what waited, oldest first; return how many entries. Stops when the database is still away.

        An entry is removed after it is written; writing one twice changes nothing (claims and closings are
        idempotent by key).
        """
        written = 0
        while written < limit:
            with cache_errors():
                packed = cast("bytes | None", self._redis.lindex(_WAITING, 0))
            if packed is None:
                break
            entry: dict[str, Any] = json.loads(packed)
            try:
                self._write(entry["do"], entry["entry"])
            except StoreUnavailable:
                break
            with cache_errors():
                self._redis.lrem(_WAITING, 1, packed.decode())
            written += 1
        return written

    def waiting(self) -> int:
        """Return how many entries wait for the database."""
        with cache_errors():
            return self._redis.llen(_WAITING)

    def _write(self, do: str, entry: dict[str, Any]) -> Claim | None:
        match do:
            case "close":
                use = entry.pop("use", None)
                counted = None if use is None else Use(**use)
                self._core.inbound.close(entry.pop("event_id"), use=counted, **entry)
            case "claim_reply":
                return self._core.sends.claim_reply(entry.pop("key"), **entry)
            case _:
                self._core.sends.settle(entry.pop("key"), **entry)
        return None

    def _keep(self, do: str, entry: dict[str, Any]) -> None:
        log.warning("journal_kept", do=do)
        with cache_errors():
            self._redis.rpush(_WAITING, json.dumps({"do": do, "entry": entry}))


def _kind(key: str) -> str:
    """Return the word a key ends in (`…:reply`); an id at its end must not become a label."""
    last = key.rpartition(":")[2]
    return last if _WORD.fullmatch(last) else "other"
