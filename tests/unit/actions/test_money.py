"""Money answers: the bound person's own figures, the general answer for everybody else."""

from __future__ import annotations

from typing import Any

import pytest

from nhi_core.adapters.premiums.sandbox import seed
from nhi_core.domain.errors import CacheUnavailable
from tests.fakes.world import CALENDAR, TODAY, World
from tests.unit.actions.test_actions import Chat

OWN = {
    "query_payment_history": "payment_history",
    "query_premium_detail": "premium_detail",
    "query_subsidy": "subsidy",
    "ask_due_date": "due_dates",
    "ask_posting_delay": "postings",
    "request_refund": "refunds",
    "query_unit_arrears": "unit_arrears",
}


@pytest.fixture
def world() -> World:
    world = World()
    seed(world.uow, TODAY, CALENDAR)
    return world


def bound(world: World, story: str) -> Chat:
    chat = Chat(world)
    with world.uow() as uow:
        person = uow.people.by_story(story)
    assert person is not None
    world.bind(chat.account, person)
    return chat


@pytest.mark.parametrize("verb", OWN)
def test_a_stranger_gets_the_general_answer_and_no_figures(world: World, verb: str) -> None:
    reply = Chat(world).ask(verb)
    assert (reply.template, reply.ticket, reply.args) == (verb, None, {})


@pytest.mark.parametrize(("verb", "template"), OWN.items())
def test_a_bound_person_gets_the_own_answer_behind_a_ticket(world: World, verb: str, template: str) -> None:
    chat = bound(world, "paid_up")
    reply = chat.ask(verb)
    assert (reply.template, reply.args) == (template, {})
    assert chat.view(reply)["person_masked"] == "王O明"


def entity(**values: str) -> list[dict[str, Any]]:
    return [{"entity": name, "value": value} for name, value in values.items()]


def test_a_button_turns_the_page(world: World) -> None:
    chat = bound(world, "paid_up")
    view = chat.view(chat.ask("query_payment_history", entities=entity(year="2026", page="2")))
    assert (view["year"], view["page"], len(view["entries"])) == ("2026", 2, 2)


@pytest.mark.parametrize(
    "values", [{"year": "abcd", "page": "-1"}, {"year": "99999", "page": "٣"}, {"page": "0"}]
)
def test_a_page_that_makes_no_sense_is_the_first(world: World, values: dict[str, str]) -> None:
    chat = bound(world, "paid_up")
    view = chat.view(chat.ask("query_payment_history", entities=entity(**values)))
    assert (view["year"], view["page"]) == ("2026", 1)


def test_a_named_month_is_taken_apart(world: World) -> None:
    chat = bound(world, "paid_up")
    view = chat.view(chat.ask("query_premium_detail", entities=entity(roc_month="2026-05")))
    assert view["month"] == "2026-05"
    newest = chat.view(chat.ask("query_premium_detail", entities=entity(roc_month="nonsense")))
    assert newest["month"] == "2026-08"


def test_the_chart_comes_by_an_address_of_its_own(world: World) -> None:
    chat = bound(world, "paid_up")
    view = chat.view(chat.ask("query_payment_history"))
    assert view["picture_embeds"]
    token = view["picture"].rsplit("/", 1)[1]
    assert world.pictures.year_of(token).account_id == chat.account


def test_without_redis_for_the_picture_the_figures_still_come(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object) -> None:
        raise CacheUnavailable

    chat = bound(world, "paid_up")
    monkeypatch.setattr(world.pictures, "offer_year", away)
    view = chat.view(chat.ask("query_payment_history"))
    assert (view["picture"], view["count"]) == (None, 6)
