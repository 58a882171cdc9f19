"""Notices go out: begun when their moment has come, batch after batch, ended in time. All may run twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum, auto
from typing import Any

import structlog

from bot import metrics
from bot.line import (
    LineClient,
    MonthlyLimit,
    RateLimited,
    Refused,
    SendResult,
    Sent,
    TokenDead,
    Unreachable,
)
from bot.rendering.postbacks import MENU_SESSION
from bot.replies import retry_key
from bot.workers import runtime
from bot.workers.queue import task
from bot.workers.runtime import Office
from nhi_core.domain.errors import CounterError
from nhi_core.domain.notice_sending import Batch
from nhi_core.domain.notices import Notice, Stop
from nhi_core.services.sends import Claim
from nhi_core.services.views import to_json

log = structlog.get_logger(__name__)

TEMPLATE = "notice_card"
# A round ends well within the worker's time limit; the next one goes on.
ROUND = timedelta(seconds=50)


class Step(Enum):
    """What to do after a batch."""

    TAKEN = auto()  # LINE has it
    ON = auto()  # it is settled otherwise; on to the next one
    LATER = auto()  # LINE is busy or away
    HALTED = auto()  # the notice stands still


def go_on(office: Office) -> int:
    """Begin what is due and send what is going out; return how many batches LINE took."""
    core = office.desk.core
    core.notices.approved()
    core.notice_sending.begin(lambda notice, language: shown(office, notice, language))
    began, taken = core.clock.now(), 0
    for notice in core.notice_sending.going():
        while core.clock.now() - began < ROUND:
            batch = core.notice_sending.claim(notice)
            if batch is None:
                break
            step = _send(office, notice, batch)
            metrics.NOTICE_BATCHES.labels(outcome=step.name.lower()).inc()
            taken += step is Step.TAKEN
            if step in (Step.LATER, Step.HALTED):
                break
    core.notice_sending.finish()
    core.notices.end_over()
    metrics.NOTICES_STOPPED.set(core.notice_sending.stopped())
    return taken


def shown(office: Office, notice: Notice, language: str) -> list[dict[str, Any]]:
    """Return LINE's messages that show a notice: what is previewed is what is sent."""
    desk = office.desk
    card = desk.core.notice_reading.card(notice)
    return [
        dict(one) for one in desk.render(TEMPLATE, to_json(card), language=language, session=MENU_SESSION)
    ]


def _send(office: Office, notice: Notice, batch: Batch) -> Step:
    """Send one batch within the month's budget and settle it. The ledger's row is there before the call."""
    core, sending = office.desk.core, office.desk.core.notice_sending
    addressees = sending.addressees(batch)
    if not addressees:
        sending.refused(batch)
        return Step.ON
    claim = core.sends.claim_push(
        batch.key,
        account_id=None,
        messages=len(batch.messages),
        recipients=batch.receivers,
        urgent=notice.urgent,
    )
    if claim is Claim.OVER_QUOTA:
        return _halt(office, notice, batch, Stop.QUOTA)
    if claim is Claim.DUPLICATE and core.sends.outcome(batch.key) == "accepted":
        sending.sent(batch)  # a worker died after LINE had taken it
        return Step.TAKEN
    return _settle(office, notice, batch, _call(office.desk.line, batch, addressees))


def _settle(office: Office, notice: Notice, batch: Batch, result: SendResult) -> Step:
    journal, sending = office.desk.journal, office.desk.core.notice_sending
    step = Step.LATER
    match result:
        case Sent(request_id=request_id, sent_ids=sent_ids):
            journal.settle(batch.key, outcome="accepted", request_id=request_id)
            sending.sent(batch, sent_ids)
            step = Step.TAKEN
        case Refused() if _names_a_receiver(result):
            journal.settle(batch.key, outcome="refused")
            sending.refused(batch)
            step = Step.ON
        case MonthlyLimit() | Refused() | TokenDead():
            journal.settle(batch.key, outcome="refused")
            reason = Stop.QUOTA if isinstance(result, MonthlyLimit) else Stop.REFUSED
            step = _halt(office, notice, batch, reason)
        case RateLimited() | Unreachable(maybe_sent=False):
            sending.release(batch)
        case Unreachable():
            pass  # the claim stays, and is taken up again under the same retry key
    return step


def _call(line: LineClient, batch: Batch, addressees: Sequence[str]) -> SendResult:
    key = retry_key(batch.key)
    if batch.group_id is not None:
        return line.push(addressees[0], batch.messages, retry_key=key)
    return line.multicast(addressees, batch.messages, retry_key=key)


def _names_a_receiver(refused: Refused) -> bool:
    """Tell whether LINE found fault with a receiver and not with the message; unclear is the message."""
    named = [place for place, _ in refused.details] or [refused.message]
    return all("to" in place.replace("'", " ").replace("[", " ").split() for place in named)


def _halt(office: Office, notice: Notice, batch: Batch, reason: Stop) -> Step:
    """Stop the notice and let the batch wait for `resume`: it surely was not sent."""
    sending = office.desk.core.notice_sending
    sending.release(batch)
    if sending.halt(notice, reason):
        log.error("notice_stopped", notice=notice.id, reason=reason.value)
        metrics.NOTICES_HALTED.labels(reason=reason.value).inc()
    return Step.HALTED


@task("sweeps.notices")
def go_on_task() -> None:
    """See `go_on`."""
    try:
        count = go_on(runtime.office())
    except CounterError as error:
        log.warning("notices_not_sent", code=error.code)
        return
    if count:
        log.info("notices_sent", batches=count)
