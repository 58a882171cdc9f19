"""The one polite nudge: who has not answered a notice is asked once, in the one-to-one chat, a day before.

A push costs: within the month's quota only, never in the quiet hours, and never twice.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from bot import metrics
from bot.outcomes import RetryLater
from bot.rendering import RenderError
from bot.rendering.postbacks import MENU_SESSION
from bot.workers import runtime
from bot.workers.notices import shown
from bot.workers.queue import task
from bot.workers.runtime import Office
from nhi_core.domain.errors import CounterError
from nhi_core.domain.notice_acks import Nudge, NudgeState
from nhi_core.domain.notices import Notice
from nhi_core.domain.reminders import QuietHours

log = structlog.get_logger(__name__)

TEMPLATE = "notice_nudge"
BEFORE = timedelta(days=1)  # the nudge comes the day before the deadline
PATIENCE = timedelta(minutes=2)
GIVE_UP = timedelta(hours=20)  # LINE keeps a retry key for 24 hours


def nudge(office: Office) -> int:
    """Push what is due; return how many pushes went out."""
    core = office.desk.core
    now = core.clock.now()
    if QuietHours.parse(core.settings.quiet_hours).holds(now):
        return 0
    due = (
        *core.notice_acks.nudges_stuck(now - PATIENCE),
        *core.notice_acks.to_nudge(core.clock.today() + BEFORE),
    )
    pushed = 0
    for one in due:
        notice = core.notice_acks.nudge_notice(one)
        if notice is None:
            continue
        if now - one.claimed_at > GIVE_UP:
            core.notice_acks.nudge_settle(one, NudgeState.FAILED, "unreachable")
            continue
        pushed += _push(office, one, notice)
    return pushed


def _push(office: Office, one: Nudge, notice: Notice) -> bool:
    desk = office.desk
    with desk.core.uow() as uow:
        account = uow.accounts.get(one.account_id)
    if account is None or notice.ack_deadline is None:
        desk.core.notice_acks.nudge_settle(one, NudgeState.SKIPPED, "gone")
        return False
    data = {
        "day": notice.ack_deadline.isoformat(),
        "url": desk.core.notice_ack_links.of(one, notice.ack_deadline),
    }
    try:
        words = desk.render(TEMPLATE, data, language=account.language, session=MENU_SESSION)
        messages = [*words, *shown(office, notice, account.language)]
        ending = desk.replies.push(one.key, account.channel_user, messages, account_id=account.id)
    except RetryLater as later:
        log.info("nudge_waits", nudge=one.id, reason=later.reason)
        return False
    except RenderError as error:
        log.error("nudge_not_rendered", nudge=one.id, error=str(error))  # noqa: TRY400 - no values
        return False
    if ending is not None and ending.reason == "push_quota":
        # Kept for the rounds to come: more may be bought, or a month may begin, before the deadline.
        log.warning("nudge_waits", nudge=one.id, reason=ending.reason)
        return False
    state = NudgeState.SENT if ending is None else NudgeState.FAILED
    desk.core.notice_acks.nudge_settle(one, state, None if ending is None else ending.reason)
    metrics.NUDGES.labels(outcome=state.value).inc()
    return ending is None


@task("sweeps.notice_nudges")
def nudge_task() -> None:
    """See `nudge`."""
    try:
        count = nudge(runtime.office())
    except CounterError as error:
        log.warning("nudges_not_sent", code=error.code)
        return
    if count:
        log.info("nudges_sent", count=count)
