"""E-slips in the chat: a page for the bound person, two taps to end, and nothing typed here counts."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from bot.rendering import render
from bot.rendering.store import template_names
from nhi_core.domain.eslip import Holder
from nhi_core.services.outbox import OutboxService
from nhi_core.wire import LANGUAGES, ActionReply
from tests.factories import canary
from tests.factories.domain import make_bill, make_payment, make_person
from tests.fakes.world import World
from tests.unit.actions.test_actions import Chat

VERBS = ("subscribe_eslip", "cancel_eslip", "download_slip")
ADDRESS, PASSWORD = "siti@mail.example", "Sawah-Hijau-7"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def chat(world: World) -> Chat:
    return Chat(world)


@pytest.fixture
def bound(world: World, chat: Chat) -> Chat:
    person = world.add_person(dataclasses.replace(make_person(), number=canary.NATIONAL_ID, name=canary.NAME))
    with world.uow() as uow:
        uow.bills.add_all([make_bill(826, date(2026, 9, 30), payer_id=person.id, key="bill")])
        uow.commit()
    world.bind(chat.account, person)
    return chat


def subscribe(chat: Chat) -> None:
    """Go through the page."""
    eslips = chat.world.eslips
    url = eslips.offer(chat.account, "en").url
    token = url.rpartition("/")[2].partition("?")[0]
    eslips.request(token, email=ADDRESS, password=PASSWORD, holder=Holder.PERSON, language="en")
    with chat.world.uow() as uow:
        binding = uow.bindings.bound_of_account(chat.account)
        assert binding is not None
        code = uow.eslips.live_of_person(binding.person_id)[0].code
    assert code is not None
    eslips.confirm(token, Holder.PERSON, code)


@pytest.mark.parametrize("verb", VERBS)
def test_a_stranger_gets_the_general_answer(chat: Chat, verb: str) -> None:
    reply = chat.ask(verb)
    assert (reply.template, reply.ticket, reply.args) == (verb, None, {})


def test_the_bound_person_gets_a_page_and_not_a_question(bound: Chat) -> None:
    reply = bound.ask("subscribe_eslip")
    assert (reply.template, reply.args) == ("eslip_page", {})
    view = bound.view(reply)
    assert view["url"].startswith("https://counter.example.test/eslip/")
    assert (view["subscribed"], view["email_masked"]) == (False, "")


def test_an_address_typed_in_the_chat_changes_nothing(bound: Chat) -> None:
    entities = [{"entity": "email", "value": ADDRESS}]
    bound.ask("subscribe_eslip", entities=entities, text=f"寄到 {ADDRESS}")
    with bound.world.uow() as uow:
        assert uow.mails.counts() == {}
    assert not bound.world.eslips.offer(bound.account, "en").subscribed


def test_where_things_stand_is_shown_masked(bound: Chat) -> None:
    subscribe(bound)
    view = bound.view(bound.ask("subscribe_eslip"))
    assert (view["subscribed"], view["email_masked"]) == (True, "si***@mail.example")
    assert (view["first_slip"], view["reaches"]) == ("2026-10", "2026-10")


def test_two_taps_end_it(bound: Chat) -> None:
    subscribe(bound)
    asked = bound.ask("cancel_eslip")
    assert asked.template == "eslip_cancel"
    assert bound.world.eslips.offer(bound.account, "en").subscribed, "one tap ends nothing"
    assert bound.ask("confirm_cancel_eslip").template == "eslip_cancelled"
    assert not bound.world.eslips.offer(bound.account, "en").subscribed
    # A second tap, and asking once more.
    assert bound.ask("confirm_cancel_eslip").template == "eslip_page"
    assert bound.ask("cancel_eslip").template == "cancel_eslip"


@pytest.mark.parametrize(
    ("word", "template", "kept"), [("affirm", "eslip_cancelled", 0), ("deny", "stopped", 1)]
)
def test_a_typed_yes_or_no_under_the_question_counts(
    bound: Chat, word: str, template: str, kept: int
) -> None:
    subscribe(bound)
    bound.ask("cancel_eslip")
    assert bound.ask(word).template == template
    assert bound.world.eslips.offer(bound.account, "en").subscribed == bool(kept)


def test_a_stranger_cannot_confirm(chat: Chat) -> None:
    assert chat.ask("confirm_cancel_eslip").template == "not_bound"


def test_todays_slip_is_a_page(bound: Chat) -> None:
    reply = bound.ask("download_slip")
    assert reply.template == "eslip_download"
    view = bound.view(reply)
    assert (view["total"], view["until"]) == (826, "2026-09-30")
    assert "/slip?lang=zh-TW" in view["url"]


def test_with_nothing_to_pay_it_says_so(bound: Chat) -> None:
    with bound.world.uow() as uow:
        binding = uow.bindings.bound_of_account(bound.account)
        assert binding is not None
        (bill,) = uow.bills.of_payer(binding.person_id)
        uow.bills.add_payments([make_payment(bill, 826, date(2026, 9, 1))])
        uow.commit()
    reply = bound.ask("download_slip")
    assert (reply.template, reply.args) == ("pay_not_now", {"why": "nothing"})


def test_where_no_e_mail_is_sent_none_is_offered(bound: Chat) -> None:
    world = bound.world
    world.outbox = OutboxService(world.uow, world.clock, world.ids, None)
    assert bound.ask("subscribe_eslip").template == "subscribe_eslip"


def test_what_the_engine_carries_is_not_personal(bound: Chat) -> None:
    subscribe(bound)
    for verb in (*VERBS, "confirm_cancel_eslip"):
        reply = bound.ask(verb)
        carried = reply.model_dump_json()
        for secret in (ADDRESS, "mail.example", "826", "http", canary.NAME, canary.NATIONAL_ID):
            assert secret not in carried


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_can_be_shown(bound: Chat, language: str) -> None:
    subscribe(bound)
    for verb in (*VERBS, "confirm_cancel_eslip"):
        reply: ActionReply = bound.ask(verb)
        assert reply.template in template_names()
        assert render(reply.template, bound.view(reply), language=language, session="s")
