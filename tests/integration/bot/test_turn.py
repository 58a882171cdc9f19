"""What a person hears, and what is recorded, when things go well and when they do not."""

from __future__ import annotations

import pytest

from bot.line import MonthlyLimit, Refused, Unreachable
from bot.rasa import RasaDown, RasaSlow
from bot.rendering import render
from bot.workers.bindings import tell_news
from nhi_core.domain.accounts import AccountKind
from nhi_core.services.bindings import BindingStatus
from nhi_core.wire import ActionReply, TurnReply, TurnRequest
from tests.factories import canary, events
from tests.factories.domain import make_person
from tests.factories.events import GROUP, USER, tap, text
from tests.fakes.line import KILLED_AFTER, Killed
from tests.fakes.rasa import says
from tests.integration.bot.conftest import Bench, button_data, words


def words_of(template: str, language: str = "zh-TW", **data: object) -> str:
    return words(render(template, data, language=language, session="s")[0])


def test_a_message_is_answered_with_its_reply_token_and_recorded(bench: Bench) -> None:
    raw = text("你好")
    bench.work(raw)
    assert bench.line.replies[0][0] == raw["replyToken"]
    assert bench.said() == [words_of("greet")]
    assert bench.ending(raw) == "answered"
    assert bench.line.loadings == [USER]
    assert bench.line.pushes == []
    assert bench.mailbox.pending() == 0


def test_the_engine_sees_neither_who_writes_nor_identifiers(bench: Bench) -> None:
    bench.work(events.text(f"我是 {canary.NATIONAL_ID}，電話 {canary.PHONE}", user=canary.LINE_USER_ID))
    asked = bench.rasa.asked[0].model_dump_json()
    assert canary.NATIONAL_ID not in asked
    assert canary.PHONE not in asked
    assert canary.LINE_USER_ID not in asked
    assert "[ID]" in asked


def test_a_binding_code_travels_with_the_turn_not_with_the_text(bench: Bench) -> None:
    seen = []

    def answer(request: TurnRequest) -> TurnReply:
        seen.append(bench.core.turns.resolve(request.turn).secrets)
        return TurnReply(replies=[ActionReply(template="bind_refused")])

    bench.rasa.answer = answer
    bench.work(text("我要綁定 ABCD-2345"))
    assert bench.rasa.asked[0].text == "我要綁定 [CODE]"
    assert dict(seen[0]) == {"code": ("ABCD2345",)}


def test_personal_data_comes_through_a_ticket_that_works_once(bench: Bench) -> None:
    tickets = []

    def answer(request: TurnRequest) -> TurnReply:
        status = BindingStatus(
            bound=True, pending=False, kind=AccountKind.BOUND, masked_name="王O明",
            masked_number="A12****789", bound_on=bench.clock.today(),
        )  # fmt: skip
        tickets.append(bench.core.tickets.seal(status, turn=request.turn))
        return TurnReply(replies=[ActionReply(template="binding_status", ticket=tickets[0])])

    bench.rasa.answer = answer
    bench.work(text("我有綁定嗎"))
    assert "王O明" in str(bench.line.replies[0][1])
    # The same ticket in a later turn is worth nothing: that person hears an apology.
    bench.rasa.answer = lambda _: TurnReply(
        replies=[ActionReply(template="binding_status", ticket=tickets[0])]
    )
    bench.work(events.text("我有綁定嗎", user=events.OTHER))
    assert "王O明" not in str(bench.line.replies[1][1])


@pytest.mark.parametrize("failure", [RasaDown("gone"), None])
def test_a_silent_engine_means_an_apology_and_a_button_that_tries_again(
    bench: Bench, failure: RasaDown | None
) -> None:
    bench.rasa.failure = failure
    bench.rasa.answer = lambda _: TurnReply(replies=[])
    raw = text("我還欠多少")
    bench.work(raw)
    assert bench.said() == [words_of("apology")]
    assert bench.core.settings.office_phone in str(bench.line.replies[0][1])
    assert bench.ending(raw) is None, "it may still be tried again"

    bench.rasa.failure, bench.rasa.answer = None, says("thank")
    again = tap(button_data(bench, "retry"))
    bench.work(again)
    assert bench.rasa.asked[-1].text == "我還欠多少"
    assert bench.line.replies[-1][0] == again["replyToken"]
    assert bench.said()[-1] == words_of("thank")
    assert (bench.ending(raw), bench.ending(again)) == ("answered", "answered")
    # A second tap finds it done.
    bench.work(tap(again["postback"]["data"]))
    assert bench.said()[-1] == words_of("stale_button")
    assert len(bench.rasa.asked) == 2


def test_what_nobody_tries_again_within_the_hour_is_recorded(bench: Bench) -> None:
    bench.rasa.failure = RasaDown("gone")
    raw = text("我還欠多少")
    bench.work(raw)
    bench.clock.advance(minutes=59)
    bench.sweep()
    assert bench.ending(raw) is None
    bench.clock.advance(minutes=2)
    bench.sweep()
    assert bench.ending(raw) == "apologised"


def test_nobody_else_can_use_the_button(bench: Bench) -> None:
    bench.rasa.failure = RasaDown("gone")
    bench.work(text("我還欠多少"))
    bench.rasa.failure = None
    bench.work(tap(button_data(bench, "retry"), user=events.OTHER))
    assert bench.said()[-1] == words_of("stale_button")
    assert len(bench.rasa.asked) == 1


def test_a_slow_engine_means_still_working_once_and_then_an_apology(bench: Bench) -> None:
    bench.rasa.failure = RasaSlow("deadline")
    first = text("我還欠多少")
    bench.work(first)
    assert bench.said() == [words_of("still_working", ref="r")]
    bench.work(tap(button_data(bench, "show_result")))
    assert bench.said()[-1] == words_of("apology")
    bench.rasa.failure = None
    bench.work(tap(button_data(bench, "retry")))
    assert bench.said()[-1] == words_of("greet")
    assert bench.ending(first) == "answered"


def test_mail_that_waited_nearly_a_minute_spends_its_token_on_a_button(bench: Bench) -> None:
    boxes = bench.post(text("你好"))
    bench.clock.advance(seconds=52)
    bench.sweep()
    assert boxes
    assert bench.said() == [words_of("still_working", ref="r")]
    assert bench.rasa.asked == []


def test_a_dead_token_leads_to_one_push_that_is_counted(bench: Bench) -> None:
    raw = text("你好")
    bench.post(raw)
    bench.clock.advance(seconds=120)
    bench.sweep()
    assert bench.line.reply_calls == 0
    assert [to for to, _ in bench.line.pushes] == [USER]
    assert bench.core.sends.budget().used == 1
    assert bench.ending(raw) == "answered"


def test_over_the_months_quota_nothing_is_pushed_and_it_is_recorded(bench: Bench) -> None:
    budget = bench.core.sends.budget()
    assert budget.left is not None
    for number in range(budget.left):
        bench.core.sends.claim_push(f"used{number}", account_id=None, messages=1)
    raw = text("你好")
    bench.post(raw)
    bench.clock.advance(seconds=120)
    bench.sweep()
    assert bench.line.pushes == []
    assert bench.ending(raw) == "unanswered"


def test_lines_own_monthly_limit_ends_the_push(bench: Bench) -> None:
    raw = text("你好")
    bench.post(raw)
    bench.clock.advance(seconds=120)
    bench.line.script = [MonthlyLimit()]
    bench.sweep()
    assert bench.ending(raw) == "unanswered"
    assert bench.mailbox.pending() == 0


def test_a_message_that_line_refuses_becomes_a_plain_apology_once(bench: Bench) -> None:
    raw = text("你好")
    bench.line.script = [Refused(400, "invalid", (("/body", "invalid property"),))]
    bench.work(raw)
    assert bench.line.replies[0][1] == [{"type": "text", "text": words_of("apology")}]
    assert bench.ending(raw) == "apologised"


def test_when_even_the_plain_apology_is_refused_it_is_recorded_and_over(bench: Bench) -> None:
    raw = text("你好")
    bench.line.script = [Refused(400, "invalid"), Refused(400, "invalid")]
    bench.work(raw)
    assert bench.line.reply_calls == 2
    assert bench.ending(raw) == "unanswered"
    assert bench.mailbox.pending() == 0


def test_a_template_that_cannot_be_filled_becomes_an_apology(bench: Bench) -> None:
    bench.rasa.answer = says("no_such_template")
    raw = text("你好")
    bench.work(raw)
    assert bench.said() == [words_of("apology")]
    assert bench.ending(raw) == "apologised"


# --- taps ---------------------------------------------------------------------------------------------


def test_a_tap_becomes_an_intent_with_its_entities(bench: Bench) -> None:
    bench.work(tap(f"v=1&s={bench.session()}&i=estimate_late_fee", date="2026-10-01"))
    intent = bench.rasa.asked[0].intent
    assert intent is not None
    assert (intent.name, intent.entities) == ("estimate_late_fee", {"date": "2026-10-01"})


@pytest.mark.parametrize(
    "data", ["v=1&s=old&i=confirm_unbind", "nonsense", "v=1&s=menu&i=confirm_unbind", ""]
)
def test_stale_or_foreign_buttons_do_nothing_and_say_so(bench: Bench, data: str) -> None:
    bench.work(tap(data))
    assert bench.rasa.asked == []
    assert bench.said() == [words_of("stale_button")]


def test_rich_menu_buttons_work_in_every_session(bench: Bench) -> None:
    bench.work(tap("v=1&s=menu&i=query_arrears"))
    assert bench.rasa.asked[0].intent is not None


def test_after_a_pause_of_twelve_hours_old_buttons_are_stale(bench: Bench) -> None:
    data = f"v=1&s={bench.session()}&i=query_arrears"
    bench.clock.advance(hours=13)
    bench.work(tap(data))
    assert bench.said() == [words_of("stale_button")]


# --- binding ------------------------------------------------------------------------------------------


def bound(bench: Bench) -> None:
    def answer(request: TurnRequest) -> TurnReply:
        account = bench.core.turns.resolve(request.turn).account_id
        status = BindingStatus(
            bound=True, pending=False, kind=AccountKind.BOUND, masked_name="王O明",
            masked_number="A12****789", bound_on=bench.clock.today(),
        )  # fmt: skip
        ticket = bench.core.tickets.seal(status, turn=request.turn)
        assert account
        return TurnReply(replies=[ActionReply(template="bind_done", ticket=ticket)])

    bench.rasa.answer = answer


def test_binding_shows_the_other_rich_menu_and_tells_the_earlier_account(bench: Bench) -> None:
    person = make_person()
    bench.store.memory.people[person.id] = person
    earlier, later = (bench.core.conversations.open("line", one).account_id for one in (events.OTHER, USER))
    for account in (earlier, later):
        bench.core.bindings.propose(account, bench.core.bindings.issue_code(person.id).display)
        if account == earlier:
            bench.core.bindings.confirm(account)

    def answer(request: TurnRequest) -> TurnReply:
        ticket = bench.core.tickets.seal(bench.core.bindings.confirm(later), turn=request.turn)
        return TurnReply(replies=[ActionReply(template="bind_done", ticket=ticket)])

    bench.rasa.answer = answer
    bench.work(text("是"))
    assert {user for user, _, _ in bench.menus} == {USER, events.OTHER}
    [(to, messages)] = bench.line.pushes
    assert to == events.OTHER
    assert words(messages[0]) == words_of("binding_moved")
    assert bench.core.sends.budget().used == 1
    bench.clock.advance(minutes=5)
    bench.sweep()
    assert tell_news(bench.office) == 0
    assert len(bench.line.pushes) == 1


def test_a_rich_menu_that_could_not_be_shown_is_swept(bench: Bench) -> None:
    from bot.line import LineError

    bound(bench)
    bench.menu_failures = [LineError(Unreachable(maybe_sent=True))]
    bench.work(text("是"))
    assert bench.menus == []
    assert len(bench.line.replies) == 1
    bench.clock.advance(seconds=61)
    bench.sweep()
    assert [user for user, _, _ in bench.menus] == [USER]


def test_a_clock_that_was_put_back_does_not_hold_a_rich_menu_up(bench: Bench) -> None:
    from bot.line import LineError

    bound(bench)
    bench.menu_failures = [LineError(Unreachable(maybe_sent=True))]
    bench.work(text("是"))
    bench.clock.advance(hours=-1)
    bench.sweep()
    assert [user for user, _, _ in bench.menus] == [USER]


def test_a_crash_after_the_reply_still_shows_the_menu(bench: Bench) -> None:
    bound(bench)
    bench.line.script = [KILLED_AFTER]
    with pytest.raises(Killed):
        bench.work(text("是"))
    bench.clock.advance(seconds=61)
    bench.sweep()
    assert {user for user, _, _ in bench.menus} == {USER}
    assert len(bench.line.replies) == 1


# --- languages ----------------------------------------------------------------------------------------


def test_a_follower_is_welcomed_in_the_language_of_the_profile(bench: Bench) -> None:
    bench.line.languages[USER] = "vi"
    raw = events.event("follow", follow={"isUnblocked": False})
    bench.work(raw)
    assert bench.said()[0] == words_of("welcome", "vi")
    assert bench.menus == [(USER, "unbound", "vi")]


def test_a_language_heard_is_spoken_until_one_is_chosen(bench: Bench) -> None:
    bench.rasa.answer = lambda _: TurnReply(replies=[ActionReply(template="greet")], language="en")
    bench.work(text("hello"))
    assert bench.said()[0] == words_of("greet", "en")
    assert bench.menus == [(USER, "unbound", "en")]
    bench.core.conversations.choose_language(bench.core.conversations.open("line", USER).account_id, "th")
    bench.work(text("hello"))
    assert bench.said()[-1] == words_of("greet", "th")


def test_group_events_open_no_account(bench: Bench) -> None:
    bench.work(events.text("大家早", group=GROUP), events.event("join", user=None, group=GROUP))
    assert bench.store.memory.accounts == {}
    assert bench.said() == [words_of("group_hello")]


def test_the_clock_of_the_token_starts_when_the_event_reached_us(bench: Bench) -> None:
    raw = text("你好")
    raw["timestamp"] = 1
    bench.work(raw)
    assert len(bench.line.replies) == 1


def test_a_chosen_language_brings_its_rich_menu(bench: Bench) -> None:
    def answer(request: TurnRequest) -> TurnReply:
        account = bench.core.turns.resolve(request.turn).account_id
        bench.core.conversations.choose_language(account, "id")
        return TurnReply(replies=[ActionReply(template="language_changed", args={"language": "id"})])

    bench.rasa.answer = answer
    bench.work(text("bahasa Indonesia"))
    assert bench.said() == [words_of("language_changed", "id")]
    assert bench.menus == [(USER, "unbound", "id")]
