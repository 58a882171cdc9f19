"""How it went: asked with the free answer, seldom, and never in the way."""

from __future__ import annotations

import json
import re

import pytest

from bot.rasa import RasaDown
from bot.rendering.store import samples
from nhi_core.domain.usage import Use
from nhi_core.services.instalments import InstalmentService
from nhi_core.wire import ActionReply, TurnReply, TurnRequest
from tests.factories import canary, events
from tests.factories.events import tap, text
from tests.fakes.rasa import says
from tests.integration.bot.conftest import Bench

ASKED = "這次辦起來容易嗎"


def finish(bench: Bench, template: str = "bind_done", sample: int = 0) -> dict[str, object]:
    """Let the engine answer with a template and its sample data; return the event."""
    data = samples(template)[sample].data

    def answer(request: TurnRequest) -> TurnReply:
        ticket = bench.core.tickets.seal(data, turn=request.turn)
        return TurnReply(replies=[ActionReply(template=template, ticket=ticket)])

    bench.rasa.answer = answer
    raw = text("好")
    bench.work(raw)
    return raw


def offers(bench: Bench) -> list[dict[str, str]]:
    """Return the quick replies under the last answer."""
    return [one["action"] for one in bench.line.replies[-1][1][-1]["quickReply"]["items"]]


def press(bench: Bench, label: str) -> None:
    [data] = [one["data"] for one in offers(bench) if one["label"] == label]
    bench.work(tap(data))


def test_two_taps_and_a_word_that_the_engine_never_sees(bench: Bench) -> None:
    finish(bench)
    assert ASKED in bench.said()[-1]
    turns = len(bench.rasa.asked)
    press(bench, "容易")
    press(bench, "太慢")
    press(bench, "寫一句話")
    bench.work(text(f"櫃檯的人很好，我的電話是 {canary.PHONE}"))
    assert "收到您的話了" in bench.said()[-1]
    assert len(bench.rasa.asked) == turns
    [survey] = bench.store.memory.satisfaction_answers.values()
    assert (survey.ease, survey.speed) == (3, 1)
    assert survey.word == "櫃檯的人很好，我的電話是 [PHONE]"
    # What comes after the word is a question like any other.
    bench.rasa.answer = says("greet")
    bench.work(text("你好"))
    assert len(bench.rasa.asked) == turns + 1


def test_it_stands_under_the_answer_and_keeps_the_answers_own_buttons(bench: Bench) -> None:
    finish(bench)
    labels = [one["label"] for one in offers(bench)]
    assert labels[:4] == ["容易", "還可以", "不容易", "不用了"]
    assert len(labels) > 4
    assert bench.line.pushes == []


@pytest.mark.parametrize(
    ("template", "sample", "asked"),
    [
        ("instalment_sent", 0, True),
        ("payment_record", 0, True),
        ("eslip_page", 0, False),
        ("eslip_page", 1, True),
        ("arrears_summary", 0, True),
        ("arrears_summary", 3, False),
        ("late_fee_estimate", 0, False),
    ],
)
def test_only_an_end_is_asked_about(bench: Bench, template: str, sample: int, asked: bool) -> None:
    finish(bench, template, sample)
    assert (ASKED in bench.said()[-1]) is asked


def test_a_second_end_within_the_month_is_not_asked_about(bench: Bench) -> None:
    finish(bench)
    press(bench, "不用了")
    finish(bench, "payment_record")
    assert ASKED not in bench.said()[-1]


def test_declining_and_never_again(bench: Bench) -> None:
    finish(bench)
    press(bench, "不用了")
    press(bench, "以後都不用問")
    bench.clock.advance(days=60)
    finish(bench)
    assert ASKED not in bench.said()[-1]


def test_a_double_tap_counts_once(bench: Bench) -> None:
    finish(bench)
    [data] = [one["data"] for one in offers(bench) if one["label"] == "容易"]
    bench.work(tap(data), tap(re.sub("grade=3", "grade=1", data)))
    [survey] = bench.store.memory.satisfaction_answers.values()
    assert survey.ease == 3
    assert len(bench.line.replies) == 3, "each tap is answered"


def test_a_tap_of_another_day_or_person_is_answered(bench: Bench) -> None:
    finish(bench)
    [data] = [one["data"] for one in offers(bench) if one["label"] == "容易"]
    bench.work(tap(data, user=events.OTHER))
    assert "已經結束了" in bench.said()[-1]
    bench.clock.advance(hours=30)
    bench.work(tap(data))
    assert "已經結束了" in bench.said()[-1]


def test_another_button_ends_the_waiting_for_a_word(bench: Bench) -> None:
    finish(bench)
    for label in ("容易", "很快", "寫一句話"):
        press(bench, label)
    bench.rasa.answer = says("help")
    bench.work(tap(next(one["data"] for one in offers(bench) if "i=help" in one["data"])))
    turns = len(bench.rasa.asked)
    bench.work(text("我還欠多少"))
    assert len(bench.rasa.asked) == turns + 1


def test_it_is_never_pushed(bench: Bench) -> None:
    data = samples("bind_done")[0].data

    def late(request: TurnRequest) -> TurnReply:
        bench.clock.advance(seconds=58)
        ticket = bench.core.tickets.seal(data, turn=request.turn)
        return TurnReply(replies=[ActionReply(template="bind_done", ticket=ticket)])

    bench.rasa.answer = late
    bench.work(text("好"))
    [(_, messages)] = bench.line.pushes
    assert ASKED not in json.dumps(messages, ensure_ascii=False)
    assert messages[-1]["quickReply"]["items"]


def test_not_after_an_error(bench: Bench) -> None:
    bench.rasa.failure = RasaDown("gone")
    bench.work(text("好"))
    assert bench.store.memory.satisfaction_answers == {}


def test_not_inside_an_unfinished_form(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InstalmentService, "lively", lambda *_: True)
    finish(bench, "payment_record")
    assert ASKED not in bench.said()[-1]


def test_an_unsent_word_is_deleted(bench: Bench) -> None:
    finish(bench)
    for label in ("容易", "很快", "寫一句話"):
        press(bench, label)
    said = text("很好")
    bench.work(said)
    bench.work(events.event("unsend", unsend={"messageId": said["message"]["id"]}, replyToken=None))
    [survey] = bench.store.memory.satisfaction_answers.values()
    assert survey.word is None


def test_each_answered_event_is_counted_once_without_a_person(bench: Bench) -> None:
    raw = text("你好")
    bench.work(raw, raw)
    bench.work(events.message("sticker"))
    bench.work(text("大家好", group=events.GROUP))
    found = {
        (cell.wish, cell.outcome, cell.band): count
        for cell, count in bench.store.memory.usage_counts.values()
    }
    assert set(found.values()) == {1}
    assert {wish for wish, _, _ in found} == {"message.text", "message.sticker"}


def test_counts_wait_while_the_database_is_away(bench: Bench) -> None:
    bench.store.away = True
    for _ in range(2):
        bench.office.desk.journal.close(
            "e9", kind="message.text", outcome="answered", use=Use("th", "help", None)
        )
    bench.store.away = False
    assert bench.store.memory.usage_counts == {}
    bench.sweep()
    [(cell, count)] = bench.store.memory.usage_counts.values()
    assert (cell.language, cell.wish, count) == ("th", "help", 1)
