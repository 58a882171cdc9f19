"""A follow-up is answered about what was shown last: a rule on its values and that matter, not a guess.

「那如果下個月五號繳呢」 after an estimate is another estimate, whatever wish the line was taken for. The
memory is the server's (`nhi_core.services.matters`): Rasa knows neither the month nor that there is one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from actions.references import asks_to_split, goes_on, is_short, only_points, points_back
from nhi_core.domain.errors import Invalid
from nhi_core.domain.matters import Matter, Topic
from nhi_core.domain.roc import PremiumMonth

if TYPE_CHECKING:
    from actions.base import Asked

# What is done when no wish was understood: then the matter may tell what is meant.
UNSURE = frozenset({"inform", "did_you_mean", "out_of_scope"})
_YES_OR_NO = frozenset({"affirm", "deny"})
# With a day, all of these mean after a bill: what does it come to on that day?
_ON_A_DAY = frozenset({"estimate_late_fee", "query_arrears", "ask_due_date", "pay_premium", "pay_at_store"})
# They can be about one month alone.
_BY_MONTH = frozenset({"estimate_late_fee", "ask_due_date", "query_premium_detail", "query_payment_history"})
_OF_A_MONTH = {Topic.HISTORY: "query_payment_history", Topic.DUE_DATES: "ask_due_date"}
_STORES = frozenset({"seven_eleven", "familymart", "hilife", "okmart", "convenience_store"})
# The cards a matter is remembered from: none of them asks anything that a yes would answer.
_SHOWN = frozenset(
    {"arrears_summary", "late_fee_estimate", "premium_detail", "due_dates", "payment_history", "pay_link"}
)
# The cards, and answers that change no subject.
_SAME_SUBJECT = frozenset(
    _SHOWN
    | {"last_matter", "date_out_of_range", "ask_payment_channels", "ask_instalment_rules", "pay_not_now"}
    | {"ask_arrears_consequence"}
    | {
        "did_you_mean",
        "fallback",
        "out_of_scope",
        "inform",
        "affirm",
        "deny",
        "stopped",
        "thank",
        "greet",
        "help",
    }
    | {"change_language", "language_changed"}
)


@dataclasses.dataclass(frozen=True, slots=True)
class Heading:
    """Whose answer it is, and what that action is told."""

    verb: str
    asked: Asked


def may_follow(verb: str, asked: Asked) -> bool:
    """Say whether a line could be a follow-up: only then is the memory read."""
    shown = asked.last_template or ""
    same_subject = shown in _SAME_SUBJECT or shown.startswith("instalment_")
    if not same_subject or not asked.text or asked.text.startswith("/"):
        return False
    return verb == "inform" or points_back(asked.text) or goes_on(asked.text)


def heading(verb: str, asked: Asked, matter: Matter, today: date) -> Heading | None:
    """Return where a follow-up on `matter` leads; None: it means what it says."""
    asked = _about(asked, matter)
    ahead = any(value[:10] >= today.isoformat() for value in asked.entities.get("date", ()))
    # A day that is over is when something was paid, not when it will be.
    if ahead and matter.topic is not Topic.HISTORY and verb in UNSURE | _ON_A_DAY:
        return Heading("estimate_late_fee", asked)
    if verb in _YES_OR_NO:
        pointing = asked.last_template in _SHOWN and only_points(asked.text)
        return Heading("last_matter", asked) if pointing else None
    if verb in UNSURE:
        found = _by_value(asked, matter)
        return None if found is None else Heading(found, asked)
    if verb == "ask_instalment_rules" and asks_to_split(asked.text):
        return Heading("apply_instalment", asked)
    return Heading(verb, asked) if verb in _BY_MONTH else None


def one_month(months: Iterable[str]) -> PremiumMonth | None:
    """Return the month that a card is about, None when there are several or none."""
    found = set(months)
    try:
        return PremiumMonth.parse(found.pop()) if len(found) == 1 else None
    except Invalid:
        return None


def _by_value(asked: Asked, matter: Matter) -> str | None:
    if _has(asked, "period_count") or asks_to_split(asked.text):
        return "apply_instalment"
    if _has(asked, "payment_channel"):
        return "pay_at_store" if asked.entity("payment_channel") in _STORES else "ask_payment_channels"
    if asked.said_month:
        return _OF_A_MONTH.get(matter.topic, "query_premium_detail")
    return "last_matter" if points_back(asked.text) and is_short(asked.text) else None


def _about(asked: Asked, matter: Matter) -> Asked:
    """Fill in the month that was left out. One that was said stays."""
    if asked.said_month or matter.month is None:
        return asked
    return dataclasses.replace(asked, about=matter.month)


def _has(asked: Asked, name: str) -> bool:
    return bool(asked.entities.get(name))
