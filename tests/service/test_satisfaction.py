"""Who is asked how it went, how often, and what becomes of the answer."""

from __future__ import annotations

import pytest

from nhi_core.domain.satisfaction import Act, Finished, Survey
from nhi_core.domain.slices import Ask
from nhi_core.domain.usage import Use
from tests.factories.domain import make_person
from tests.fakes.world import World


def asked(world: World, event: str = "e1", account: str | None = None) -> str | None:
    found = world.satisfaction.offer(account or world.account(), event, Finished.ARREARS, "zh-TW")
    return found.survey if found else None


def stored(world: World, survey: str) -> Survey:
    return world.uow.satisfaction_answers[survey]


def rated(world: World) -> str:
    survey = asked(world)
    assert survey is not None
    world.satisfaction.answer(world.account(), survey, Act.EASE, 3)
    world.satisfaction.answer(world.account(), survey, Act.SPEED, 1)
    return survey


def test_two_taps_and_a_word(world: World) -> None:
    survey, me = rated(world), world.account()
    assert world.satisfaction.answer(me, survey, Act.WRITE).step == "write"
    kept = world.satisfaction.take_word(me, "很方便", "m1")
    assert kept is not None
    assert kept.step == "kept"
    row = stored(world, survey)
    assert (row.ease, row.speed, row.word) == (3, 1, "很方便")


@pytest.mark.parametrize("answered", [True, False])
def test_nobody_is_asked_twice_in_thirty_days(world: World, answered: bool) -> None:
    survey = asked(world)
    assert survey is not None
    if answered:
        world.satisfaction.answer(world.account(), survey, Act.DECLINE)
    world.clock.advance(days=29, hours=23)
    assert asked(world, "e2") is None
    world.clock.advance(hours=2)
    assert asked(world, "e3") is not None


def test_the_same_event_again_carries_the_same_question(world: World) -> None:
    first = asked(world)
    assert first is not None
    assert asked(world) == first
    assert len(world.uow.satisfaction_answers) == 1


def test_a_double_tap_counts_once_and_is_answered(world: World) -> None:
    survey = asked(world) or ""
    world.satisfaction.answer(world.account(), survey, Act.EASE, 3)
    assert world.satisfaction.answer(world.account(), survey, Act.EASE, 1).step == "speed"
    assert stored(world, survey).ease == 3


def test_the_question_of_somebody_else_is_over(world: World) -> None:
    survey = asked(world) or ""
    assert world.satisfaction.answer(world.account("U2"), survey, Act.EASE, 3).step == "over"
    assert stored(world, survey).ease is None


def test_a_button_of_yesterday_is_over(world: World) -> None:
    survey = asked(world) or ""
    world.clock.advance(hours=25)
    assert world.satisfaction.answer(world.account(), survey, Act.EASE, 3).step == "over"


def test_who_does_not_want_to_be_asked_is_not_until_that_is_taken_back(world: World) -> None:
    me = world.account()
    world.satisfaction.set_off(me, True)
    world.clock.advance(days=400)
    assert asked(world) is None
    world.satisfaction.set_off(me, False)
    assert asked(world, "e2") is not None


def test_nobody_is_asked_while_a_binding_waits(world: World) -> None:
    person = world.add_person(make_person())
    world.bindings.propose(world.account(), world.code_for(person))
    assert asked(world) is None


def test_a_text_is_a_word_only_when_one_was_announced(world: World) -> None:
    survey, me = rated(world), world.account()
    assert world.satisfaction.take_word(me, "我還欠多少", "m1") is None
    world.satisfaction.answer(me, survey, Act.WRITE)
    world.satisfaction.leave(me)
    assert world.satisfaction.take_word(me, "我還欠多少", "m2") is None
    assert stored(world, survey).word is None


def test_an_unsent_word_is_deleted(world: World) -> None:
    survey, me = rated(world), world.account()
    world.satisfaction.answer(me, survey, Act.WRITE)
    world.satisfaction.take_word(me, "很方便", "m1")
    assert world.satisfaction.unsend(me, "m1")
    assert stored(world, survey).word is None
    assert not world.satisfaction.unsend(me, "m1")


def test_reading_words_is_recorded(world: World) -> None:
    world.satisfaction.words(Ask(), by="auditor-1")
    assert world.uow.audited("satisfaction") == ["satisfaction_words_read"]


class TestUse:
    def test_an_event_is_counted_once_however_often_it_is_closed(self, world: World) -> None:
        for outcome in ("answered", "apologised"):
            world.inbound.close(
                "e1", kind="message.text", outcome=outcome, use=Use("vi", "query_arrears", world.account())
            )
        [(cell, count)] = world.uow.usage_counts.values()
        assert (cell.language, cell.wish, cell.outcome, cell.band, count) == (
            "vi", "query_arrears", "answered", "unbound", 1,
        )  # fmt: skip

    def test_the_age_band_is_that_of_the_person_bound_now(self, world: World) -> None:
        person = world.add_person(make_person())
        world.bind(world.account(), person)
        world.inbound.close(
            "e1", kind="postback", outcome="answered", use=Use("zh-TW", "help", world.account())
        )
        [(cell, _)] = world.uow.usage_counts.values()
        assert cell.band != "unbound"

    def test_what_is_not_to_be_counted_is_closed_all_the_same(self, world: World) -> None:
        world.inbound.close("e1", kind="follow", outcome="ignored")
        assert world.uow.usage_counts == {}
        assert world.inbound.outcome("e1") == "ignored"
