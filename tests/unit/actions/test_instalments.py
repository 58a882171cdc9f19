"""The guide in the chat: taps, typed answers, corrections, questions in between, and what Rasa may see."""

from __future__ import annotations

from typing import Any

import pytest

from actions.corrections import meant
from nhi_core.adapters.premiums.sandbox import seed
from nhi_core.domain.application import ApplicationState
from nhi_core.wire import ActionReply
from tests.fakes.world import CALENDAR, TODAY, World
from tests.unit.actions.test_actions import Chat

PHONE = "0912345678"


@pytest.fixture
def world() -> World:
    world = World()
    seed(world.uow, TODAY, CALENDAR)
    return world


@pytest.fixture
def chat(world: World) -> Chat:
    chat = Chat(world)
    with world.uow() as uow:
        person = uow.people.by_story("twelve_months")
    assert person is not None
    world.bind(chat.account, person)
    return chat


def says(chat: Chat, verb: str, text: str = "", **values: Any) -> ActionReply:
    """Say a text with its entities where they stand in it."""
    entities = []
    for name, pieces in values.items():
        for value, piece in pieces:
            start = text.index(piece)
            entities.append({"entity": name, "value": value, "start": start, "end": start + len(piece)})
    return chat.ask(verb, text=text, entities=entities)


def taps(chat: Chat, **entities: str) -> ActionReply:
    found = [{"entity": name, "value": value} for name, value in entities.items()]
    return chat.ask("instalment_guide", entities=found)


def at_summary(chat: Chat) -> ActionReply:
    chat.ask("apply_instalment")
    says(chat, "inform", "六期", period_count=[("6", "六期")])
    says(chat, "inform", "失業", reason=[("unemployment", "失業")])
    return chat.ask("inform", secrets={"phone": [PHONE]}, text="[PHONE]")


def test_the_whole_guide_typed_and_confirmed_with_a_yes(world: World, chat: Chat) -> None:
    assert chat.ask("apply_instalment").template == "instalment_terms"
    assert says(chat, "inform", "六期", period_count=[("6", "六期")]).template == "instalment_reason"
    assert says(chat, "inform", "失業", reason=[("unemployment", "失業")]).template == "instalment_contact"
    summary = chat.ask("inform", secrets={"phone": [PHONE]}, text="[PHONE]")
    assert summary.template == "instalment_summary"
    assert chat.view(summary)["contact_masked"] == "0912***678"
    assert chat.ask("affirm").template == "instalment_sent"
    assert world.instalments.status(chat.account).state is ApplicationState.SUBMITTED


def test_the_whole_guide_with_taps(world: World, chat: Chat) -> None:
    chat.ask("apply_instalment")
    says(chat, "inform", "3", period_count=[("3", "3")])
    chat.ask("inform", entities=[{"entity": "reason", "value": "illness"}])
    summary = taps(chat, to="line")
    revision = chat.view(summary)["revision"]
    assert taps(chat, to="back").template == "instalment_contact"
    assert taps(chat, to="terms").template == "instalment_terms"
    # The button of the older summary shows the present one; it confirms nothing.
    again = taps(chat, to="confirm", revision=str(revision))
    assert again.template == "instalment_summary"
    sent = taps(chat, to="confirm", revision=str(chat.view(again)["revision"]))
    assert sent.template == "instalment_sent"


def test_rasa_sees_neither_amount_nor_reason_nor_contact(chat: Chat) -> None:
    reply = at_summary(chat)
    assert reply.args == {}
    for secret in ("9912", PHONE, "unemployment", "0912"):
        assert secret not in reply.model_dump_json()


def test_not_six_but_twelve(chat: Chat) -> None:
    at_summary(chat)
    six, twelve = ("6", "六期"), ("12", "十二期")
    corrected = says(chat, "deny", "不是六期，是十二期", period_count=[six, twelve])
    assert corrected.template == "instalment_summary"
    assert chat.view(corrected)["chosen"]["terms"] == 12
    back = says(chat, "inform", "是六期，不是十二期", period_count=[six, twelve])
    assert chat.view(back)["chosen"]["terms"] == 6


def test_terms_said_with_the_wish_are_not_asked_again(chat: Chat) -> None:
    reply = says(chat, "apply_instalment", "我要分十二期", period_count=[("12", "十二期")])
    assert reply.template == "instalment_reason"


def test_a_question_in_between_does_not_confirm_but_a_yes_goes_on(world: World, chat: Chat) -> None:
    at_summary(chat)
    chat.events.append({"event": "user"})
    chat.events.append({"event": "bot", "data": {"custom": {"template": "ask_arrears_consequence"}}})
    assert chat.ask("affirm").template == "instalment_summary"
    assert world.instalments.status(chat.account).state is None
    assert chat.ask("affirm").template == "instalment_sent"


def test_a_no_at_the_summary_hands_nothing_in(world: World, chat: Chat) -> None:
    at_summary(chat)
    assert chat.ask("deny").template == "instalment_summary"
    assert world.instalments.status(chat.account).state is None


def test_a_line_that_was_not_understood_may_still_answer(chat: Chat) -> None:
    chat.ask("apply_instalment")
    reply = says(chat, "did_you_mean", "嗯嗯 3期 吧", period_count=[("3", "3期")])
    assert reply.template == "instalment_reason"


def test_stop_at_any_time(world: World, chat: Chat) -> None:
    assert chat.ask("stop").template == "stopped"
    at_summary(chat)
    assert chat.ask("stop").template == "instalment_stopped"
    assert taps(chat, to="confirm", revision="4").template == "stale_button"
    assert taps(chat, to="nonsense").template == "stale_button"
    assert says(chat, "inform", "六期", period_count=[("6", "六期")]).template == "inform"
    assert chat.ask("affirm").template == "affirm"


def test_status_and_withdrawal(world: World, chat: Chat) -> None:
    assert chat.ask("query_instalment_status").template == "query_instalment_status"
    assert chat.ask("withdraw_instalment").template == "withdraw_instalment"
    chat.ask("apply_instalment")
    assert chat.ask("query_instalment_status").template == "instalment_terms"
    at_summary(chat)
    chat.ask("affirm")
    assert chat.ask("query_instalment_status").template == "instalment_status"
    assert chat.ask("apply_instalment").template == "instalment_sent"
    assert chat.ask("withdraw_instalment").template == "instalment_withdraw"
    assert taps(chat, to="withdraw").template == "instalment_withdrawn"
    assert taps(chat, to="withdraw").template == "stale_button"


def test_who_is_not_bound_reads_how_it_is_done_and_learns_nothing(world: World) -> None:
    stranger = Chat(world, "U2")
    for verb in ("apply_instalment", "query_instalment_status", "withdraw_instalment"):
        reply = stranger.ask(verb)
        assert (reply.template, reply.ticket) == (verb, None)
    assert taps(stranger, to="confirm", revision="1").template == "stale_button"
    assert stranger.ask("inform").template == "inform"


def test_who_cannot_apply_is_told_why(world: World) -> None:
    chat = Chat(world, "U3")
    with world.uow() as uow:
        person = uow.people.by_story("one_month_late")
    assert person is not None
    world.bind(chat.account, person)
    reply = chat.ask("apply_instalment")
    assert (reply.template, chat.view(reply)["eligibility"]) == ("instalment_not_now", "too_little")


@pytest.mark.parametrize(
    ("text", "pieces", "wanted"),
    [
        ("不是六期，是十二期", ("六期", "十二期"), "十二期"),
        ("十二期，不要六期", ("六期", "十二期"), "十二期"),
        ("not 6 months, 12 months", ("6 months", "12 months"), "12 months"),
        ("12 months, not 6 months", ("12 months", "6 months"), "12 months"),
        ("bukan 6 kali tapi 12 kali", ("6 kali", "12 kali"), "12 kali"),
        ("không phải 6 kỳ mà 12 kỳ", ("6 kỳ", "12 kỳ"), "12 kỳ"),
        ("ไม่ใช่ 6 งวด แต่ 12 งวด", ("6 งวด", "12 งวด"), "12 งวด"),
        ("六期，還是十二期好了", ("六期", "十二期"), "十二期"),
    ],
)
def test_what_is_taken_back_is_not_meant(text: str, pieces: tuple[str, ...], wanted: str) -> None:
    starts = {piece: text.rindex(piece) if piece == "6 kali" else text.index(piece) for piece in pieces}
    if "12 months" in starts and "6 months" in starts:
        starts["6 months"] = text.index("not 6") + 4 if "not 6" in text else text.index("6 months")
    entities = [
        {"entity": "period_count", "value": piece, "start": starts[piece]}
        for piece in sorted(pieces, key=starts.__getitem__)
    ]
    assert meant({"text": text, "entities": entities}, "period_count")[0] == wanted


def test_taking_back_alone_says_nothing() -> None:
    entities = [{"entity": "period_count", "value": "6", "start": 2}]
    assert meant({"text": "不是六期", "entities": entities}, "period_count") == ()
