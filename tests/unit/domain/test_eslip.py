"""The 5th, the 20th, the state table, and which slip a bill stands on."""

from __future__ import annotations

import itertools
from datetime import date, datetime

import pytest

from nhi_core.domain.bills import BillKind
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.errors import IllegalMove, Invalid
from nhi_core.domain.eslip import (
    AUDIT_EVENTS,
    MOVES,
    EslipEvent,
    EslipState,
    Holder,
    Subscription,
    next_state,
    open_month,
    parse_password,
    reached_month,
    slip_month,
)
from nhi_core.domain.mail import MailEvent, MailState
from nhi_core.domain.mail import next_state as next_mail
from nhi_core.domain.roc import PremiumMonth
from tests.factories.domain import make_bill, make_person


@pytest.mark.parametrize(
    ("day", "month"),
    [
        (date(2026, 9, 1), "2026-09"),
        (date(2026, 9, 5), "2026-09"),
        (date(2026, 9, 6), "2026-10"),
        (date(2026, 9, 30), "2026-10"),
        (date(2026, 12, 5), "2026-12"),
        (date(2026, 12, 6), "2027-01"),
    ],
)
def test_a_change_by_the_fifth_reaches_this_months_slip(day: date, month: str) -> None:
    assert reached_month(day).iso == month


@pytest.mark.parametrize(
    ("day", "month"),
    [
        (date(2026, 9, 19), "2026-08"),
        (date(2026, 9, 20), "2026-09"),
        (date(2026, 9, 30), "2026-09"),
        (date(2026, 10, 1), "2026-09"),
        (date(2027, 1, 2), "2026-12"),
    ],
)
def test_slips_go_out_from_the_twentieth(day: date, month: str) -> None:
    assert open_month(day).iso == month


def test_a_bill_stands_on_the_slip_of_its_printed_deadline() -> None:
    # Two-month billing, the agency's own example: premium of 110/03, due on 110/05/31.
    bill = make_bill(826, date(2021, 5, 31), month=PremiumMonth(2021, 3))
    assert slip_month(bill) == PremiumMonth(2021, 5)


def test_the_table_has_no_other_edges() -> None:
    for state, event in itertools.product(EslipState, EslipEvent):
        if (state, event) in MOVES:
            assert next_state(state, event) is MOVES[state, event]
        else:
            with pytest.raises(IllegalMove):
                next_state(state, event)
    assert set(AUDIT_EVENTS) == set(EslipEvent)
    ended = {EslipState.CANCELLED, EslipState.LAPSED}
    assert not [edge for edge in MOVES if edge[0] in ended], "what ended stays ended"


def test_a_letter_that_went_out_stays_out() -> None:
    for event in MailEvent:
        for state in (MailState.SENT, MailState.DROPPED):
            with pytest.raises(IllegalMove):
                next_mail(state, event)
    assert next_mail(MailState.UNCLEAR, MailEvent.RETRY) is MailState.WAITING


def test_every_kind_of_bill_has_one_holder() -> None:
    for kind in BillKind:
        assert sum(holder.bears(kind) for holder in Holder) == 1
    assert Holder.PERSON.bears(BillKind.DEPENDANTS)
    assert Holder.UNIT.bears(BillKind.WITHHOLDER)


@pytest.mark.parametrize("text", ["110027220", "110000001", "１１００２７２２０"])
def test_a_units_password_is_its_code(text: str) -> None:
    # The letter's own example has a check digit that is off: it is the unit's code all the same.
    assert parse_password(text, holder=Holder.UNIT) in {"110027220", "110000001"}


@pytest.mark.parametrize("text", ["", "11002722", "A10027220", "my-own-password"])
def test_and_nothing_else(text: str) -> None:
    with pytest.raises(Invalid):
        parse_password(text, holder=Holder.UNIT)


@pytest.mark.parametrize("text", ["Sawah-Hijau-7", "12345678", "a" * 8 + "bcd", "x" * 28 + "abcd"])
def test_a_persons_password_is_chosen(text: str) -> None:
    assert parse_password(text, holder=Holder.PERSON, person=make_person()) == text


@pytest.mark.parametrize("text", ["a b c d e f", "1234567", "x" * 29 + "abcd", "ångström1", "11111111"])
def test_within_what_every_reader_takes(text: str) -> None:
    with pytest.raises(Invalid):
        parse_password(text, holder=Holder.PERSON, person=make_person())


def subscription(state: EslipState, first: PremiumMonth | None) -> Subscription:
    at = datetime(2026, 9, 1, tzinfo=TAIPEI)
    return Subscription(
        "s", "p", "a", Holder.PERSON, state, "en", "a@mail.example", "password", "123456", at, 0, 1, at,
        first_slip=first,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "ended", "kept"), [(5, "2026-09", False), (6, "2026-10", True), (30, "2026-10", True)]
)
def test_what_a_cancellation_still_sends(day: int, ended: str, kept: bool) -> None:
    one = subscription(EslipState.CONFIRMED, PremiumMonth(2026, 9))
    after = one.moved(EslipEvent.CANCEL, datetime(2026, 9, day, 23, 59, tzinfo=TAIPEI))
    assert after.ended_slip is not None
    assert after.ended_slip.iso == ended
    assert after.covers(PremiumMonth(2026, 9)) is kept
    assert (after.email is not None) is kept
    assert after.code is None


def test_midnight_is_taipeis() -> None:
    one = subscription(EslipState.REQUESTED, None)
    # 5 September, 16:00 in London: already the 6th in Taipei.
    late = datetime.fromisoformat("2026-09-05T16:00:00+00:00")
    assert one.moved(EslipEvent.CONFIRM, late).first_slip == PremiumMonth(2026, 10)
