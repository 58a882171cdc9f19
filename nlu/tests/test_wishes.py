"""Two wishes in a line are answered in order; a reason and its wish stay one line."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, Callable, Dict, List, Tuple

import pytest

from nlu.components import channel
from nlu.components.turn import current_turn
from nlu.components.wishes import Heard, are_two, halves, split


def _listen(meanings: Dict[str, Tuple[str, float]]) -> Callable[[str], Any]:
    async def listen(half: str) -> Heard:
        return Heard(*meanings.get(half, ("nlu_fallback", 0.1)))

    return listen


@pytest.mark.parametrize(
    ("language", "line", "expected"),
    [
        ("zh-TW", "我還欠多少，可以分期嗎", ("我還欠多少", "可以分期嗎")),
        ("zh-TW", "幫我查欠費 順便問健保卡多久會到", ("幫我查欠費", "問健保卡多久會到")),
        ("zh-TW", "我還欠多少？可以分期嗎？", ("我還欠多少？", "可以分期嗎？")),
        ("en", "how much do i owe and where can i pay", ("how much do i owe", "where can i pay")),
        (
            "id",
            "berapa tunggakan saya dan bisa bayar di mana",
            ("berapa tunggakan saya", "bisa bayar di mana"),
        ),
        ("vi", "tôi còn nợ bao nhiêu và đóng ở đâu", ("tôi còn nợ bao nhiêu", "đóng ở đâu")),
        ("th", "ฉันค้างเท่าไหร่ และจ่ายที่ไหนได้บ้าง", ("ฉันค้างเท่าไหร่", "จ่ายที่ไหนได้บ้าง")),
    ],
)
def test_a_line_is_cut_where_people_cut(language: str, line: str, expected: Tuple[str, str]) -> None:
    assert expected in list(halves(line, language))


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("zh-TW", "我沒工作，繳不出來"),
        ("zh-TW", "不是六期，是十二期"),
        ("zh-TW", "代碼是[CODE]，可以綁定嗎？我想綁定"),
        ("zh-TW", "嗯，可以嗎"),
        ("en", "my bill is 3,304 and i'm late"),
        ("en", "can i pay 12,000?"),
        ("id", "saya di-PHK, belum ada uang"),
        ("vi", "tôi mất việc, hết tiền rồi"),
        ("th", "ตกงาน ไม่มีเงิน"),
    ],
)
def test_what_asks_only_once_is_not_cut(language: str, line: str) -> None:
    assert list(halves(line, language)) == []


def test_a_very_long_line_is_one() -> None:
    assert list(halves("我還欠多少，可以分期嗎" * 30, "zh-TW")) == []


@pytest.mark.parametrize(
    ("first", "second", "two"),
    [
        (("query_arrears", 0.9), ("ask_payment_channels", 0.8), True),
        (("query_arrears", 0.9), ("ask_payment_channels", 0.7), False),
        (("query_arrears", 0.9), ("query_arrears", 0.9), False),
        (("greet", 1.0), ("query_arrears", 1.0), False),
        (("query_arrears", 1.0), ("out_of_scope", 1.0), False),
        (("ask_hardship_help", 1.0), ("apply_instalment", 1.0), False),
        (("report_card_loss", 1.0), ("apply_card", 1.0), False),
    ],
)
def test_two_matters_both_understood_well(first: Tuple, second: Tuple, two: bool) -> None:
    assert are_two(Heard(*first), Heard(*second)) is two


def test_the_first_cut_that_makes_two_wishes_is_taken(run: Callable) -> None:
    meanings = {"我想查欠費": ("query_arrears", 1.0), "可以在小七繳嗎，要多久": ("pay_at_store", 0.9)}
    assert run(split("我想查欠費，可以在小七繳嗎，要多久", "zh-TW", _listen(meanings))) == tuple(meanings)
    assert run(split("我想查欠費，可以在小七繳嗎", "zh-TW", _listen({}))) is None


class Dialogue:
    """Stands in for the agent: knows what lines mean, and says each wish it is given."""

    def __init__(self, meanings: Dict[str, Tuple[str, float]], language: str) -> None:
        self.meanings, self.language, self.processor = meanings, language, self
        self.heard: List[Tuple[str, str]] = []

    async def parse_message(self, message: Any) -> Dict[str, Any]:
        name, confidence = self.meanings.get(message.text, ("nlu_fallback", 0.1))
        return {"intent": {"name": name, "confidence": confidence}, "language": self.language}

    async def handle(self, message: Any) -> None:
        self.heard.append((message.text, message.metadata["language"]))
        name, confidence = self.meanings[message.text]
        notes = current_turn.get()
        assert notes is not None
        notes.intent, notes.confidence, notes.language, notes.sure = name, confidence, self.language, True
        await message.output_channel.send_custom_json(message.sender_id, {"v": 1, "template": name})


def _turn(run: Callable, dialogue: Dialogue, text: str) -> Dict[str, Any]:
    made = channel.CounterInput("t")
    body = {"sender": "s" * 20, "turn": "t" * 20, "language": "zh-TW", "text": text}
    response = run(made._turn(body, dialogue.handle, SimpleNamespace(processor=dialogue)))
    assert response.status == 200
    return json.loads(response.body)


def test_both_wishes_are_answered_in_one_reply(run: Callable) -> None:
    meanings = {"how much do i owe": ("query_arrears", 0.9), "where can i pay": ("ask_payment_channels", 0.8)}
    dialogue = Dialogue(meanings, "en")
    reply = _turn(run, dialogue, "how much do i owe and where can i pay")
    assert [one["template"] for one in reply["replies"]] == ["query_arrears", "ask_payment_channels"]
    assert dialogue.heard == [("how much do i owe", "zh-TW"), ("where can i pay", "en")]
    assert (reply["intent"], reply["confidence"], reply["language"]) == ("query_arrears", 0.9, "en")
    assert reply["language_sure"] is True


def test_a_line_that_is_one_wish_is_handled_whole(run: Callable) -> None:
    line = "how much do i owe and where can i pay"
    dialogue = Dialogue({line: ("query_arrears", 0.9), "how much do i owe": ("query_arrears", 0.9)}, "en")
    reply = _turn(run, dialogue, line)
    assert [one["template"] for one in reply["replies"]] == ["query_arrears"]
    assert [text for text, _ in dialogue.heard] == [line]
