"""Satisfaction and usage in both databases: once a month, whoever is first; counts that add up."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Engine, text

from nhi_core.adapters.db import SqlUnitOfWorkFactory, sql_keepers
from nhi_core.domain.roc import PremiumMonth
from nhi_core.domain.satisfaction import Act, Finished, Survey
from nhi_core.domain.usage import MonthCount, UseCell
from nhi_core.ports_satisfaction import GradeCount
from tests.factories import canary
from tests.integration.db.records import NOW, new_id
from tests.integration.db.test_transactions import together

Uow = SqlUnitOfWorkFactory
MONTH = PremiumMonth(2026, 9)
MONTH_AGO = NOW - timedelta(days=30)


def a_survey(**changes: object) -> Survey:
    values = {
        "id": new_id(), "matter": Finished.PAYMENT, "language": "th", "month": MONTH, "account_id": "a",
        "event_id": "e", "asked_at": NOW,
    }  # fmt: skip
    return Survey(**{**values, **changes})  # type: ignore[arg-type]


def test_of_two_at_once_one_may_ask(uow: Uow) -> None:
    def claim() -> bool:
        with uow() as work:
            mine = work.satisfaction.claim("a", NOW, MONTH_AGO)
            work.commit()
        return mine

    assert sorted(together(2, lambda _: claim())) == [False, True]


def test_asking_again_is_decided_by_the_row(uow: Uow) -> None:
    with uow() as work:
        assert work.satisfaction.claim("a", NOW, MONTH_AGO)
        assert not work.satisfaction.claim("a", NOW + timedelta(days=29), MONTH_AGO + timedelta(days=29))
        assert work.satisfaction.claim("a", NOW + timedelta(days=30), NOW)
        work.satisfaction.set_off("a", True, NOW)
        assert not work.satisfaction.claim("a", NOW + timedelta(days=90), NOW + timedelta(days=60))
        work.satisfaction.set_off("b", True, NOW)


def test_an_answer_comes_back_and_its_word_is_sealed(uow: Uow, engine: Engine) -> None:
    survey = a_survey()
    with uow() as work:
        work.satisfaction.add(survey)
        moved = survey.after(Act.EASE, grade=2)
        assert work.satisfaction.save(moved)
        assert not work.satisfaction.save(moved), "the revision has moved on"
        work.commit()
    with uow() as work:
        found = work.satisfaction.of_event("a", "e")
        assert found is not None
        done = found.after(Act.SPEED, grade=1).after(Act.WRITE)
        assert work.satisfaction.save(done.after(Act.WORD, word=canary.NAME, message_id="m"))
        work.commit()
    with uow() as work:
        kept = work.satisfaction.of_message("a", "m")
        assert kept is not None
        assert (kept.ease, kept.speed, kept.word) == (2, 1, canary.NAME)
        assert work.satisfaction.words(offset=0, limit=5)[0] == 1
    with engine.connect() as connection:
        [[stored]] = connection.execute(text("SELECT word FROM satisfaction_answers")).all()
    assert canary.NAME not in stored


def test_what_ties_an_answer_to_a_person_goes_and_the_figures_stay(uow: Uow, engine: Engine) -> None:
    with uow() as work:
        work.satisfaction.add(a_survey(ease=3, speed=3, word="好", message_id="m"))
        work.commit()
    keepers = sql_keepers(engine)
    assert keepers["satisfaction_people"].remove(NOW, 10) == 0
    assert keepers["satisfaction_people"].remove(NOW + timedelta(seconds=1), 10) == 1
    assert keepers["satisfaction_words"].remove(NOW, 10) == 0
    assert keepers["satisfaction_words"].remove(NOW + timedelta(days=31), 10) == 1
    with uow() as work:
        assert work.satisfaction.of_event("a", "e") is None
        assert work.satisfaction.words(offset=0, limit=5)[0] == 0
        assert work.satisfaction.grades(MONTH, MONTH) == (GradeCount(MONTH, Finished.PAYMENT, "th", 3, 3, 1),)


def test_counts_add_up_also_when_two_count_at_once(uow: Uow) -> None:
    day = date(2026, 9, 10)
    cell = UseCell(day, "th", "help", "answered", "35_49")

    def count() -> None:
        with uow() as work:
            work.usage.add(cell)
            work.commit()

    together(2, lambda _: count())
    with uow() as work:
        other = UseCell(date(2026, 9, 11), "th", "help", "answered", "35_49")
        assert work.usage.put([(cell, 9), (other, 4)]) == 1
        assert work.usage.months(MONTH, MONTH) == (MonthCount(MONTH, "th", "help", "answered", "35_49", 6),)
        assert work.usage.total(day, day) == 2
        assert work.usage.months(MONTH.plus(1), MONTH.plus(2)) == ()
