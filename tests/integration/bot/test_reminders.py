"""Reminders through the worker: one push whatever dies, within the quota, and it says nothing."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from bot.line import MonthlyLimit, RateLimited, Refused, Unreachable
from bot.rendering import RenderError, decode
from bot.rendering.postbacks import MENU_SESSION
from bot.workers.instalments import tell_answers
from bot.workers.reminders import WHERE_TO_LOOK, plan, send
from nhi_core.domain.application import Reason as Why
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.people import Person
from nhi_core.domain.reminders import Reason, ReminderKind, ReminderState
from nhi_core.services.instalments import Answers
from tests.factories import canary
from tests.factories.domain import make_bill, make_payment, make_person
from tests.factories.events import tap
from tests.fakes.line import ANSWER_LOST, KILLED_AFTER, KILLED_BEFORE, Killed
from tests.fakes.rasa import says
from tests.integration.bot.conftest import Bench, words

pytestmark = pytest.mark.net
KIND = ReminderKind.DEADLINE


def add_citizen(bench: Bench, user: str, person: Person) -> str:
    """Put a person with a bill due on the last of September into the store, and bind."""
    with bench.core.uow() as uow:
        uow.people.add(person)
        uow.bills.add_all([make_bill(canary.AMOUNT, date(2026, 9, 30), payer_id=person.id)])
        uow.commit()
    account = bench.core.conversations.open("line", user).account_id
    bench.core.bindings.propose(account, bench.core.bindings.issue_code(person.id).code)
    bench.core.bindings.confirm(account)
    return account


@pytest.fixture
def person() -> Person:
    return dataclasses.replace(make_person(canary.NAME), number=canary.NATIONAL_ID)


@pytest.fixture
def account(bench: Bench, person: Person) -> str:
    """The canary, who asked to be reminded of deadlines; it is nine o'clock, three days before one."""
    account = add_citizen(bench, canary.LINE_USER_ID, person)
    bench.core.reminders.switch(account, KIND, on=True)
    bench.clock.set(datetime(2026, 9, 28, 8, 30, tzinfo=TAIPEI))
    assert plan(bench.office) == 1
    bench.clock.advance(minutes=30)
    return account


def states(bench: Bench) -> list[tuple[ReminderState, Reason | None]]:
    return [(one.state, one.reason) for one in bench.store.memory.reminders.values()]


def taps(messages: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") == "postback":
                found.setdefault(decode(node["data"]).intent, decode(node["data"]))
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(messages)
    return found


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("nhi_bot_reminders_total", {"kind": KIND, "outcome": outcome}) or 0


def test_one_counted_push_that_says_nothing_personal(bench: Bench, account: str) -> None:
    before = counted("sent")
    assert send(bench.office) == 1
    assert send(bench.office) == 0
    [(to, messages)] = bench.line.pushes
    said = json.dumps(messages, ensure_ascii=False)
    assert to == canary.LINE_USER_ID
    assert words(messages[0]) == "您有一件事可以看看了。"
    for secret in (canary.NAME, str(canary.AMOUNT), f"{canary.AMOUNT:,}", canary.NATIONAL_ID, "欠", "期限"):
        assert secret not in said
    assert states(bench) == [(ReminderState.SENT, None)]
    assert bench.core.sends.budget().used == 1
    assert counted("sent") == before + 1


@pytest.mark.parametrize("kind", ReminderKind)
def test_each_kind_has_a_place_to_look(kind: ReminderKind) -> None:
    assert WHERE_TO_LOOK[kind]


def test_its_buttons_still_work_the_next_day(bench: Bench, account: str) -> None:
    send(bench.office)
    found = taps(bench.line.pushes[0][1])
    assert found["ask_due_date"].session == MENU_SESSION
    assert found["set_reminder"].entities == {"to": "stop"}
    bench.clock.advance(days=1)
    for intent in ("ask_due_date", "set_reminder"):
        bench.rasa.answer = says("reminders_off")
        data = f"v=1&s={MENU_SESSION}&i={intent}" + ("&to=stop" if intent == "set_reminder" else "")
        bench.work(tap(data, user=canary.LINE_USER_ID))
        assert bench.said()[-1].startswith("提醒都關了")


def test_a_switch_of_an_earlier_session_says_that_it_is_stale(bench: Bench, account: str) -> None:
    session = bench.session(canary.LINE_USER_ID)
    bench.core.bindings.unbind(account)
    bench.work(tap(f"v=1&s={session}&i=set_reminder&to=on_deadline", user=canary.LINE_USER_ID))
    assert bench.said()[-1].startswith("這個按鈕是之前的")


@pytest.mark.parametrize("death", [KILLED_BEFORE, KILLED_AFTER])
def test_a_worker_that_dies_around_the_push_leaves_one_push(bench: Bench, account: str, death: str) -> None:
    bench.line.script = [death]
    with pytest.raises(Killed):
        send(bench.office)
    assert states(bench) == [(ReminderState.CLAIMED, None)]
    assert send(bench.office) == 0  # not yet: perhaps the other worker lives
    bench.clock.advance(minutes=3)
    assert send(bench.office) == 1
    assert len(bench.line.pushes) == 1
    assert states(bench) == [(ReminderState.SENT, None)]
    assert bench.core.sends.budget().used == 1


@pytest.mark.parametrize("failure", [RateLimited(), Unreachable(maybe_sent=False), ANSWER_LOST])
def test_line_away_is_tried_again_under_the_same_key(bench: Bench, account: str, failure: Any) -> None:
    bench.line.script = [failure]
    assert send(bench.office) == 0
    bench.clock.advance(minutes=3)
    assert send(bench.office) == 1
    assert len(bench.line.pushes) == len(bench.line.retry_keys) == 1
    assert bench.core.sends.budget().used == 1


def test_what_line_refuses_is_a_failure_with_a_reason(bench: Bench, account: str) -> None:
    bench.line.script = [Refused(400, "no")]
    assert send(bench.office) == 0
    assert states(bench) == [(ReminderState.FAILED, Reason.REFUSED)]


def test_the_reserve_is_left_alone_and_the_rest_is_recorded(bench: Bench, account: str) -> None:
    before = counted("quota")
    for number in range(15):  # of 20, 5 are kept for what is urgent
        bench.core.sends.claim_push(f"other:{number}", account_id=None, messages=1)
    assert send(bench.office) == 0
    assert bench.line.pushes == []
    assert states(bench) == [(ReminderState.SKIPPED, Reason.QUOTA)]
    assert counted("quota") == before + 1


def test_when_line_says_that_the_month_is_over_the_round_stops(bench: Bench, account: str) -> None:
    other = add_citizen(bench, "U" + "2" * 32, make_person())
    bench.core.reminders.switch(other, KIND, on=True)
    bench.core.reminder_rounds.hurry()
    bench.line.script = [MonthlyLimit()]
    assert send(bench.office) == 0
    assert bench.line.push_calls == 1
    assert states(bench) == [(ReminderState.SKIPPED, Reason.QUOTA)] * 2


def test_unbound_between_planning_and_sending(bench: Bench, account: str) -> None:
    bench.core.bindings.unbind(account)
    assert send(bench.office) == 0
    assert bench.line.pushes == []
    assert states(bench) == [(ReminderState.SKIPPED, Reason.NOT_BOUND)]


def test_who_blocked_us_is_skipped_with_the_reason(bench: Bench, account: str) -> None:
    bench.core.conversations.set_blocked(account, True)
    assert send(bench.office) == 0
    assert states(bench) == [(ReminderState.SKIPPED, Reason.BLOCKED)]


def test_who_paid_is_left_in_peace(bench: Bench, account: str, person: Person) -> None:
    with bench.core.uow() as uow:
        [bill] = uow.bills.of_payer(person.id)
        uow.bills.add_payments([make_payment(bill, bill.amount, date(2026, 9, 27), posted=False)])
        uow.commit()
    assert send(bench.office) == 0
    assert states(bench) == [(ReminderState.SKIPPED, Reason.SETTLED)]


def test_a_template_that_cannot_be_filled_does_not_hold_up_the_others(
    bench: Bench, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = add_citizen(bench, "U" + "2" * 32, make_person())
    bench.core.reminders.switch(other, KIND, on=True)
    bench.core.reminder_rounds.hurry()
    whole, broken = bench.office.desk.render, [True]

    def render(*args: Any, **kwargs: Any) -> Any:
        if broken:
            broken.clear()
            raise RenderError("a template: a key")
        return whole(*args, **kwargs)

    office = dataclasses.replace(bench.office, desk=dataclasses.replace(bench.office.desk, render=render))
    assert send(office) == 1


def test_no_round_outlasts_the_workers_patience(
    bench: Bench, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.workers.reminders.ROUND", timedelta(seconds=-1))
    assert send(bench.office) == 0
    assert states(bench) == [(ReminderState.PLANNED, None)]


def test_the_answer_to_an_application_can_be_opened_the_next_day_too(bench: Bench) -> None:
    person = make_person()
    with bench.core.uow() as uow:
        uow.people.add(person)
        uow.bills.add_all([make_bill(5_000, date(2026, 5, 31), payer_id=person.id)])
        uow.commit()
    account = bench.core.conversations.open("line", "U" + "3" * 32).account_id
    bench.core.bindings.propose(account, bench.core.bindings.issue_code(person.id).code)
    bench.core.bindings.confirm(account)
    bench.core.instalments.begin(account, Answers(terms=3, reason=Why.ILLNESS, contact="line"))
    sent = bench.core.instalments.confirm(account)
    assert sent is not None
    bench.core.instalment_desk.approve(sent.code)
    assert tell_answers(bench.office) == 1
    assert taps(bench.line.pushes[0][1])["query_instalment_status"].session == MENU_SESSION
