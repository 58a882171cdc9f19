"""Figures that are looked up when Prometheus asks: what waits, in Redis and in the database.

Looked up, not counted: a figure set by one process would stay when that process is gone. A part that does not
answer leaves its figures out, and says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from math import inf
from typing import TYPE_CHECKING, Any

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from ulid import ULID

from bot.mailbox import Mailbox, cache_errors
from bot.workers.queue import QUEUE, QUEUE_PREFIX
from nhi_core.domain.errors import CacheUnavailable, StoreUnavailable

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core

Gauge = tuple[str, str, Mapping[str, float]]
_SAMPLE = 200  # mailboxes looked into for the oldest mail
_GATHERED: tuple[tuple[str, str, str], ...] = (
    ("nhi_bot_mailboxes_pending", "Mailboxes that hold mail", ""),
    ("nhi_bot_mail_oldest_seconds", "Age of the oldest mail at the head of a mailbox", ""),
    ("nhi_bot_queue_tasks", "Tasks that wait for a worker", ""),
    ("nhi_bot_pushes_used", "Messages pushed in this LINE month", ""),
    ("nhi_bot_pushes_left", "Ordinary pushes that the month still allows; -1: unlimited", ""),
    ("nhi_payment_orders", "Payment orders under way, by state", "state"),
    ("nhi_payment_attempts", "Tries to pay under way, by state", "state"),
    ("nhi_notice_batches", "Batches of notices not yet out, by state", "state"),
    ("nhi_notices_late_seconds", "How long the longest waiting notice is past its moment", ""),
    ("nhi_reminders_due", "Reminders past their moment", ""),
    ("nhi_kiosks", "Kiosks enrolled and seen once, by whether they spoke in the last 15 minutes", "state"),
    ("nhi_retention_age_seconds", "How long ago the rule of retention that waits longest was done", ""),
    ("nhi_part_answers", "Whether redis and database answered this look", "part"),
)
NAMES = tuple(name for name, _, _ in _GATHERED)


class Figures(Collector):
    """Prometheus's collector over one core."""

    def __init__(self, core: Core, mailbox: Mailbox) -> None:
        """Ask nothing yet."""
        self._core = core
        self._mailbox = mailbox

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Look, and give every figure that was found."""
        found: dict[str, Mapping[str, float] | float] = {}
        well = {
            "redis": _gathered(self._redis, found, CacheUnavailable),
            "database": _gathered(self._database, found, StoreUnavailable),
        }
        found["nhi_part_answers"] = {part: float(ok) for part, ok in well.items()}
        for name, words, label in _GATHERED:
            if name not in found:
                continue
            family = GaugeMetricFamily(name, words, labels=[label] if label else None)
            value = found[name]
            for key, number in value.items() if isinstance(value, Mapping) else [("", value)]:
                family.add_metric([key] if label else [], number)
            yield family

    def _redis(self) -> dict[str, Mapping[str, float] | float]:
        with cache_errors():
            tasks = self._core.redis.llen(f"{QUEUE_PREFIX}{QUEUE}")
        return {
            "nhi_bot_mailboxes_pending": self._mailbox.pending(),
            "nhi_bot_mail_oldest_seconds": _age(self._mailbox.heads(_SAMPLE)),
            "nhi_bot_queue_tasks": tasks,
        }

    def _database(self) -> dict[str, Mapping[str, float] | float]:
        budget = self._core.sends.budget()
        load = self._core.workload()
        return {
            "nhi_bot_pushes_used": budget.used,
            "nhi_bot_pushes_left": -1 if budget.left is None else budget.left,
            "nhi_payment_orders": load.orders,
            "nhi_payment_attempts": load.attempts,
            "nhi_notice_batches": load.batches,
            "nhi_notices_late_seconds": load.notices_late.total_seconds(),
            "nhi_reminders_due": load.reminders_due,
            "nhi_retention_age_seconds": (
                inf if load.retention_age is None else load.retention_age.total_seconds()
            ),
            "nhi_kiosks": {"seen": load.kiosks_seen, "silent": load.kiosks_silent},
        }


def _gathered(look: Callable[[], dict[str, Any]], found: dict[str, Any], away: type[Exception]) -> bool:
    try:
        found |= look()
    except away:
        return False
    return True


def _age(heads: list[str]) -> float:
    """Return how old the oldest event is, in seconds: LINE's event ids are ULIDs and begin with the time."""
    moments = [moment for head in heads if (moment := _moment(head)) is not None]
    return max(0.0, time.time() - min(moments).timestamp()) if moments else 0.0


def _moment(event_id: str) -> datetime | None:
    try:
        return ULID.from_str(event_id).datetime.astimezone(UTC)
    except ValueError:
        return None
