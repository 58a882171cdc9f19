"""LINE's link dialogue is done: who logged in on the web is proposed to the account, and asked for a yes."""

from __future__ import annotations

import structlog

from bot.outcomes import Answer, Quiet, Say
from bot.visit import Visit
from nhi_core.domain.errors import IdentityRefused
from nhi_core.services.views import to_json

log = structlog.get_logger(__name__)


def handle(visit: Visit) -> Answer:
    """Propose; a failed link names nobody and has no reply token."""
    link = visit.event.raw.get("link")
    fields = link if isinstance(link, dict) else {}
    if visit.event.reply_token is None or visit.event.user_id is None:
        return Quiet("account_link_failed")
    account_id = visit.view.account_id
    nonce = fields.get("nonce")
    if fields.get("result") != "ok" or not isinstance(nonce, str):
        return Say.one("link_failed")
    try:
        proposal = visit.core.account_links.finish(account_id, nonce)
    except IdentityRefused:
        log.info("account_link_refused", event_id=visit.event.id)
        return Say.one("link_failed")
    return Say.one("bind_confirm", **to_json(proposal))
