"""Files handed in at the console: imported one after another, forgotten when their time is over.

The task carries nothing. A worker that dies in the middle of a file leaves the rest to the next round, which
goes on after the last batch.
"""

from __future__ import annotations

import structlog

from bot import metrics
from bot.workers import runtime
from bot.workers.queue import task
from nhi_core.domain.errors import CounterError

log = structlog.get_logger(__name__)

# Longer than a turn may take, shorter than the broker's patience: see bot/workers/queue.py.
_SOFT, _HARD = 540, 570


@task("sweeps.uploads", soft_time_limit=_SOFT, time_limit=_HARD)
def uploads_task() -> None:
    """Import what waits, then forget what is old."""
    uploads = runtime.office().desk.core.uploads
    try:
        count = uploads.work()
        uploads.forget()
    except CounterError as error:
        log.warning("upload_waits", code=error.code)
        return
    if count:
        metrics.SWEPT.labels(what="uploads").inc(count)
        log.info("swept", what="uploads", count=count)
