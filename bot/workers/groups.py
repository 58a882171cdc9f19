"""What offices and groups need now and then: headcounts kept fresh, unfinished registrations ended."""

from __future__ import annotations

import structlog

from bot import headcounts, metrics
from bot.workers import runtime
from bot.workers.queue import task
from bot.workers.runtime import Office
from nhi_core.domain.errors import CounterError

log = structlog.get_logger(__name__)


def count_groups(office: Office) -> int:
    """Ask LINE for the headcount of tied groups where it is old; return how many were told."""
    desk = office.desk
    return sum(headcounts.count(desk.line, desk.core, group) for group in desk.core.chat_groups.uncounted())


def end_unfinished(office: Office) -> int:
    """End registrations that nobody completed within a day and take the menu back; return how many."""
    desk = office.desk
    accounts = desk.core.clerks.tidy()
    errands = [f"menu|{account}" for account in accounts]
    desk.errands.note(errands, desk.core.clock.now())
    for errand in errands:
        desk.errands.run(errand)
    return len(accounts)


@task("sweeps.groups")
def groups_task() -> None:
    """See `count_groups` and `end_unfinished`."""
    try:
        office = runtime.office()
        count = count_groups(office) + end_unfinished(office)
    except CounterError as error:
        log.warning("groups_not_swept", code=error.code)
        return
    if count:
        metrics.SWEPT.labels(what="groups").inc(count)
