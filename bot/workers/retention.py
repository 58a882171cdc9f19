"""What is past its time is removed, by the rules of nhi_core/domain/retention.py. May run twice."""

from __future__ import annotations

import structlog

from bot import metrics
from bot.workers import runtime
from bot.workers.queue import task
from bot.workers.runtime import Office
from nhi_core.domain.errors import CounterError

log = structlog.get_logger(__name__)


def sweep(office: Office) -> int:
    """Do the rules that are due, as far as a round goes; return how many rows, keys and files went."""
    removed = 0
    for outcome in office.desk.core.retention.sweep():
        metrics.RETENTION.labels(rule=outcome.rule.name).inc(outcome.removed)
        removed += outcome.removed
        if outcome.removed:
            log.info("retention_removed", rule=outcome.rule.name, count=outcome.removed, left=outcome.left)
    return removed


@task("sweeps.retention")
def sweep_task() -> None:
    """See `sweep`."""
    try:
        sweep(runtime.office())
    except CounterError as error:
        log.warning("retention_waits", code=error.code)
