"""The money cards with what the services really give, story by story, and samples of the same shape."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bot.rendering import render
from bot.rendering.store import samples
from line_sandbox.validation import check_request
from nhi_core.adapters.premiums.sandbox import STORIES, seed
from nhi_core.services.history import PaymentHistoryView
from nhi_core.services.premium_details import PremiumDetailView, SubsidyView
from nhi_core.services.standing import DueDatesView, PostingView, RefundView, UnitArrearsView
from nhi_core.services.views import to_json
from nhi_core.wire import LANGUAGES
from tests.contract.templates.gallery import SESSION
from tests.fakes.world import CALENDAR, TODAY, World

SHAPES: dict[str, type[Any]] = {
    "payment_history": PaymentHistoryView,
    "premium_detail": PremiumDetailView,
    "subsidy": SubsidyView,
    "due_dates": DueDatesView,
    "postings": PostingView,
    "refunds": RefundView,
    "unit_arrears": UnitArrearsView,
}


@pytest.fixture(scope="module")
def seeded() -> World:
    world = World()
    seed(world.uow, TODAY, CALENDAR)
    return world


@pytest.mark.parametrize("story", [story.key for story in STORIES])
def test_every_household_gets_every_money_answer(seeded: World, story: str) -> None:
    account = seeded.account(story)
    with seeded.uow() as uow:
        person = uow.people.by_story(story)
    assert person is not None
    seeded.bind(account, person)
    views = {
        "payment_history": seeded.history.year(account),
        "premium_detail": seeded.premium_details.of_month(account),
        "subsidy": seeded.premium_details.subsidies(account),
        "due_dates": seeded.standing.due_dates(account),
        "postings": seeded.standing.postings(account),
        "refunds": seeded.standing.refunds(account),
        "unit_arrears": seeded.standing.units(account),
    }
    assert views.keys() == SHAPES.keys()
    for template, view in views.items():
        for language in LANGUAGES:
            messages = render(template, to_json(view), language=language, session=SESSION)
            check_request("ReplyMessageRequest", {"replyToken": "0" * 32, "messages": messages})


@pytest.mark.parametrize(("name", "view"), SHAPES.items())
def test_samples_have_the_shape_of_the_views(name: str, view: type[Any]) -> None:
    for sample in samples(name):
        assert sample.data.keys() == {field.name for field in dataclasses.fields(view)}, sample.name


def test_a_picture_is_embedded_over_https_and_linked_otherwise() -> None:
    by_name = {sample.name: sample.data for sample in samples("payment_history")}
    [embedded] = render("payment_history", by_name["six_months"], language="en", session=SESSION)
    [linked] = render("payment_history", by_name["second_page"], language="en", session=SESSION)
    assert embedded["contents"]["hero"]["url"].startswith("https://")
    assert "hero" not in linked["contents"]
    uris = [button["action"].get("uri", "") for button in linked["contents"]["footer"]["contents"]]
    assert by_name["second_page"]["picture"] in uris
