"""The button "log in on the web": LINE's link token, behind a page of ours."""

from __future__ import annotations

import structlog

from bot.line import LineError
from bot.outcomes import Answer, Say
from bot.visit import Visit
from nhi_core.domain.errors import TooManyAttempts

log = structlog.get_logger(__name__)

INTENT = "link_account"


def offer(visit: Visit) -> Answer:
    """Show the way to the page; say so when there is none."""
    if not visit.core.account_links.offered:
        return Say.one("link_failed")
    try:
        token = visit.line.link_token(visit.event.user_id or "")
        url = visit.core.account_links.offer(visit.view.account_id, token)
    except LineError as error:
        log.warning("link_token_not_issued", event_id=visit.event.id, result=str(error))
        return Say.one("link_failed")
    except TooManyAttempts:
        return Say.one("bind_too_many")
    return Say.one("link_offer", url=url)
