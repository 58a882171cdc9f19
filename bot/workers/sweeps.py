"""What the beat asks for: find what a crash or an outage left, and go on with it. All of it may run twice."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from celery import current_app

from bot import metrics
from bot.api.health import HEARTBEAT, HEARTBEAT_LIFE
from bot.mailbox import cache_errors
from bot.webhook import Enqueue
from bot.workers import runtime
from bot.workers.queue import enqueue_with, task
from bot.workers.runtime import Office
from nhi_core.domain.errors import CacheUnavailable, StoreUnavailable
from nhi_core.domain.usage import UNKNOWN_LANGUAGE, Use

log = structlog.get_logger(__name__)


def sweep_mail(office: Office, enqueue: Enqueue) -> int:
    """Queue a task for each mailbox that holds mail past its time; return how many."""
    due = office.mailbox.due(office.desk.core.clock.now())
    for mailbox_id in due:
        enqueue(mailbox_id)
    return len(due)


def sweep_errands(office: Office) -> int:
    """Do the errands past their time; return how many are done."""
    errands = office.desk.errands
    return sum(errands.run(errand) for errand in errands.due(office.desk.core.clock.now()))


def sweep_parked(office: Office) -> int:
    """Record the events that nobody asked to try again within the hour; return how many."""
    desk = office.desk
    found = desk.parking.expired(desk.core.clock.now())
    for one in found:
        use = Use(UNKNOWN_LANGUAGE, one.kind)  # whose it was is no longer at hand
        desk.journal.close(one.event_id, kind=one.kind, outcome="apologised", reason=one.reason, use=use)
        desk.parking.forget_expired(one)
    return len(found)


def sweep_payments(office: Office) -> int:
    """Ask gateways about payments that are open, and close orders past their time; return how many."""
    try:
        return office.desk.core.payments.reconcile()
    except StoreUnavailable:
        log.warning("payments_without_store")
        return 0


def sweep_journal(office: Office) -> int:
    """Write the ledger entries that waited for the database; return how many."""
    written = office.desk.journal.flush()
    metrics.JOURNAL.set(office.desk.journal.waiting())
    return written


def beat(office: Office) -> None:
    """Show that the beat and a worker are alive."""
    with cache_errors():
        office.desk.core.redis.set(HEARTBEAT, "1", ex=HEARTBEAT_LIFE)


@task("sweeps.mail")
def mail() -> None:
    """See `sweep_mail`."""
    _swept("mail", lambda office: sweep_mail(office, enqueue_with(current_app)))


@task("sweeps.errands")
def errands() -> None:
    """See `sweep_errands`."""
    _swept("errands", sweep_errands)


@task("sweeps.parked")
def parked() -> None:
    """See `sweep_parked`."""
    _swept("parked", sweep_parked)


@task("sweeps.payments")
def payments() -> None:
    """See `sweep_payments`."""
    _swept("payments", sweep_payments)


@task("sweeps.journal")
def journal() -> None:
    """See `sweep_journal`."""
    _swept("journal", sweep_journal)


@task("sweeps.heartbeat")
def heartbeat() -> None:
    """See `beat`."""
    try:
        beat(runtime.office())
    except CacheUnavailable:
        log.warning("heartbeat_without_redis")


def _swept(what: str, sweep: Callable[[Office], int]) -> None:
    try:
        count = sweep(runtime.office())
    except CacheUnavailable:
        log.warning("sweep_without_redis", what=what)
        return
    if count:
        metrics.SWEPT.labels(what=what).inc(count)
        log.info("swept", what=what, count=count)
