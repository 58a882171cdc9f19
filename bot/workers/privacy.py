"""Goes on with erasures: what a break left undone, and the rich menu that only LINE can take off."""

from __future__ import annotations

import structlog

from bot import metrics
from bot.line import LineError, Refused
from bot.workers import runtime
from bot.workers.queue import task
from bot.workers.runtime import Office
from nhi_core.domain.errors import CounterError
from nhi_core.domain.privacy import Erasure, ErasureState, LeavingAccount

log = structlog.get_logger(__name__)


def sweep_erasures(office: Office) -> int:
    """Take each erasure as far as it goes; return how many are done now. May run twice."""
    desk = office.desk.core.privacy
    return sum(_further(office, erasure) for erasure in desk.under_way())


def _further(office: Office, erasure: Erasure) -> bool:
    desk = office.desk.core.privacy
    try:
        if erasure.state is ErasureState.REQUESTED:
            desk.clear(erasure.id)
        for account in desk.leaving(erasure.id):
            _leave(office, account)
        return desk.finish(erasure.id)
    except LineError as error:
        log.info("erasure_waits", erasure=erasure.id, error=type(error).__name__)
    except CounterError as error:
        log.warning("erasure_not_finished", erasure=erasure.id, code=error.code)
    return False


def _leave(office: Office, account: LeavingAccount) -> None:
    """Take the menu off, forget short-lived copies, and then the id. Raises LineError, CounterError."""
    core = office.desk.core
    try:
        office.desk.line.unlink_rich_menu(account.channel_user)
    except LineError as error:
        if not isinstance(error.result, Refused):
            raise
        log.info("erasure_menu_not_known", erasure=account.erasure_id, status=error.result.status)
    # The mailbox's name as bot.webhook makes it, under every key that may still be in use.
    boxes = core.fingerprints.candidates("mailbox", f"user:{account.channel_user}")
    core.privacy.forget(account, *boxes)
    core.privacy.gone(account)


@task("sweeps.erasures")
def erasures() -> None:
    """See `sweep_erasures`."""
    try:
        count = sweep_erasures(runtime.office())
    except CounterError as error:
        log.warning("erasures_not_swept", code=error.code)
        return
    if count:
        metrics.SWEPT.labels(what="erasures").inc(count)
