"""Misses, stopping, going back, languages."""

from __future__ import annotations

import pytest

from nhi_core.adapters.premiums.sandbox import seed
from tests.factories.domain import make_person
from tests.fakes.world import CALENDAR, TODAY, World
from tests.unit.actions.test_actions import Chat


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def chat(world: World) -> Chat:
    return Chat(world)


def ranked(**shares: float) -> list[dict[str, object]]:
    return [{"name": name, "confidence": share} for name, share in shares.items()]


def test_a_miss_offers_the_two_likeliest_wishes(chat: Chat) -> None:
    ranking = ranked(nlu_fallback=0.2, query_arrears=0.2, inform=0.15, pay_premium=0.1, find_office=0.05)
    reply = chat.ask("did_you_mean", intent_ranking=ranking)
    assert (reply.template, reply.args) == ("did_you_mean", {"intents": ["query_arrears", "pay_premium"]})


def test_a_shot_in_the_dark_is_no_guess(chat: Chat) -> None:
    ranking = ranked(nlu_fallback=0.03, query_arrears=0.03, pay_premium=0.02)
    assert chat.ask("did_you_mean", intent_ranking=ranking).template == "fallback"


def test_after_a_miss_on_top_of_a_miss_comes_a_person(chat: Chat) -> None:
    ranking = ranked(nlu_fallback=0.2, query_arrears=0.2)
    assert chat.ask("did_you_mean", intent_ranking=ranking).template == "did_you_mean"
    second = chat.ask("did_you_mean", intent_ranking=ranking)
    assert (second.template, second.args) == ("talk_to_person", {"after_misses": True})
    # The person was offered: a third miss begins anew.
    assert chat.ask("did_you_mean", intent_ranking=ranking).template == "did_you_mean"


def test_an_understood_line_in_between_forgives_the_miss(chat: Chat) -> None:
    ranking = ranked(nlu_fallback=0.2, query_arrears=0.2)
    chat.ask("did_you_mean", intent_ranking=ranking)
    chat.ask("query_arrears")
    assert chat.ask("did_you_mean", intent_ranking=ranking).template == "did_you_mean"


def test_stop_drops_a_binding_that_was_not_confirmed(world: World, chat: Chat) -> None:
    person = world.add_person(make_person())
    chat.ask("bind_account", secrets={"code": [world.code_for(person)]})
    assert world.bindings.status(chat.account).pending
    assert chat.ask("stop").template == "stopped"
    assert not world.bindings.status(chat.account).pending
    assert chat.ask("affirm").template == "affirm"
    assert not world.bindings.status(chat.account).bound


def test_stop_leaves_a_binding_alone(world: World, chat: Chat) -> None:
    world.bind(chat.account, world.add_person(make_person()))
    assert chat.ask("stop").template == "stopped"
    assert world.bindings.status(chat.account).bound


BACK = [{"entity": "to", "value": "back_word"}]


def test_the_word_back_leads_one_step_back_in_the_guide(world: World, chat: Chat) -> None:
    seed(world.uow, TODAY, CALENDAR)
    with world.uow() as uow:
        person = uow.people.by_story("twelve_months")
    assert person is not None
    world.bind(chat.account, person)
    chat.ask("apply_instalment")
    chat.ask("inform", text="六期", entities=[{"entity": "period_count", "value": "6", "start": 0, "end": 2}])
    assert chat.ask("instalment_guide", entities=BACK).template == "instalment_terms"


def test_the_word_back_outside_a_guide_leads_to_the_beginning(chat: Chat) -> None:
    assert chat.ask("instalment_guide", entities=BACK).template == "help"


@pytest.mark.parametrize("language", ["zh-TW", "en", "id", "vi", "th"])
def test_a_named_language_is_chosen(world: World, chat: Chat, language: str) -> None:
    reply = chat.ask("change_language", entities=[{"entity": "language", "value": language}])
    assert (reply.template, reply.args) == ("language_changed", {"language": language})
    view = world.conversations.open("line", "U1")
    assert (view.language, view.language_chosen) == (language, True)


def test_a_language_we_do_not_speak_offers_those_we_do(chat: Chat) -> None:
    reply = chat.ask("change_language", entities=[{"entity": "language", "value": "fr"}])
    assert reply.template == "change_language"
