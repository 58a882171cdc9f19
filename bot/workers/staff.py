"""What the beat does for the console: close what nobody decided in time."""

from __future__ import annotations

import structlog

from bot.workers import runtime
from bot.workers.queue import task
from nhi_core.domain.errors import StoreUnavailable

log = structlog.get_logger(__name__)


@task("sweeps.staff")
def staff() -> None:
    """Run twice, it does nothing more."""
    core = runtime.office().desk.core
    try:
        closed = core.approvals.expire()
    except StoreUnavailable:
        log.warning("staff_without_store")
        return
    if closed:
        log.info("staff_swept", closed=closed)
