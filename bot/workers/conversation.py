"""`conversation.drain(mailbox_id)`: one person's mail, in order, until the box is empty."""

from __future__ import annotations

from datetime import timedelta

import structlog

from bot import metrics, stages
from bot.events import KINDS, Event
from bot.mailbox import Held, Mail
from bot.outcomes import RetryLater
from bot.workers import runtime
from bot.workers.queue import DRAIN, task
from bot.workers.runtime import Office
from nhi_core.domain.errors import CacheUnavailable
from nhi_core.security import SealBroken

log = structlog.get_logger(__name__)

ATTEMPTS = 3  # then the mail is poison: an apology, a record, and the next one
OLDEST = timedelta(hours=1)  # what could not be answered for so long is recorded and let go
_WAIT = (timedelta(seconds=2), timedelta(seconds=60))


@task(DRAIN)
def drain_task(mailbox_id: str) -> None:
    """Drain one mailbox. Redis away: the mail stays, and the sweeper comes back to it."""
    try:
        drain(runtime.office(), mailbox_id)
    except CacheUnavailable:
        log.warning("drain_without_redis", mailbox_id=mailbox_id)


def drain(office: Office, mailbox_id: str) -> None:
    """Work the box empty, unless another worker is at it or its head must wait. Raises CacheUnavailable."""
    while True:
        with office.mailbox.hold(mailbox_id) as held:
            if not held.acquired:
                return
            emptied = _work(office, mailbox_id, held)
        # Looked at after letting go: who came meanwhile went away, trusting this look.
        if not emptied or office.mailbox.length(mailbox_id) == 0:
            return


def _work(office: Office, mailbox_id: str, held: Held) -> bool:
    """Return True when the box was seen empty, False when its head waits or the lock was lost."""
    while held.acquired:
        mail = office.mailbox.peek(mailbox_id)
        if mail is None:
            return True
        if not _one(office, mail):
            return False
    return False


def _one(office: Office, mail: Mail) -> bool:
    """Bring one piece of mail a step further; False when it waits. A failed try leaves it at the head."""
    desk = office.desk
    try:
        event = office.mailbox.open(mail)
    except (SealBroken, ValueError, KeyError, TypeError) as error:
        log.error("mail_unreadable", event_id=mail.event_id, error=type(error).__name__)  # noqa: TRY400 - personal
        desk.journal.close(mail.event_id, kind="unknown", outcome="unanswered", reason="unreadable_mail")
        office.mailbox.done(mail)
        return True
    if mail.attempt == 1:
        metrics.WAIT_SECONDS.observe(max(0.0, (desk.core.clock.now() - event.received_at).total_seconds()))
    kind = event.kind if event.kind in KINDS else "other"
    with stages.stage("turn", parent=event.trace, kind=kind, attempt=mail.attempt) as noted:
        ended = _try(office, mail, event)
        noted.note(outcome="ended" if ended else "waits")
    return ended


def _try(office: Office, mail: Mail, event: Event) -> bool:
    """Handle the event once; False when it must be tried again."""
    desk, now = office.desk, office.desk.core.clock.now()
    try:
        if mail.attempt > ATTEMPTS:
            desk.give_up(event, mail.mailbox_id)
        else:
            desk.handle(event, mail.mailbox_id)
    except RetryLater as later:
        age = now - event.received_at
        if age < OLDEST:
            wait = min(max(age, _WAIT[0]), _WAIT[1])
            log.info("mail_waits", event_id=event.id, reason=later.reason, seconds=wait.total_seconds())
            office.mailbox.later(mail, now + wait)
            return False
        desk.journal.close(event.id, kind=event.kind, outcome="unanswered", reason=later.reason)
    except CacheUnavailable:
        raise
    except Exception as error:  # one person's bad mail must not stop the worker; it is counted and recorded
        log.exception("turn_failed", event_id=event.id, attempt=mail.attempt, error=type(error).__name__)
        if mail.attempt <= ATTEMPTS:
            return True
        desk.journal.close(event.id, kind=event.kind, outcome="unanswered", reason="poison")
    office.mailbox.done(mail)
    metrics.TURN_SECONDS.observe((desk.core.clock.now() - event.received_at).total_seconds())
    return True
