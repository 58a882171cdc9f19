"""One message when something dies on the way: a process, LINE, the database. One answer, nothing lost."""

from __future__ import annotations

import pytest

from bot.line import Unreachable
from bot.rasa import RasaDown
from bot.rendering import render
from bot.rendering.postbacks import encode
from bot.workers.bindings import tell_news
from nhi_core.services.views import to_json
from nhi_core.wire import ActionReply, TurnReply, TurnRequest
from tests.factories import events
from tests.factories.domain import make_person
from tests.factories.events import USER, tap, text
from tests.fakes.line import ANSWER_LOST, KILLED_AFTER, KILLED_BEFORE, Killed
from tests.integration.bot.conftest import Bench, button_data, words


def words_of(template: str, language: str = "zh-TW", **data: object) -> str:
    return words(render(template, data, language=language, session="s")[0])


@pytest.mark.parametrize("crash", [KILLED_BEFORE, KILLED_AFTER])
def test_a_crash_around_the_send_is_healed_with_one_answer_and_one_turn(bench: Bench, crash: str) -> None:
    raw = text("你好")
    boxes = bench.post(raw)
    bench.line.script = [crash]
    with pytest.raises(Killed):
        bench.work(raw)
    assert boxes
    bench.clock.advance(seconds=16)
    bench.sweep()
    assert len(bench.line.replies) == 1
    assert bench.line.pushes == []
    assert len(bench.rasa.asked) == 1, "the stored answer is sent, the conversation is not had twice"
    assert bench.ending(raw) == "answered"
    assert bench.mailbox.pending() == 0


def test_a_crash_between_reply_and_removal_says_nothing_more(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = text("你好")

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(bench.mailbox, "done", killed)
        with pytest.raises(Killed):
            bench.work(raw)
    bench.clock.advance(seconds=16)
    bench.sweep()
    assert bench.line.reply_calls == 1
    assert bench.mailbox.pending() == 0


def test_after_a_crash_that_may_have_answered_no_push_follows(bench: Bench) -> None:
    raw = text("你好")
    bench.line.script = [KILLED_AFTER]
    with pytest.raises(Killed):
        bench.work(raw)
    bench.clock.advance(minutes=5)
    bench.sweep()
    assert len(bench.line.replies) == 1
    assert bench.line.pushes == []
    assert bench.ending(raw) == "answered"


def test_an_answer_that_was_lost_on_the_way_back_is_not_said_again(bench: Bench) -> None:
    raw = text("你好")
    bench.line.script = [ANSWER_LOST]
    bench.work(raw)
    assert len(bench.line.replies) == 1
    assert bench.line.pushes == []
    assert bench.ending(raw) == "answered"


def test_line_away_means_the_answer_waits_and_comes_once(bench: Bench) -> None:
    first, second = text("你好"), text("謝謝")
    gone = Unreachable(maybe_sent=False)
    bench.line.script = [gone, gone]
    bench.work(first, second)
    assert bench.line.replies == []
    bench.clock.advance(seconds=3)
    bench.sweep()
    assert [token for token, _ in bench.line.replies] == [first["replyToken"], second["replyToken"]]
    assert len(bench.rasa.asked) == 2


def test_line_away_for_minutes_ends_in_one_push(bench: Bench) -> None:
    raw = text("你好")
    bench.line.script = [Unreachable(maybe_sent=False)] * 4
    bench.work(raw)
    bench.clock.advance(seconds=10)
    bench.sweep()
    bench.clock.advance(seconds=100)
    bench.sweep()
    assert bench.line.replies == []
    assert len(bench.line.pushes) == 1
    assert bench.ending(raw) == "answered"


def test_a_push_that_crashed_is_repeated_under_the_same_retry_key(bench: Bench) -> None:
    raw = text("你好")
    bench.post(raw)
    bench.clock.advance(seconds=120)
    bench.line.script = [KILLED_AFTER]
    with pytest.raises(Killed):
        bench.sweep()
    bench.clock.advance(seconds=16)
    bench.sweep()
    assert (bench.line.push_calls, len(bench.line.pushes)) == (2, 1)
    assert bench.core.sends.budget().used == 1


def test_poison_is_tried_three_times_then_an_apology_and_the_next_message(bench: Bench) -> None:
    poison, good = text("毒"), text("你好")

    def answer(request: TurnRequest) -> TurnReply:
        if request.text == "毒":
            raise RuntimeError("a fault of ours")
        return TurnReply(replies=[ActionReply(template="greet")])

    bench.rasa.answer = answer
    bench.work(poison, good)
    assert [one.text for one in bench.rasa.asked] == ["毒", "毒", "毒", "你好"]
    assert bench.said() == [words_of("apology"), words_of("greet")]
    assert (bench.ending(poison), bench.ending(good)) == ("apologised", "answered")


def test_mail_that_cannot_be_unsealed_is_recorded_and_passed_over(bench: Bench) -> None:
    raw = text("你好")
    [box] = bench.post(raw)
    key = f"{{mail}}:box:{box}"
    bench.core.redis.lset(key, 0, raw["webhookEventId"].encode() + b"|s1.none.AAAA")
    bench.work(text("謝謝"))
    assert bench.ending(raw) == "unanswered"
    assert len(bench.line.replies) == 1


# --- the action did its work, and its answer was lost -----------------------------------------------------


def bound_and_lost(bench: Bench) -> str:
    """Bind by a tap whose answer is lost after the binding stands; return the tap's data.

    Another account had the person before.
    """
    account, earlier = (bench.core.conversations.open("line", one).account_id for one in (USER, events.OTHER))
    person = make_person()
    bench.store.memory.people[person.id] = person
    bench.core.bindings.propose(earlier, bench.core.bindings.issue_code(person.id).display)
    bench.core.bindings.confirm(earlier)
    bench.core.bindings.propose(account, bench.core.bindings.issue_code(person.id).display)
    raw = tap(encode("confirm_binding", session=bench.session()))

    def answer(_request: TurnRequest) -> TurnReply:
        bench.core.bindings.confirm(account)
        raise RasaDown("gone")

    bench.rasa.answer = answer
    bench.work(raw)
    assert bench.said() == [words_of("apology")]
    return str(raw["postback"]["data"])


def test_a_binding_whose_answer_was_lost_has_its_menu_all_the_same(bench: Bench) -> None:
    bound_and_lost(bench)
    assert bench.menus == [(USER, "bound", "zh-TW")]


def test_the_earlier_account_is_told_all_the_same_and_once(bench: Bench) -> None:
    bound_and_lost(bench)
    assert [tell_news(bench.office), tell_news(bench.office)] == [1, 0]
    assert [to for to, _ in bench.line.pushes] == [events.OTHER]
    assert (events.OTHER, "unbound", "zh-TW") in bench.menus


def test_trying_that_tap_again_says_that_the_binding_stands(bench: Bench) -> None:
    bound_and_lost(bench)
    bench.work(tap(button_data(bench, "retry")))
    status = bench.core.bindings.status(bench.core.conversations.open("line", USER).account_id)
    assert bench.said()[-1] == words_of("bind_done", **to_json(status))
    assert len(bench.rasa.asked) == 1, "nothing is confirmed a second time"


def test_an_old_confirmation_is_stale_once_the_person_is_unbound(bench: Bench) -> None:
    data = bound_and_lost(bench)
    bench.core.bindings.unbind(bench.core.conversations.open("line", USER).account_id)
    bench.work(tap(data))
    assert bench.said()[-1] == words_of("stale_button")


# --- the database is away -----------------------------------------------------------------------------


def test_without_the_database_there_is_an_apology_and_the_records_come_later(bench: Bench) -> None:
    bench.work(text("你好"))
    bench.store.away = True
    raw = text("我還欠多少")
    bench.work(raw)
    assert bench.said()[-1] == words_of("apology")
    bench.sweep()
    bench.store.away = False
    bench.sweep()
    assert bench.core.sends.outcome(f"{raw['webhookEventId']}:reply") == "accepted"
    bench.work(tap(button_data(bench, "retry")))
    assert bench.said()[-1] == words_of("greet")
    assert bench.ending(raw) == "answered"


def test_without_the_database_a_block_is_noted_later(bench: Bench) -> None:
    bench.work(text("你好"))
    bench.store.away = True
    gone = events.event("unfollow", replyToken=None)
    bench.work(gone)
    assert bench.mailbox.pending() == 1
    bench.store.away = False
    bench.clock.advance(seconds=30)
    bench.sweep()
    assert bench.core.conversations.open("line", USER).blocked
    assert bench.ending(gone) == "ignored"
