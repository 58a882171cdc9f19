"""Custom actions: the turn decides, not the words; the personal is behind a ticket; they always answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CounterAction
from actions.registry import ACTIONS
from nhi_core.domain.accounts import AccountKind, CodePurpose
from nhi_core.domain.errors import StoreUnavailable, TurnClosed
from nhi_core.wire import ActionReply
from tests.factories import canary
from tests.factories.domain import make_bill, make_person
from tests.fakes.world import World

BY_VERB = {action.verb: action for action in ACTIONS}


class Chat:
    """One account's chat with the actions."""

    def __init__(self, world: World, user: str = "U1") -> None:
        self.world = world
        self.account = world.account(user)
        self.events: list[dict[str, Any]] = []

    def tracker(self, turn: str, **message: Any) -> Tracker:
        latest = {"metadata": {"turn": turn}, "entities": [], "intent_ranking": [], **message}
        self.events.append({"event": "user"})
        return Tracker("conversation", {}, latest, list(self.events), False, None, {}, None)

    def ask(
        self, verb: str, *, secrets: Mapping[str, list[str]] | None = None, **message: Any
    ) -> ActionReply:
        """Run an action in a fresh turn; keep the turn for `view`."""
        self.turn = self.world.turns.begin(self.account, language="zh-TW", secrets=secrets)
        dispatcher = CollectingDispatcher()
        action: CounterAction = BY_VERB[verb](self.world)  # type: ignore[arg-type]
        action.run(dispatcher, self.tracker(self.turn, **message), {})
        [said] = dispatcher.messages
        self.events.append({"event": "bot", "data": {"custom": said["custom"]}})
        return ActionReply.model_validate(said["custom"])

    def view(self, reply: ActionReply) -> Mapping[str, Any]:
        assert reply.ticket is not None
        return self.world.tickets.redeem(reply.ticket, turn=self.turn)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def chat(world: World) -> Chat:
    return Chat(world)


def owing(world: World, number: str = canary.NATIONAL_ID, name: str = canary.NAME) -> Any:
    person = world.add_person(dataclasses.replace(make_person(), number=number, name=name))
    with world.uow() as uow:
        uow.bills.add_all([make_bill(payer_id=person.id, amount=canary.AMOUNT, due=date(2026, 7, 31))])
        uow.commit()
    return person


def test_a_stranger_learns_nothing_about_anybody(world: World, chat: Chat) -> None:
    owing(world)
    for verb in ("query_arrears", "estimate_late_fee"):
        reply = chat.ask(verb, entities=[{"entity": "amount", "value": "1"}], text=canary.NATIONAL_ID)
        assert (reply.template, reply.ticket, reply.args) == ("not_bound", None, {})


def test_the_reply_that_rasa_sees_holds_neither_name_nor_amount(world: World, chat: Chat) -> None:
    world.bind(chat.account, owing(world))
    reply = chat.ask("query_arrears")
    seen = reply.model_dump_json()
    assert canary.NAME not in seen
    assert str(canary.AMOUNT) not in seen
    assert chat.view(reply)["premium_total"] == canary.AMOUNT


def test_a_ticket_is_worth_nothing_to_another_account(world: World, chat: Chat) -> None:
    world.bind(chat.account, owing(world))
    reply = chat.ask("query_arrears")
    other = world.turns.begin(world.account("U2"), language="zh-TW")
    with pytest.raises(TurnClosed):
        world.tickets.redeem(reply.ticket or "", turn=other)
    assert chat.view(reply)["premium_total"] == canary.AMOUNT


@pytest.mark.parametrize("metadata", [None, {}, {"turn": ""}, {"turn": "forged-token-0123456789"}])
def test_without_an_open_turn_there_is_no_account(world: World, chat: Chat, metadata: Any) -> None:
    world.bind(chat.account, owing(world))
    dispatcher = CollectingDispatcher()
    tracker = Tracker(
        chat.account, {"account_id": chat.account}, {"metadata": metadata}, [], False, None, {}, None
    )
    BY_VERB["query_arrears"](world).run(dispatcher, tracker, {})  # type: ignore[arg-type]
    [said] = dispatcher.messages
    assert said["custom"]["template"] == "apology"
    assert said["custom"]["ticket"] is None


def test_a_code_leads_to_a_masked_proposal_and_the_word_yes_confirms_it(world: World, chat: Chat) -> None:
    person = owing(world)
    assert chat.ask("bind_account").template == "bind_ask_code"
    asked = chat.ask("bind_account", secrets={"code": [world.code_for(person)]})
    assert asked.template == "bind_confirm"
    assert person.name not in str(chat.view(asked))
    assert chat.ask("affirm").template == "bind_done"
    assert world.bindings.status(chat.account).bound


def test_no_cancels_the_proposal(world: World, chat: Chat) -> None:
    chat.ask("bind_account", secrets={"code": [world.code_for(owing(world))]})
    assert chat.ask("deny").template == "bind_cancelled"
    assert chat.ask("confirm_binding").template == "bind_expired"
    assert not world.bindings.status(chat.account).bound


def test_yes_without_a_question_changes_nothing(world: World, chat: Chat) -> None:
    world.bind(chat.account, owing(world))
    assert chat.ask("affirm").template == "affirm"
    assert world.bindings.status(chat.account).bound


def test_unbinding_asks_once_and_yes_does_it(world: World, chat: Chat) -> None:
    world.bind(chat.account, owing(world))
    assert chat.ask("unbind_account").template == "unbind_confirm"
    assert world.bindings.status(chat.account).bound
    assert chat.ask("affirm").template == "unbind_done"
    assert not world.bindings.status(chat.account).bound
    assert chat.ask("confirm_unbind").template == "not_bound"


def test_a_no_to_unbinding_keeps_it(world: World, chat: Chat) -> None:
    world.bind(chat.account, owing(world))
    chat.ask("unbind_account")
    assert chat.ask("deny").template == "stopped"
    assert chat.ask("affirm").template == "affirm"
    assert world.bindings.status(chat.account).bound


def test_a_bad_code_and_too_many_of_them(world: World, chat: Chat) -> None:
    templates = [chat.ask("bind_account", secrets={"code": ["ABCD2345"]}).template for _ in range(6)]
    assert templates == ["bind_refused"] * 5 + ["bind_too_many"]


def test_a_clerks_code_asks_for_the_name(world: World, chat: Chat) -> None:
    code = world.bindings.issue_code(world.add_office().code, CodePurpose.CLERK).code
    assert chat.ask("bind_account", secrets={"code": [code]}).template == "clerk_ask_name"
    assert world.conversations.open("line", "U1").kind is AccountKind.CLERK


def test_a_clerk_bound_to_nobody_leaves_the_office_by_unbinding(world: World, chat: Chat) -> None:
    world.make_clerk(chat.account, world.add_office())
    asked = chat.ask("unbind_account")
    assert asked.template == "clerk_leave"
    assert chat.view(asked)["office"] == "高雄市鳳山區公所"
    assert chat.ask("deny").template == "stopped"
    assert world.clerks.of_account(chat.account) is not None
    chat.ask("unbind_account")
    assert chat.ask("affirm").template == "clerk_left"
    assert world.clerks.of_account(chat.account) is None
    assert chat.ask("unbind_account").template == "not_bound"


def test_a_clerk_who_is_bound_unbinds_the_person_alone(world: World, chat: Chat) -> None:
    world.make_clerk(chat.account, world.add_office())
    world.bind(chat.account, owing(world))
    assert chat.ask("unbind_account").template == "unbind_confirm"
    assert chat.ask("affirm").template == "unbind_done"
    assert world.clerks.of_account(chat.account) is not None


def test_a_transfer_by_code_says_where_to(world: World, chat: Chat) -> None:
    world.make_clerk(chat.account, world.add_office())
    other = world.add_office("PT-KANDING", "屏東縣崁頂鄉公所", 4)
    code = world.offices.invite(other.code, staff="s").code
    moved = chat.ask("bind_account", secrets={"code": [code]})
    assert (moved.template, chat.view(moved)["office"]) == ("clerk_moved", "屏東縣崁頂鄉公所")


def test_the_late_fee_is_for_the_day_that_was_picked(world: World, chat: Chat) -> None:
    world.bind(chat.account, owing(world))
    picked = chat.ask("estimate_late_fee", entities=[{"entity": "date", "value": "2026-09-20"}])
    assert chat.view(picked)["pay_on"] == "2026-09-20"
    unreadable = chat.ask("estimate_late_fee", entities=[{"entity": "date", "value": "下個月五號"}])
    assert chat.view(unreadable)["pay_on"] == "2026-09-10"
    past = chat.ask("estimate_late_fee", entities=[{"entity": "date", "value": "2020-01-01"}])
    assert past.template == "date_out_of_range"


def test_a_day_just_over_is_one_that_was_mentioned_not_one_to_pay_on(world: World, chat: Chat) -> None:
    world.bind(chat.account, owing(world))
    mentioned = chat.ask("estimate_late_fee", entities=[{"entity": "date", "value": "2026-09-09"}])
    assert chat.view(mentioned)["pay_on"] == "2026-09-10"
    both = [{"entity": "date", "value": day} for day in ("2026-09-09", "2026-09-20")]
    assert chat.view(chat.ask("estimate_late_fee", entities=both))["pay_on"] == "2026-09-20"


def test_two_guesses_then_a_person(chat: Chat) -> None:
    ranking = [
        {"name": "nlu_fallback", "confidence": 0.5},
        {"name": "query_arrears", "confidence": 0.3},
        {"name": "inform", "confidence": 0.2},
        {"name": "ask_due_date", "confidence": 0.1},
        {"name": "greet", "confidence": 0.05},
    ]
    first = chat.ask("did_you_mean", intent_ranking=ranking)
    assert (first.template, first.args) == ("did_you_mean", {"intents": ["query_arrears", "ask_due_date"]})
    assert chat.ask("did_you_mean", intent_ranking=ranking).template == "talk_to_person"


def test_with_nothing_to_guess_the_menu_is_shown(chat: Chat) -> None:
    assert chat.ask("did_you_mean").template == "fallback"


def test_the_language_is_kept_and_only_ours_are_taken(world: World, chat: Chat) -> None:
    chosen = chat.ask("change_language", entities=[{"entity": "language", "value": "vi"}])
    assert (chosen.template, chosen.args) == ("language_changed", {"language": "vi"})
    assert world.conversations.open("line", "U1").language == "vi"
    assert (
        chat.ask("change_language", entities=[{"entity": "language", "value": "xx"}]).template
        == "change_language"
    )


def test_an_error_nobody_thought_of_is_still_an_answer(
    world: World, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_account: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(world.arrears, "summary", broken)
    assert chat.ask("query_arrears").template == "apology"


def test_a_database_that_is_away_is_an_apology(
    world: World, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_account: str) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(world.arrears, "summary", away)
    assert chat.ask("query_arrears").template == "apology"
