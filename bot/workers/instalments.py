"""What follows an application for instalments without being asked: the plan's course, and the answer by push.

A push says only that there is a matter to look at; what it is waits behind its button. All may run twice.
"""

from __future__ import annotations

import structlog

from bot import metrics
from bot.outcomes import RetryLater
from bot.rendering import RenderError
from bot.rendering.postbacks import MENU_SESSION
from bot.workers import runtime
from bot.workers.queue import task
from bot.workers.runtime import Office
from nhi_core.domain.errors import CounterError
from nhi_core.services.instalment_desk import Untold

log = structlog.get_logger(__name__)

_WHERE_TO_LOOK = {"intent": "query_instalment_status"}


def tell_answers(office: Office) -> int:
    """Tell each applicant once that there is an answer; return how many pushes went out."""
    desk = office.desk.core.instalment_desk
    told = 0
    for untold in desk.untold():
        try:
            how = _tell(office, untold)
        except RetryLater as later:
            log.info("instalment_answer_waits", application=untold.application_id, reason=later.reason)
            continue
        desk.told(untold, how=how)
        told += how == "push"
    return told


def follow(office: Office) -> int:
    """Bring applications after their plans and empty old drafts; return how many changed."""
    desk = office.desk.core.instalment_desk
    return desk.follow_plans() + desk.expire_drafts()


def _tell(office: Office, untold: Untold) -> str:
    """Push to the account bound now; return `push`, or why there was none."""
    if untold.account_id is None:
        return "not_bound"
    with office.desk.core.uow() as uow:
        account = uow.accounts.get(untold.account_id)
    if account is None or account.blocked:
        return "blocked"
    # An answer is often looked at the next day, when the account's session is another one.
    messages = office.desk.render(
        "matter_waiting", _WHERE_TO_LOOK, language=account.language, session=MENU_SESSION
    )
    # The person asked for this answer: it may use the quota's reserve.
    ending = office.desk.replies.push(
        untold.key, account.channel_user, messages, account_id=account.id, urgent=True
    )
    return "push" if ending is None else ending.reason or ending.outcome


@task("sweeps.instalment_answers")
def tell_task() -> None:
    """See `tell_answers`."""
    try:
        count = tell_answers(runtime.office())
    except (CounterError, RenderError) as error:
        log.warning("instalment_answers_not_told", error=type(error).__name__)
        return
    if count:
        metrics.SWEPT.labels(what="instalment_answers").inc(count)


@task("sweeps.instalments")
def follow_task() -> None:
    """See `follow`."""
    try:
        count = follow(runtime.office())
    except CounterError as error:
        log.warning("instalments_not_followed", code=error.code)
        return
    if count:
        metrics.SWEPT.labels(what="instalments").inc(count)
