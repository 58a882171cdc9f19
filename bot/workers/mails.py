"""Letters and e-slips, as the beat asks for them. All of it may run twice."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import structlog

from bot import metrics
from bot.slips.letters import LetterWriter
from bot.workers import runtime
from bot.workers.queue import task
from bot.workers.runtime import Office
from nhi_core.domain.errors import CounterError
from nhi_core.domain.mail import MailKind, MailState

log = structlog.get_logger(__name__)


def send_letters(office: Office) -> int:
    """Send the letters that are due; return how many went out."""
    core = office.desk.core
    return core.outbox.send_due(LetterWriter(core))


def make_slips(office: Office) -> int:
    """Make the month's slips and forget what is over; return how many were made."""
    core = office.desk.core
    core.eslip_run.tidy()
    counts = core.outbox.counts()
    for kind, state in product(MailKind, MailState):
        metrics.LETTERS.labels(kind=kind.value, state=state.value).set(counts.get((kind, state), 0))
    return core.eslip_run.make_due() if core.outbox.offered else 0


@task("sweeps.letters")
def letters_task() -> None:
    """See `send_letters`."""
    _swept("letters", send_letters)


@task("sweeps.eslips")
def eslips_task() -> None:
    """See `make_slips`."""
    _swept("eslips", make_slips)


def _swept(what: str, sweep: Callable[[Office], int]) -> None:
    try:
        count = sweep(runtime.office())
    except CounterError as error:
        log.warning("letters_wait", what=what, code=error.code)
        return
    if count:
        metrics.SWEPT.labels(what=what).inc(count)
        log.info("swept", what=what, count=count)
