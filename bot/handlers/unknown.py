"""A kind of event or message that we do not know (yet)."""

from __future__ import annotations

import structlog

from bot.outcomes import Answer, Quiet, Say
from bot.visit import Visit

log = structlog.get_logger(__name__)


def handle(visit: Visit) -> Answer:
    """Say that we do not understand it if somebody waits for an answer; it is recorded in any case."""
    log.warning("unknown_event", event_id=visit.event.id, kind=visit.event.kind)
    if visit.event.reply_token is None:
        return Quiet("unknown_event")
    if visit.event.user_id is not None:
        _ = visit.view
    return Say.one("unknown_event")
