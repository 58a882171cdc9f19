"""Somebody added the account, or took a block back: welcome, in the language LINE tells us."""

from __future__ import annotations

import structlog

from bot.line import LineError
from bot.outcomes import Answer, Say
from bot.visit import Visit
from nhi_core.wire import LANGUAGES

log = structlog.get_logger(__name__)


def handle(visit: Visit) -> Answer:
    """Note that the person can be reached, set a first language, show the right menu, welcome."""
    view = visit.view
    visit.core.conversations.set_blocked(view.account_id, False)
    if not view.language_chosen:
        _suggest_language(visit)
    visit.errands.append(f"menu|{view.account_id}")
    return Say.one("welcome")


def _suggest_language(visit: Visit) -> None:
    try:
        told = visit.line.profile(visit.event.user_id or "").get("language")
    except LineError as error:
        log.info("profile_not_read", event_id=visit.event.id, result=str(error))
        return
    language = spoken(told)
    if language is not None:
        visit.core.conversations.suggest_language(visit.view.account_id, language)
        visit.look_again()


def spoken(told: object) -> str | None:
    """Return the one of our languages nearest to a BCP 47 tag of LINE's; English for languages we lack."""
    if not isinstance(told, str) or not told:
        return None
    primary = told.replace("_", "-").split("-", maxsplit=1)[0].lower()
    return next((one for one in LANGUAGES if one.split("-", maxsplit=1)[0] == primary), "en")
