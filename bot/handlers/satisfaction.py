"""The taps under "how did it go", and the word that may follow, which the engine never sees."""

from __future__ import annotations

from collections.abc import Mapping

from bot.outcomes import Answer, Say
from bot.scrub import Scrubbed
from bot.surveys import TEMPLATE
from bot.visit import Visit
from nhi_core.domain.satisfaction import Act
from nhi_core.services.satisfaction import SurveyView

INTENT = "satisfaction"
_ACTS = {act.value: act for act in (Act.EASE, Act.SPEED, Act.WRITE, Act.DECLINE)}


def tap(visit: Visit, entities: Mapping[str, str]) -> Answer:
    """Do what the button says; whatever is old or was tapped before is answered too, and counts once."""
    account_id, service = visit.view.account_id, visit.core.satisfaction
    do = entities.get("do", "")
    if do in ("off", "on"):
        return _say(service.set_off(account_id, do == "off"))
    act = _ACTS.get(do)
    if act is None:
        return _say(SurveyView("over", ""))
    grade = entities.get("grade", "")
    number = int(grade) if grade in ("1", "2", "3") else None
    return _say(service.answer(account_id, entities.get("survey", ""), act, number))


def take_word(visit: Visit, said: Scrubbed) -> Answer | None:
    """Return the thanks for a word that was announced; None: it is a text like any other."""
    account_id = visit.view.account_id
    if said.secrets.get("code"):  # a binding code: the person has begun something else
        visit.core.satisfaction.leave(account_id)
        return None
    kept = visit.core.satisfaction.take_word(account_id, said.text, str(visit.event.message.get("id", "")))
    if kept is None:
        return None
    visit.wish = INTENT
    return _say(kept)


def _say(view: SurveyView) -> Say:
    return Say.one(TEMPLATE, step=view.step, survey=view.survey)
