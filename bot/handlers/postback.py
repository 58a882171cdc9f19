"""A tap on one of our buttons. The session says whether the button still means what it says."""

from __future__ import annotations

import re

import structlog
from pydantic import ValidationError

from bot.handlers import clerks, linking, promotion, satisfaction
from bot.outcomes import Answer, Quiet, Say
from bot.rendering.postbacks import MENU_SESSION, BadPostback, Postback, decode
from bot.visit import Visit
from nhi_core.domain.accounts import AccountKind
from nhi_core.services.views import to_json
from nhi_core.wire import IntentRequest

log = structlog.get_logger(__name__)

# A rich menu outlives any session, so its buttons may only begin something. What changes a binding needs a
# button of the present session.
NEVER_FROM_MENU = frozenset(
    {
        "confirm_binding",
        "cancel_binding",
        "confirm_unbind",
        "confirm_cancel_eslip",
        "affirm",
        "deny",
        "instalment_guide",
        "inform",
        "clerk_role",
        "clerk_rename",
        "clerk_stop",
        "confirm_clerk_leave",
    }
)
# Stands on the clerks' rich menu and on no other.
_CLERKS_ALONE = frozenset({"search_notice", "acknowledge_notice", "report_promotion", "query_quality_report"})
_DATE = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2})?$")


def handle(visit: Visit) -> Answer:
    """Hand the tap's intent to the engine, or say that the button is stale."""
    postback = visit.event.raw.get("postback")
    fields = postback if isinstance(postback, dict) else {}
    given = fields.get("params")
    params: dict[str, object] = given if isinstance(given, dict) else {}
    if "newRichMenuAliasId" in params:
        return Quiet("rich_menu_switched")
    try:
        tap = decode(str(fields.get("data", "")))
        request = IntentRequest(name=tap.intent, entities={**tap.entities, **_picked(params)})
    except (BadPostback, ValidationError):
        log.info("postback_unreadable", event_id=visit.event.id)
        return _stale(visit)
    visit.wish = tap.intent
    if tap.intent == satisfaction.INTENT:  # its buttons name their question, in whatever session
        return satisfaction.tap(visit, tap.entities)
    visit.core.satisfaction.leave(visit.view.account_id)
    if tap.intent == promotion.INTENT:  # these buttons name their report, in whatever session
        return promotion.tap(visit, tap.entities)
    fresh = visit.view.session == tap.session
    from_menu = tap.session == MENU_SESSION and tap.intent not in NEVER_FROM_MENU
    if not (fresh or from_menu):
        log.info("postback_stale", event_id=visit.event.id, intent=tap.intent)
        return _done_before(visit) if tap.intent == "confirm_binding" else _stale(visit)
    if from_menu and tap.intent in _CLERKS_ALONE and visit.view.kind is not AccountKind.CLERK:
        # The staff ended this clerk: the next tap on the old menu takes it away.
        visit.errands.append(f"menu|{visit.view.account_id}")
    return _answer(visit, tap, request)


def _answer(visit: Visit, tap: Postback, request: IntentRequest) -> Answer:
    """Do what the bot does by itself, or ask the engine."""
    if tap.intent == linking.INTENT:
        return linking.offer(visit)
    if tap.intent in clerks.TAPS:
        return clerks.tap(visit, tap)
    return visit.ask(request)


def _done_before(visit: Visit) -> Say:
    """Say that the binding stands: the answer to the tap that made it was lost on the way."""
    status = visit.core.bindings.status(visit.view.account_id)
    today = visit.core.clock.today()
    if not status.bound or status.bound_on is None or (today - status.bound_on).days > 1:
        return _stale(visit)
    visit.errands.append(f"menu|{visit.view.account_id}")
    return Say.one("bind_done", **to_json(status))


def _stale(visit: Visit) -> Say:
    _ = visit.view  # the answer's buttons belong to the present session
    return Say.one("stale_button")


def _picked(params: dict[str, object]) -> dict[str, str]:
    """Return what a date picker chose as the entity `date` (ISO)."""
    for name in ("date", "datetime"):
        match = _DATE.match(str(params.get(name, "")))
        if match:
            return {"date": match.group(1)}
    return {}
