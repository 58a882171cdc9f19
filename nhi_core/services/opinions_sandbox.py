"""A made-up year of answers and of use for the sandbox's console. Run again, it changes nothing."""

from __future__ import annotations

import random
from dataclasses import dataclass

from nhi_core.domain.roc import PremiumMonth
from nhi_core.domain.satisfaction import Finished, Survey, SurveyState
from nhi_core.domain.usage import BANDS, UseCell
from nhi_core.ports import Clock, UnitOfWorkFactory

_MONTHS = 14  # so that four whole quarters are over
_LANGUAGES = {"zh-TW": 70, "en": 8, "id": 8, "vi": 10, "th": 4}
_WISHES = {
    "query_arrears": 30, "estimate_late_fee": 12, "ask_payment_channels": 10, "apply_instalment": 8,
    "query_payment_history": 7, "pay_premium": 7, "help": 6, "bind_account": 5, "ask_due_date": 4,
    "subscribe_eslip": 3, "find_office": 3, "apply_card": 2, "talk_to_person": 2, "ask_hardship_help": 1,
}  # fmt: skip
_BAND_WEIGHTS = (1, 9, 14, 18, 12, 2, 44)
_WORDS = ("很方便，不用跑一趟。", "字可以再大一點。", "希望假日也能回覆。", "解釋得很清楚，謝謝。")


@dataclass(frozen=True, slots=True)
class Sown:
    """How much was new."""

    answers: int
    counts: int


def seed_opinions(uow: UnitOfWorkFactory, clock: Clock) -> Sown:
    """Put answers and counts into the months before this one."""
    this = PremiumMonth.of(clock.today())
    answers = counts = 0
    with uow() as work:
        for back in range(_MONTHS, 0, -1):
            month = this.plus(-back)
            if work.satisfaction.get(_id(month, 0)) is None:
                surveys = _answers(month)
                for survey in surveys:
                    work.satisfaction.add(survey)
                answers += len(surveys)
            if work.usage.total(month.first_day, month.last_day) == 0:
                counts += work.usage.put(_use(month).items())
        work.commit()
    return Sown(answers, counts)


def _answers(month: PremiumMonth) -> list[Survey]:
    dice = random.Random(f"answers {month.iso}")  # noqa: S311 - made-up figures, the same each time
    return [_answer(dice, month, number) for number in range(60)]


def _answer(dice: random.Random, month: PremiumMonth, number: int) -> Survey:
    state = dice.choices((SurveyState.ASKED, SurveyState.DECLINED, SurveyState.RATED), (45, 10, 45))[0]
    rated = state is SurveyState.RATED
    word = dice.choice(_WORDS) if rated and number % 9 == 0 else None
    return Survey(
        id=_id(month, number),
        matter=dice.choice(tuple(Finished)),
        language=dice.choices(tuple(_LANGUAGES), tuple(_LANGUAGES.values()))[0],
        month=month,
        state=SurveyState.WORDED if word else state,
        ease=dice.choices((3, 2, 1), (70, 22, 8))[0] if rated else None,
        speed=dice.choices((3, 2, 1), (76, 18, 6))[0] if rated else None,
        word=word,
    )


def _use(month: PremiumMonth) -> dict[UseCell, int]:
    dice = random.Random(f"use {month.iso}")  # noqa: S311 - as above
    found: dict[UseCell, int] = {}
    for _ in range(1500):
        cell = UseCell(
            month.first_day,
            dice.choices(tuple(_LANGUAGES), tuple(_LANGUAGES.values()))[0],
            dice.choices(tuple(_WISHES), tuple(_WISHES.values()))[0],
            dice.choices(("answered", "apologised", "unanswered"), (985, 12, 3))[0],
            dice.choices(BANDS, _BAND_WEIGHTS)[0],
        )
        found[cell] = found.get(cell, 0) + 1
    return found


def _id(month: PremiumMonth, number: int) -> str:
    return f"sandbox-{month.iso}-{number}"
