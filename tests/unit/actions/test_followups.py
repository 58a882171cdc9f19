"""What was shown last answers the follow-up: in five languages, for half an hour, for one conversation."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from actions.base import Answer
from actions.references import asks_to_split, goes_on, points_back
from nhi_core.adapters.premiums.sandbox import seed
from nhi_core.domain.people import Person
from nhi_core.domain.roc import PremiumMonth
from nhi_core.wire import ActionReply
from tests.factories.domain import make_bill, make_person
from tests.fakes.world import CALENDAR, TODAY, World
from tests.unit.actions.test_actions import Chat

JUNE, JULY = PremiumMonth(2026, 6), PremiumMonth(2026, 7)
FIFTH = ("date", "2026-10-05")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def person(world: World) -> Person:
    """Somebody with two late bills; today is 2026-09-10."""
    person = world.add_person(make_person())
    with world.uow() as uow:
        for month, due in ((JUNE, date(2026, 7, 31)), (JULY, date(2026, 8, 31))):
            bill = make_bill(payer_id=person.id, month=month, due=due, amount=826)
            uow.bills.add_all([dataclasses.replace(bill, id=f"bill-{month.iso}")])
        uow.commit()
    return person


@pytest.fixture
def chat(world: World, person: Person) -> Chat:
    chat = Chat(world)
    world.bind(chat.account, person)
    return chat


def says(chat: Chat, verb: str, text: str, *values: tuple[str, str]) -> ActionReply:
    """Say a line that the dialogue engine took for `verb`, with the values it found."""
    return chat.ask(verb, text=text, entities=[{"entity": name, "value": value} for name, value in values])


DAY_AFTER_A_BILL = [
    ("那如果下個月五號繳呢", "inform"),
    ("那下個月五號呢", "did_you_mean"),
    ("如果十月五號才繳", "pay_premium"),
    ("下個月五號", "inform"),
    ("what about the 5th of next month", "did_you_mean"),
    ("and if i pay it on october 5", "pay_premium"),
    ("kalau tanggal 5 bulan depan", "inform"),
    ("kalau bayar itu tanggal 5", "ask_due_date"),
    ("còn ngày 5 tháng sau thì sao", "out_of_scope"),
    ("nếu mùng 5 tháng sau mới đóng", "pay_premium"),
    ("แล้ววันที่ 5 เดือนหน้าล่ะ", "did_you_mean"),
    ("ถ้าจ่ายวันที่ 5 ล่ะคะ", "pay_premium"),
]


@pytest.mark.parametrize(("text", "taken_for"), DAY_AFTER_A_BILL)
@pytest.mark.parametrize("shown", ["estimate_late_fee", "query_arrears"])
def test_a_day_after_a_bill_is_another_estimate(chat: Chat, text: str, taken_for: str, shown: str) -> None:
    chat.ask(shown)
    reply = says(chat, taken_for, text, FIFTH)
    assert reply.template == "late_fee_estimate"
    assert chat.view(reply)["pay_on"] == "2026-10-05"


def test_days_may_follow_one_another(chat: Chat) -> None:
    chat.ask("estimate_late_fee")
    for day in ("2026-10-05", "2026-10-20", "2026-11-01"):
        reply = says(chat, "inform", "那這天呢", ("date", day))
        assert chat.view(reply)["pay_on"] == day


def test_a_day_that_is_over_is_no_day_to_pay_on(chat: Chat) -> None:
    chat.ask("query_arrears")
    assert says(chat, "inform", "那九月五號呢", ("date", "2026-09-05")).template == "inform"


CAN_IT_BE_SPLIT = [
    "這筆可以分期嗎",
    "那可以分期嗎",
    "那張能不能分六期繳",
    "can that be paid in installments",
    "and can i split it",
    "itu bisa dicicil?",
    "kalau itu boleh diangsur ga",
    "cái đó trả góp được không",
    "còn khoản này có thể trả góp không",
    "อันนั้นผ่อนได้ไหม",
    "แล้วแบ่งจ่ายได้มั้ย",
]


@pytest.mark.parametrize("text", CAN_IT_BE_SPLIT)
@pytest.mark.parametrize("taken_for", ["ask_instalment_rules", "did_you_mean", "apply_instalment"])
def test_whether_this_can_be_split_is_told_of_this(chat: Chat, text: str, taken_for: str) -> None:
    chat.ask("query_arrears")
    # Two bills are too little for a plan (or enough): either way it is this person's sum that is judged.
    assert says(chat, taken_for, text).template in {"instalment_not_now", "instalment_terms"}


def test_a_question_about_the_rules_stays_one(chat: Chat) -> None:
    chat.ask("query_arrears")
    assert says(chat, "ask_instalment_rules", "那分期要利息嗎").template == "ask_instalment_rules"
    assert says(chat, "ask_instalment_rules", "分期有什麼條件").template == "ask_instalment_rules"


WHEN_IS_IT_DUE = [
    "那它什麼時候到期",
    "這張最晚哪天要繳",
    "when is that one due",
    "itu jatuh temponya kapan",
    "cái đó hạn đến khi nào",
    "อันนั้นครบกำหนดเมื่อไหร่",
]


@pytest.mark.parametrize("text", WHEN_IS_IT_DUE)
def test_it_is_the_month_that_was_shown(chat: Chat, text: str) -> None:
    shown = says(chat, "query_premium_detail", "7月的保費怎麼算", ("roc_month", "2026-07"))
    assert chat.view(shown)["month"] == "2026-07"
    due = chat.view(says(chat, "ask_due_date", text))
    assert [group["months"] for group in (*due["upcoming"], *due["overdue"])] == [["2026-07"]]
    fee = chat.view(says(chat, "estimate_late_fee", "那滯納金呢"))
    assert [bill["month"] for bill in fee["bills"]] == ["2026-07"]


def test_without_pointing_everything_is_meant(chat: Chat) -> None:
    says(chat, "query_premium_detail", "7月的保費怎麼算", ("roc_month", "2026-07"))
    due = chat.view(says(chat, "ask_due_date", "我什麼時候要繳"))
    assert [group["months"] for group in (*due["overdue"], *due["upcoming"])] == [["2026-06"], ["2026-07"]]


def test_a_month_that_is_said_beats_the_one_shown(chat: Chat) -> None:
    says(chat, "query_premium_detail", "7月的保費怎麼算", ("roc_month", "2026-07"))
    other = says(chat, "inform", "那6月呢", ("roc_month", "2026-06"))
    assert (other.template, chat.view(other)["month"]) == ("premium_detail", "2026-06")
    chat.ask("ask_due_date")
    due = chat.view(says(chat, "did_you_mean", "那6月的呢", ("roc_month", "2026-06")))
    assert [group["months"] for group in due["overdue"]] == [["2026-06"]]


POINTS_ONLY = ["那張", "那一張呢", "這筆", "that one", "yang itu", "cái đó", "อันนั้น"]


@pytest.mark.parametrize("text", POINTS_ONLY)
@pytest.mark.parametrize("taken_for", ["inform", "did_you_mean", "out_of_scope"])
def test_who_only_points_is_asked_what_to_do_with_it(chat: Chat, text: str, taken_for: str) -> None:
    chat.ask("query_arrears")
    reply = says(chat, taken_for, text)
    assert (reply.template, reply.ticket, reply.args) == ("last_matter", None, {})


@pytest.mark.parametrize("text", POINTS_ONLY)
@pytest.mark.parametrize("taken_for", ["affirm", "deny"])
def test_under_a_card_pointing_is_neither_yes_nor_no(chat: Chat, text: str, taken_for: str) -> None:
    chat.ask("query_arrears")
    assert says(chat, taken_for, text).template == "last_matter"
    assert chat.ask("unbind_account").template == "unbind_confirm"
    assert says(chat, taken_for, text).template in {"unbind_done", "stopped"}


@pytest.mark.parametrize(("verb", "text"), [("affirm", "好"), ("affirm", "yes that"), ("deny", "不是這張")])
def test_a_yes_or_a_no_stays_one(chat: Chat, verb: str, text: str) -> None:
    chat.ask("query_arrears")
    assert says(chat, verb, text).template == verb


@pytest.mark.parametrize(
    ("values", "template"),
    [
        ([("payment_channel", "linepay")], "ask_payment_channels"),
        ([("period_count", "6")], "instalment_"),
    ],
)
def test_a_channel_or_a_number_of_terms_says_what_is_wanted(
    world: World, chat: Chat, values: list[tuple[str, str]], template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actions.payments.AskPaymentChannels.answer", lambda *_: _channels())
    chat.ask("query_arrears")
    assert says(chat, "inform", "那這個呢", *values).template.startswith(template)


def _channels() -> Answer:
    return Answer("ask_payment_channels")


def test_a_value_for_the_open_guide_is_the_guides(world: World) -> None:
    seed(world.uow, TODAY, CALENDAR)
    with world.uow() as uow:
        person = uow.people.by_story("twelve_months")
    assert person is not None
    chat = Chat(world)
    world.bind(chat.account, person)
    chat.ask("query_arrears")
    assert says(chat, "apply_instalment", "這筆我要分期").template == "instalment_terms"
    assert says(chat, "inform", "那六期呢", ("period_count", "6")).template == "instalment_reason"
    # A day is nothing for the guide: the question in between is answered.
    assert says(chat, "inform", "那下個月五號繳呢", FIFTH).template == "late_fee_estimate"


def test_after_another_subject_the_bill_is_no_longer_meant(chat: Chat) -> None:
    chat.ask("query_arrears")
    chat.events.append({"event": "bot", "data": {"custom": {"template": "report_card_loss"}}})
    assert says(chat, "did_you_mean", "那張").template == "fallback"
    assert says(chat, "inform", "下個月五號", FIFTH).template == "late_fee_estimate"


def test_small_talk_in_between_changes_no_subject(chat: Chat) -> None:
    chat.ask("query_arrears")
    chat.events.append({"event": "bot", "data": {"custom": {"template": "thank"}}})
    assert says(chat, "did_you_mean", "那張").template == "last_matter"


def test_half_an_hour_later_nothing_is_meant(world: World, chat: Chat) -> None:
    chat.ask("query_arrears")
    world.clock.advance(minutes=31)
    assert says(chat, "did_you_mean", "那張").template == "fallback"
    assert says(chat, "inform", "下個月五號", FIFTH).template == "inform"


def test_a_stranger_has_no_last_matter(world: World, person: Person, chat: Chat) -> None:
    chat.ask("query_arrears")
    stranger = Chat(world, "U2")
    stranger.ask("query_arrears")
    for text in POINTS_ONLY:
        assert says(stranger, "inform", text, FIFTH).template == "inform"


def test_unbinding_ends_it(world: World, chat: Chat, person: Person) -> None:
    chat.ask("query_arrears")
    world.bindings.unbind(chat.account)
    world.bind(chat.account, person)
    assert says(chat, "inform", "那張", FIFTH).template == "inform"


def test_rasa_never_sees_what_was_shown(chat: Chat) -> None:
    says(chat, "query_premium_detail", "7月的保費怎麼算", ("roc_month", "2026-07"))
    for reply in (says(chat, "ask_due_date", "那它什麼時候到期"), says(chat, "inform", "那張")):
        assert "2026" not in reply.model_dump_json()
        assert reply.args == {}


def test_a_tap_is_never_a_follow_up(chat: Chat) -> None:
    chat.ask("query_arrears")
    assert says(chat, "inform", '/inform{"date": "2026-10-05"}', FIFTH).template == "inform"


@pytest.mark.parametrize(
    "text",
    [
        "這個月要繳多少",
        "what do i owe this month",
        "berapa tagihan bulan ini",
        "bảo hiểm tháng này bao nhiêu",
        "hôm nay đóng được không",
        "เดือนนี้ต้องจ่ายเท่าไหร่",
        "วันนี้จ่ายได้ไหม",
        "我還欠多少健保費",
        "con tôi mới sinh",
    ],
)
def test_times_and_plain_questions_point_at_nothing(text: str) -> None:
    assert not points_back(text)
    assert not goes_on(text)


@pytest.mark.parametrize(
    "text", ["分期有什麼條件", "instalment interest", "syarat cicilan", "điều kiện trả góp"]
)
def test_the_rules_of_instalments_are_no_request_to_split(text: str) -> None:
    assert not asks_to_split(text)
