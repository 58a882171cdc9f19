"""A visit from card-in to card-out, and every way it can end early."""

from __future__ import annotations

import json

import pytest

from card_kiosk.problems import Problem
from card_kiosk.states import VISIT, Move, Screen, possible
from card_kiosk.watcher import CardEvent, Kind
from nhi_core.wire.kiosk import KioskErrorCode
from tests.kiosk.counter import FakeCounter
from tests.kiosk.hall import Hall
from tests.kiosk.records import number, record


def test_a_whole_binding_and_nothing_of_the_person_left_after_it() -> None:
    hall = Hall()
    assert hall.screen == "idle"
    card = hall.to_compare()
    assert hall.view["digits"] == "47"
    hall.counter.state = "phone_confirmed"
    hall.run(1.5)
    assert hall.view["phone_confirmed"]
    assert hall.touch("same") == "ok"
    assert hall.screen == "done"
    hall.pull(card)
    assert hall.screen == "idle"
    assert hall.counter.ended == [], "a session that came to its end is not ended again"
    assert hall.companion.scene.visit is None


def test_the_server_gets_the_card_the_consent_and_the_relation() -> None:
    hall = Hall()
    hall.put()
    hall.touch("language", "vi")
    hall.touch("relation", "child")
    hall.touch("agree")
    (request,) = hall.counter.opened
    assert request.card.id_number == number()
    assert request.card.card_number == "900000000001"
    assert (request.relation, request.consent.language) == ("child", "vi")
    assert request.consent.given_at.isoformat() == "2026-11-22T02:00:00+00:00"


def test_nothing_is_sent_before_consent() -> None:
    hall = Hall()
    hall.put()
    hall.touch("relation", "self")
    assert hall.screen == "notice"
    assert hall.touch("cancel") == "ok"
    assert hall.screen == "take_card"
    assert "open" not in hall.counter.calls


def test_the_screen_never_gets_more_than_masked_identity() -> None:
    hall = Hall()
    hall.to_compare()
    seen = json.dumps(hall.views, ensure_ascii=False)
    assert "王O明" in seen
    for secret in ("王小明", number(), "900000000001", "1990", "0790517"):
        assert secret not in seen


def test_kiosk_first_then_phone() -> None:
    hall = Hall()
    hall.to_compare()
    hall.touch("same")
    assert hall.screen == "phone"
    hall.counter.state = "bound"
    hall.run(1.5)
    assert hall.screen == "done"


def test_digits_that_differ_end_the_session_at_once() -> None:
    hall = Hall()
    hall.to_compare()
    assert hall.touch("different") == "ok"
    assert (hall.screen, hall.view["problem"]) == ("problem", "not_bound")
    assert hall.counter.ended == [("session-000000000001", "cancelled")]
    assert "confirm" not in hall.counter.calls


def test_a_refusal_on_the_phone_is_told_here() -> None:
    hall = Hall()
    hall.to_compare()
    hall.counter.state, hall.counter.reason = "ended", "refused_on_phone"  # type: ignore[assignment]
    hall.run(1.5)
    assert (hall.screen, hall.view["problem"]) == ("problem", "not_bound")


@pytest.mark.parametrize("way", ["put", "to_fact", "to_code", "to_compare"])
def test_a_card_pulled_at_any_moment_wipes_the_screen_and_ends_the_session(way: str) -> None:
    hall = Hall()
    card = getattr(hall, way)()
    hall.pull(card)
    assert (hall.screen, hall.view["problem"]) == ("problem", "card_removed")
    assert hall.companion.scene.visit is None
    assert "person" not in hall.view
    expected = [] if way == "put" else [("session-000000000001", "card_removed")]
    assert hall.counter.ended == expected
    hall.run(11)
    assert hall.screen == "idle"


def test_an_answer_for_a_card_that_left_is_dropped_and_its_session_ended() -> None:
    hall = Hall()
    card = hall.put()
    hall.touch("relation", "self")
    hall.pool.held = True
    hall.touch("agree")
    assert hall.screen == "opening"
    hall.pull(card)
    other = hall.put(record(id_number=number(serial=9_000_002), name="陳美玲".encode("cp950")))
    hall.pool.release()
    hall.run()
    assert hall.screen == "card"
    assert hall.view["person"]["name"] == "陳O玲"
    assert hall.counter.ended == [("session-000000000001", "card_removed")]
    assert hall.companion.scene.visit is not None
    assert hall.companion.scene.visit.presence == other


def test_a_touch_after_the_card_left_sends_nothing() -> None:
    """The removal may still be on its way when the finger comes down."""
    hall = Hall()
    card = hall.put()
    hall.touch("relation", "self")
    hall.inside.discard(card)
    assert hall.touch("agree") == "stale"
    assert "open" not in hall.counter.calls


def test_a_touch_on_a_screen_that_is_no_more_does_nothing() -> None:
    hall = Hall()
    hall.put()
    old = hall.view["seq"]
    hall.touch("relation", "self")
    assert hall.touch("agree", seq=old) == "stale"
    assert hall.screen == "notice"


def test_touches_that_the_screen_does_not_offer_are_refused() -> None:
    hall = Hall()
    hall.put()
    for act in ("same", "fact", "bound", "code_ready", "card_out", "break", "nonsense"):
        assert hall.touch(act, "x") == "refused"
    assert hall.touch("relation", "owner") == "refused"
    assert hall.screen == "card"


def test_a_wrong_fact_counts_and_a_malformed_one_does_not() -> None:
    hall = Hall()
    hall.to_fact()
    assert hall.touch("fact", "12345678") == "refused"
    assert hall.view["fact"]["wrong"] == "form"
    assert hall.counter.facts == []
    hall.touch("fact", "F9999999")
    assert hall.view["fact"] == {
        "kind": "household_number", "attempts_left": 2, "wrong": "match", "choice": False,
    }  # fmt: skip
    hall.touch("fact", "F9999998")
    hall.touch("fact", "F9999997")
    assert (hall.screen, hall.view["problem"], hall.view["retry_in"]) == ("problem", "too_many_attempts", 600)


def test_people_without_a_household_number_choose_a_document() -> None:
    hall = Hall(FakeCounter(foreigner=True))
    hall.to_fact()
    assert hall.screen == "fact_kind"
    hall.touch("kind", "passport")
    hall.touch("back")
    hall.touch("kind", "passport")
    assert hall.touch("fact", "x9000001") == "ok"
    assert hall.screen == "code"
    assert (hall.counter.facts[0].kind, hall.counter.facts[0].value) == ("passport", "X9000001")


def test_an_earlier_binding_can_be_ended_here() -> None:
    hall = Hall(FakeCounter(bound=True))
    card = hall.to_code()
    assert hall.view["code"]["bound"]
    hall.touch("ask_unbind")
    assert hall.touch("unbind") == "ok"
    assert hall.screen == "unbound"
    hall.pull(card)
    assert hall.screen == "idle"


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (KioskErrorCode.UNKNOWN_PERSON, "unknown_person"),
        (KioskErrorCode.CARD_NOT_CURRENT, "card_not_current"),
        (KioskErrorCode.RELATION_REFUSED, "relation_refused"),
        (KioskErrorCode.TOO_MANY_ATTEMPTS, "too_many_attempts"),
        (KioskErrorCode.KIOSK_REVOKED, "kiosk_unknown"),
        (KioskErrorCode.CLOCK_OFF, "clock_off"),
        (KioskErrorCode.UNAVAILABLE, "server_unreachable"),
    ],
)
def test_every_no_of_the_server_has_a_screen(code: KioskErrorCode, problem: str) -> None:
    hall = Hall()
    hall.put()
    hall.touch("relation", "self")
    hall.counter.fail = code
    hall.touch("agree")
    assert (hall.screen, hall.view["problem"]) == ("problem", problem)


def test_a_revoked_kiosk_goes_out_of_service_and_comes_back() -> None:
    hall = Hall()
    hall.counter.fail = KioskErrorCode.KIOSK_REVOKED
    hall.run(61)
    assert (hall.screen, hall.view["problem"]) == ("out_of_service", "kiosk_unknown")
    hall.counter.fail = None
    hall.run(6)
    assert hall.screen == "idle"


def test_without_the_server_the_kiosk_fails_closed() -> None:
    counter = FakeCounter()
    counter.gone = True
    hall = Hall(counter)
    assert (hall.screen, hall.view["problem"]) == ("out_of_service", "server_unreachable")
    hall.put()
    assert hall.screen == "out_of_service"
    counter.gone = False
    hall.run(6)
    assert hall.screen == "idle"
    assert hall.asked_again[-1] is None, "what is in the reader is read when we are back"


def test_a_lost_look_is_tried_again_and_nobody_is_sent_away() -> None:
    hall = Hall()
    hall.to_code()
    hall.counter.gone = True
    hall.run(5)
    assert hall.screen == "code"
    hall.counter.gone = False
    hall.counter.claimed()
    hall.run(2)
    assert hall.screen == "compare"


@pytest.mark.parametrize("kind", [Kind.SERVICE_DOWN, Kind.NO_READER])
def test_readers_that_go_end_the_visit(kind: Kind) -> None:
    hall = Hall()
    hall.to_code()
    hall.event(CardEvent(kind))
    assert (hall.screen, hall.view["problem"]) == ("out_of_service", kind.value)
    assert hall.counter.ended == [("session-000000000001", "cancelled")]
    hall.event(CardEvent(Kind.READY))
    assert hall.screen == "idle"


@pytest.mark.parametrize(
    "problem", [p for p in Problem if p.value.startswith("card_") or p is Problem.NOT_NHI_CARD]
)
def test_a_card_that_cannot_be_read_is_a_problem_until_it_is_out(problem: Problem) -> None:
    hall = Hall()
    card = hall.put_bad(problem)
    assert (hall.screen, hall.view["problem"]) == ("problem", problem.value)
    hall.pull(card)
    if problem is not Problem.CARD_REMOVED:
        assert hall.screen == "idle"


def test_a_slow_card_that_answers_after_all_goes_on() -> None:
    from card_kiosk.cards.nhi import parse

    hall = Hall()
    card = hall.put_bad(Problem.CARD_STUCK)
    hall.event(CardEvent(Kind.CARD_READ, card, holder=parse(record())))
    assert hall.screen == "card"


def test_a_second_card_does_not_disturb_the_first_and_is_taken_up_after_it() -> None:
    hall = Hall()
    first = hall.to_code()
    hall.put(record(id_number=number(serial=9_000_002)), reader="R1")
    assert hall.screen == "code"
    hall.pull(first)
    hall.run(11)
    assert None in hall.asked_again, "the waiting card is read"


def test_the_idle_warning_can_be_answered_and_otherwise_ends_everything() -> None:
    hall = Hall()
    hall.to_fact()
    hall.run(61)
    assert hall.view["warning"] == pytest.approx(30, abs=2)
    assert hall.touch("stay") == "ok"
    assert hall.view["warning"] is None
    hall.run(59)
    assert hall.view["warning"] is None
    hall.run(33)
    assert hall.screen == "take_card"
    assert hall.counter.ended == [("session-000000000001", "timeout")]
    assert "person" not in hall.view


def test_a_code_about_to_expire_can_be_renewed_by_the_same_answer() -> None:
    hall = Hall()
    hall.to_code()
    hall.run(151)
    assert hall.view["warning"] is not None
    hall.touch("stay")
    assert hall.screen == "code"
    assert hall.view["code"]["seconds"] >= 178
    assert hall.view["warning"] is None


def test_the_language_goes_back_when_nobody_is_there() -> None:
    hall = Hall()
    hall.touch("language", "th")
    assert hall.view["language"] == "th"
    assert hall.touch("language", "xx") == "refused"
    hall.run(61)
    assert hall.view["language"] == "zh-TW"


def test_every_screen_with_a_person_can_be_left_by_card_hand_clock_and_fault() -> None:
    for screen in VISIT:
        for move in (Move.CARD_OUT, Move.CANCEL, Move.TIMEOUT, Move.BREAK):
            assert possible(screen, move), (screen, move)
    for screen in Screen:
        assert possible(screen, Move.BREAK)


def test_every_screen_can_be_reached_and_left() -> None:
    from card_kiosk.states import TABLE

    assert set(TABLE.values()) == set(Screen)
    assert {source for source, _move in TABLE} == set(Screen)


def test_nothing_of_a_person_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    hall = Hall()
    hall.to_fact()
    hall.touch("fact", "F9999999")
    hall.touch("fact", "F9000001")
    hall.counter.claimed()
    hall.run(2)
    assert "screen compare" in caplog.text
    for secret in ("王小明", number(), "F9000001", "F9999999", "ABCD-2345", "NHIA2B3", "900000000001"):
        assert secret not in caplog.text
