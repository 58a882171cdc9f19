"""Promotion reports and group activity in words: for clerks, and kindly explained to everybody else."""

from __future__ import annotations

import pytest

from actions.promotion import QueryGroupActivity, ReportPromotion
from tests.fakes.world import World
from tests.unit.actions.test_actions import BY_VERB, Chat


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def chat(world: World, monkeypatch: pytest.MonkeyPatch) -> Chat:
    for action in (ReportPromotion, QueryGroupActivity):
        monkeypatch.setitem(BY_VERB, action.verb, action)
    return Chat(world)


def test_a_clerk_is_asked_for_photos_and_later_shown_where_one_is(world: World, chat: Chat) -> None:
    world.make_clerk(chat.account, world.add_office())
    reply = chat.ask("report_promotion")
    assert reply.template == "promotion_waiting"
    assert "鳳山" not in reply.model_dump_json()
    opened = chat.view(reply)
    world.promotion.take(chat.account, "m1")
    again = chat.ask("report_promotion")
    assert again.template == "promotion_theme"
    assert chat.view(again)["id"] == opened["id"]


def test_citizens_and_editors_read_whom_it_is_for(world: World, chat: Chat) -> None:
    assert chat.ask("report_promotion").template == "report_promotion"
    assert chat.ask("query_group_activity").template == "query_group_activity"
    world.make_clerk(chat.account)
    assert chat.ask("report_promotion").template == "report_promotion"


def test_clerks_and_editors_see_the_group_s_months(world: World, chat: Chat) -> None:
    world.make_clerk(chat.account, world.add_office())
    reply = chat.ask("query_group_activity")
    assert reply.template == "group_activity"
    view = chat.view(reply)
    assert (len(view["months"]), view["office"]) == (3, "高雄市鳳山區公所")
    editor = Chat(world, "U2")
    world.make_clerk(editor.account)
    assert editor.view(editor.ask("query_group_activity"))["office"] == ""
