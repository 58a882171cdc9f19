from __future__ import annotations

import dataclasses
import itertools
from datetime import UTC, date, datetime, timedelta

import pytest

from nhi_core.domain.attempts import KIOSK, PERSON, Attempts, check, wrong
from nhi_core.domain.card_session import (
    AUDIT_EVENTS,
    CLAIMED,
    LIVE,
    MOVES,
    CardSession,
    SessionEvent,
    SessionState,
    is_token,
    moved,
    of_age,
)
from nhi_core.domain.errors import FactLocked, IllegalMove

NOW = datetime(2026, 9, 10, 2, 0, tzinfo=UTC)


def session(state: SessionState = SessionState.CODE, **changes: object) -> CardSession:
    found = CardSession(
        id="s", kiosk_id="k", person_id="p", relation="self", state=state, consent_version="1",
        consent_language="zh-TW", consent_at=NOW, opened_at=NOW, expires_at=NOW + timedelta(minutes=10),
        step_expires_at=NOW + timedelta(minutes=3),
    )  # fmt: skip
    return dataclasses.replace(found, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("state", "event"), list(itertools.product(SessionState, SessionEvent)))
def test_only_the_edges_of_the_table_exist(state: SessionState, event: SessionEvent) -> None:
    if (state, event) in MOVES:
        assert moved(session(state), event).state is MOVES[state, event]
    else:
        with pytest.raises(IllegalMove):
            moved(session(state), event)


def test_the_dead_stay_dead_and_each_edge_is_audited() -> None:
    assert {state for state, _ in MOVES} == LIVE
    assert set(AUDIT_EVENTS) == set(SessionEvent)


def test_bound_is_reached_only_over_both_confirmations() -> None:
    last = {(state, event) for (state, event), to in MOVES.items() if to is SessionState.BOUND}
    assert last == {
        (SessionState.PHONE_CONFIRMED, SessionEvent.KIOSK_CONFIRM),
        (SessionState.KIOSK_CONFIRMED, SessionEvent.PHONE_CONFIRM),
    }


def test_a_code_past_its_life_waits_to_be_renewed_but_a_claim_is_over() -> None:
    late = NOW + timedelta(minutes=3)
    assert not session().over(late)
    assert session().left(late) == 0
    assert all(session(state).over(late) for state in CLAIMED)
    assert session().over(NOW + timedelta(minutes=10))
    assert not session(SessionState.ENDED).over(NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NHI" + "A" * 27, True),
        ("NHI" + "A" * 26, False),
        ("NHI" + "A" * 26 + "0", False),
        ("A" * 30, False),
        ("ABCD2345", False),
    ],
)
def test_what_looks_like_a_token(text: str, expected: bool) -> None:
    assert is_token(text) is expected


@pytest.mark.parametrize(("today", "adult"), [(date(2026, 5, 4), False), (date(2026, 5, 5), True)])
def test_of_age_on_the_birthday(today: date, adult: bool) -> None:
    assert of_age(date(2008, 5, 5), today) is adult


def test_three_wrong_pause_and_three_pauses_need_the_staff() -> None:
    count, now = Attempts("person:p"), NOW
    for pause in range(3):
        for left in (2, 1):
            count = wrong(count, PERSON, now)
            assert check(count, PERSON, now) == left
        count = wrong(count, PERSON, now)
        with pytest.raises(FactLocked) as locked:
            check(count, PERSON, now)
        assert locked.value.retry_in == (600 if pause < 2 else 0)
        now += timedelta(minutes=10)
    with pytest.raises(FactLocked):
        check(count, PERSON, now + timedelta(days=365))


def test_wrong_answers_of_many_people_are_forgotten_by_a_kiosk_after_a_while() -> None:
    count = Attempts("kiosk:k")
    for _ in range(9):
        count = wrong(count, KIOSK, NOW)
    assert check(count, KIOSK, NOW) == 1
    assert check(count, KIOSK, NOW + KIOSK.window) == KIOSK.limit
    assert check(wrong(count, KIOSK, NOW + KIOSK.window), KIOSK, NOW + KIOSK.window) == KIOSK.limit - 1
