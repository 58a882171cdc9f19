"""What the beat does for the console: close what nobody decided in time, forget sessions that expired."""

from __future__ import annotations

import structlog

from bot.workers import runtime
from bot.workers.queue import task
from nhi_core.domain.errors import StoreUnavailable

log = structlog.get_logger(__name__)


@task("sweeps.staff")
def staff() -> None:
    """Do both; run twice, it does nothing more."""
    core = runtime.office().desk.core
    try:
        closed, forgotten = core.approvals.expire(), core.sign_in.forget_expired()
    except StoreUnavailable:
        log.warning("staff_without_store")
        return
    if closed or forgotten:
        log.info("staff_swept", closed=closed, forgotten=forgotten)
