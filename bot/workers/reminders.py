"""Reminders that people asked for: planned once a day, pushed when their moment has come. All may run twice.

A push says only that there is a matter to look at; what it is waits behind its button, which asks like any
tap. Its buttons carry the rich menu's session: a push is often looked at the next day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import structlog

from bot import metrics
from bot.outcomes import RetryLater
from bot.rendering import RenderError
from bot.rendering.postbacks import MENU_SESSION
from bot.workers import runtime
from bot.workers.queue import task
from bot.workers.runtime import Office
from nhi_core.domain.errors import CounterError
from nhi_core.domain.reminders import Reason, ReminderKind
from nhi_core.services.reminder_sending import Push

log = structlog.get_logger(__name__)

TEMPLATE = "reminder_waiting"
WHERE_TO_LOOK: Mapping[ReminderKind, str] = {
    ReminderKind.DEADLINE: "ask_due_date",
    ReminderKind.INSTALMENT: "query_instalment_status",
    ReminderKind.POSTING: "ask_posting_delay",
}
# A round ends before the next one begins, well within the worker's time limit.
ROUND = timedelta(seconds=50)


def plan(office: Office) -> int:
    """Go on with today's walk over the subscribers; return how many reminders were planned."""
    return office.desk.core.reminder_rounds.plan()


def send(office: Office) -> int:
    """Push what is due, within the month's quota; return how many pushes went out."""
    core = office.desk.core
    began, pushed = core.clock.now(), 0
    if core.sends.budget().left == 0:
        _over_quota(office)
    for group in core.reminder_sending.groups():
        if core.clock.now() - began > ROUND:
            break
        claimed = core.reminder_sending.claim(group)
        for why, count in claimed.skipped.items():
            _count(group[0].kind, why.value, count)
        if claimed.push is None:
            continue
        try:
            reason = _push(office, claimed.push)
        except RetryLater as later:
            # The claim stays; it is taken up again, under the same retry key.
            log.info("reminder_waits", push=claimed.push.push_id, reason=later.reason)
            continue
        except RenderError as error:  # a fault to repair; the other pushes do not wait for it
            log.error("reminder_not_rendered", kind=claimed.push.kind.value, error=str(error))  # noqa: TRY400 - no values
            continue
        if reason is None:
            pushed += 1
            _count(claimed.push.kind, "sent", core.reminder_sending.sent(claimed.push))
            continue
        _count(claimed.push.kind, reason.value, core.reminder_sending.not_sent(claimed.push, reason))
        if reason is Reason.QUOTA:
            _over_quota(office)
            break
    metrics.REMINDERS_WAITING.set(core.reminder_rounds.waiting())
    return pushed


def _push(office: Office, push: Push) -> Reason | None:
    """Push to the account bound now; None when it is out, else why it is not. Raises RetryLater."""
    desk = office.desk
    with desk.core.uow() as uow:
        account = uow.accounts.get(push.account_id)
    if account is None:
        return Reason.REFUSED
    messages = desk.render(
        TEMPLATE, {"intent": WHERE_TO_LOOK[push.kind]}, language=account.language, session=MENU_SESSION
    )
    ending = desk.replies.push(push.key, account.channel_user, messages, account_id=account.id)
    if ending is None:
        return None
    return Reason.QUOTA if ending.reason == "push_quota" else Reason.REFUSED


def _over_quota(office: Office) -> None:
    """Record what is due as over quota: staff see the log line and the counter."""
    skipped = office.desk.core.reminder_sending.skip_for_quota()
    for kind, count in skipped.items():
        _count(kind, Reason.QUOTA.value, count)
    if skipped:
        log.warning("reminders_over_quota", count=sum(skipped.values()))


def _count(kind: ReminderKind, outcome: str, count: int) -> None:
    metrics.REMINDERS.labels(kind=kind.value, outcome=outcome).inc(count)


@task("sweeps.reminders_plan")
def plan_task() -> None:
    """See `plan`."""
    try:
        count = plan(runtime.office())
    except CounterError as error:
        log.warning("reminders_not_planned", code=error.code)
        return
    if count:
        metrics.SWEPT.labels(what="reminders_planned").inc(count)
        log.info("reminders_planned", count=count)


@task("sweeps.reminders_send")
def send_task() -> None:
    """See `send`."""
    try:
        count = send(runtime.office())
    except CounterError as error:
        log.warning("reminders_not_sent", code=error.code)
        return
    if count:
        log.info("reminders_sent", count=count)
