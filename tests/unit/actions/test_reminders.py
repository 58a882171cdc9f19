"""Reminders in the chat: opt-in by taps, stopped by one, and nothing for a stranger."""

from __future__ import annotations

import pytest

from nhi_core.wire import ActionReply
from tests.factories import canary
from tests.fakes.world import World
from tests.unit.actions.test_actions import Chat, owing


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def chat(world: World) -> Chat:
    chat = Chat(world)
    world.bind(chat.account, owing(world))
    return chat


def taps(chat: Chat, to: str) -> ActionReply:
    return chat.ask("set_reminder", entities=[{"entity": "to", "value": to}])


def on(chat: Chat, reply: ActionReply) -> list[str]:
    return [one["kind"] for one in chat.view(reply)["kinds"] if one["on"]]


def test_asking_shows_the_switches_and_turns_nothing_on(chat: Chat) -> None:
    reply = chat.ask("subscribe_reminder")
    assert (reply.template, reply.args) == ("reminder_settings", {})
    assert on(chat, reply) == []
    assert canary.NAME not in reply.model_dump_json()


def test_taps_switch_choose_and_switch_off(chat: Chat) -> None:
    assert on(chat, taps(chat, "on_deadline")) == ["deadline"]
    assert on(chat, taps(chat, "on_posting")) == ["deadline", "posting"]
    view = chat.view(taps(chat, "days_7"))
    assert (view["lead_days"], view["other_lead_days"]) == (7, [3])
    assert chat.view(taps(chat, "time_evening"))["time_of_day"] == "evening"
    assert on(chat, taps(chat, "off_deadline")) == ["posting"]


def test_one_tap_stops_everything_and_the_choices_stay(chat: Chat) -> None:
    taps(chat, "on_deadline")
    taps(chat, "days_7")
    assert taps(chat, "stop").template == "reminders_off"
    assert taps(chat, "stop").template == "reminders_off"
    shown = chat.ask("subscribe_reminder")
    view = chat.view(shown)
    assert (view["any_on"], view["lead_days"]) == (False, 7)


def test_stopping_in_words_offers_what_is_on(chat: Chat) -> None:
    assert chat.ask("unsubscribe_reminder").template == "reminders_off"
    taps(chat, "on_instalment")
    reply = chat.ask("unsubscribe_reminder")
    assert reply.template == "reminder_stop"
    assert on(chat, reply) == ["instalment"]


@pytest.mark.parametrize(
    "to", ["", "on", "on_gossip", "days_5", "days_x", "time_midnight", "sell_everything"]
)
def test_a_button_that_was_never_ours_says_so(chat: Chat, to: str) -> None:
    assert taps(chat, to).template == "stale_button"


def test_a_stranger_reads_what_there_is_and_how_to_bind(world: World) -> None:
    stranger = Chat(world, "U2")
    assert stranger.ask("subscribe_reminder").template == "subscribe_reminder"
    assert stranger.ask("unsubscribe_reminder").template == "unsubscribe_reminder"
    assert taps(stranger, "on_deadline").template == "not_bound"
    # The button of an old push, after unbinding: nothing comes any more, and that is what is said.
    assert taps(stranger, "stop").template == "reminders_off"
