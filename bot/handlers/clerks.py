"""A clerk's registration in the chat: the name, the role, leaving.

The name is taken here and nowhere else: it never reaches the dialogue engine, its tracker or a log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.outcomes import Answer, Say
from bot.rendering.postbacks import Postback
from bot.scrub import scrub
from bot.visit import Visit
from nhi_core.domain.accounts import AccountKind
from nhi_core.domain.errors import IllegalMove, Invalid, NotAClerk
from nhi_core.domain.offices import ClerkRole, ClerkState
from nhi_core.services.clerks import ClerkCard
from nhi_core.services.views import to_json


def take_name(visit: Visit, words: str) -> Answer | None:
    """Return the answer to a text that is meant as a name; None: it is a text like any other."""
    view = visit.view
    if view.kind is not AccountKind.CLERK or not visit.core.clerks.asks_name(view.account_id):
        return None
    if scrub(words).secrets.get("code"):
        return None  # another code, which the dialogue takes
    try:
        return _say("clerk_confirm", visit.core.clerks.give_name(view.account_id, words))
    except Invalid:
        return Say.one("clerk_name_refused")


def tap(visit: Visit, made: Postback) -> Answer:
    """Do what a button of the registration says, or show where it stands when that changed meanwhile."""
    try:
        return TAPS[made.intent](visit, made.entities)
    except NotAClerk:
        return Say.one("clerk_none")
    except (IllegalMove, Invalid):
        return _card(visit, {})


def _card(visit: Visit, _entities: Mapping[str, str]) -> Answer:
    return _say("clerk_card", _registration(visit))


def _rename(visit: Visit, _entities: Mapping[str, str]) -> Answer:
    return _say("clerk_ask_name", visit.core.clerks.ask_again(visit.view.account_id))


def _role(visit: Visit, entities: Mapping[str, str]) -> Answer:
    try:
        role = ClerkRole(entities.get("role", ""))
    except ValueError:
        return _card(visit, {})
    before = _registration(visit)
    card = visit.core.clerks.choose_role(visit.view.account_id, role)
    if before.state is ClerkState.ACTIVE:
        return _say("clerk_card", card)
    visit.errands.append(f"menu|{visit.view.account_id}")
    return _say("clerk_welcome", card)


def _ask_to_leave(visit: Visit, _entities: Mapping[str, str]) -> Answer:
    return _say("clerk_leave", _registration(visit))


def _leave(visit: Visit, _entities: Mapping[str, str]) -> Answer:
    visit.core.clerks.leave(visit.view.account_id)
    visit.errands.append(f"menu|{visit.view.account_id}")
    visit.look_again()
    return Say.one("clerk_left")


def _stop(visit: Visit, entities: Mapping[str, str]) -> Answer:
    """Break a registration off; a completed one is asked about first, since the button is an old one."""
    if _registration(visit).state is ClerkState.ACTIVE:
        return _ask_to_leave(visit, entities)
    return _leave(visit, entities)


def _registration(visit: Visit) -> ClerkCard:
    card = visit.core.clerks.card(visit.view.account_id)
    if card is None:
        raise NotAClerk
    return card


def _say(template: str, card: ClerkCard) -> Say:
    return Say.one(template, **to_json(card))


TAPS: Mapping[str, Callable[[Visit, Mapping[str, str]], Answer]] = {
    "clerk_card": _card,
    "clerk_rename": _rename,
    "clerk_role": _role,
    "clerk_leave": _ask_to_leave,
    "confirm_clerk_leave": _leave,
    "clerk_stop": _stop,
}
