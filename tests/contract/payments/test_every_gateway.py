"""What holds for each gateway behind the port."""

from __future__ import annotations

import dataclasses

import pytest

from nhi_core.domain.payment import Attempt
from nhi_core.ports_payments import CallbackForged, GatewayAway, PayAddresses, Standing
from tests.contract.payments.rigs import JkoRig, LineRig, Rig, attempt
from tests.fakes.gateways import FakeJko, FakeLinePay, serving

pytestmark = pytest.mark.net
ADDRESSES = PayAddresses("https://c.test/back", "https://c.test/off", "https://c.test/pay/callbacks/any")


def opened(rig: Rig, amount: int = 826) -> Attempt:
    one = attempt(amount)
    found = rig.provider.open(one, ADDRESSES, language="vi")
    return dataclasses.replace(one, reference=found.reference, redirect_url=found.redirect_url)


def test_opening_gives_an_address_and_moves_no_money(rig: Rig) -> None:
    one = opened(rig)
    assert str(one.redirect_url).startswith("http")
    assert rig.provider.inquire(one).standing is Standing.UNPAID
    assert rig.taken(one.id) == 0


def test_agreed_and_confirmed_it_is_paid_with_its_amount(rig: Rig) -> None:
    one = opened(rig)
    rig.approve(one.id)
    before = rig.provider.inquire(one)
    assert before.standing is (Standing.PAID if rig.provider.captures else Standing.APPROVED)
    after = rig.provider.confirm(one)
    assert (after.standing, after.amount) == (Standing.PAID, 826)
    again = rig.provider.inquire(one)
    assert (again.standing, again.amount) == (Standing.PAID, 826)


def test_confirmed_twice_the_money_is_taken_once(rig: Rig) -> None:
    one = opened(rig)
    rig.approve(one.id)
    first, second = rig.provider.confirm(one), rig.provider.confirm(one)
    assert (second.standing, second.amount) == (first.standing, first.amount) == (Standing.PAID, 826)
    assert rig.taken(one.id) == 1


def test_refused_is_refused(rig: Rig) -> None:
    one = opened(rig)
    rig.refuse(one.id)
    assert rig.provider.inquire(one).standing is Standing.REFUSED


def test_another_amount_is_never_hidden(rig: Rig) -> None:
    one = opened(rig)
    rig.approve(one.id, 800)
    verdict = rig.provider.confirm(one)
    # Either the gateway refuses to take it, or it says what it took.
    assert verdict.standing is Standing.REFUSED or verdict.amount == 800


def test_an_order_it_does_not_know(rig: Rig) -> None:
    assert rig.provider.inquire(attempt()).standing is Standing.UNKNOWN


def test_a_word_of_no_table_is_not_guessed(rig: Rig) -> None:
    one = opened(rig)
    rig.odd(one.id)
    assert rig.provider.inquire(one).standing is Standing.UNCLEAR


def test_away_is_away_whatever_is_asked(rig: Rig) -> None:
    one = opened(rig)
    rig.away()
    for ask in (rig.provider.inquire, rig.provider.confirm):
        with pytest.raises(GatewayAway):
            ask(one)
    with pytest.raises(GatewayAway):
        rig.provider.open(attempt(), ADDRESSES, language="en")


def test_a_callback_names_its_attempt_and_a_forged_one_does_not(rig: Rig) -> None:
    one = opened(rig)
    good = rig.callback(one.id)
    if good is not None:
        assert rig.provider.attempt_of(good) == one.id
        assert rig.provider.attempt_of(good) == one.id  # a replay says the same; booking is what is done once
    for forged in rig.forged(one.id):
        with pytest.raises(CallbackForged):
            rig.provider.attempt_of(forged)


def test_a_callback_out_of_order_says_nothing_that_inquiry_does_not(rig: Rig) -> None:
    one = opened(rig)
    good = rig.callback(one.id)
    if good is not None:
        rig.provider.attempt_of(good)
    assert rig.provider.inquire(one).standing is Standing.UNPAID


def test_nothing_in_between_is_misread() -> None:
    """LINE Pay: dead between request and answer, and between confirm and answer."""
    fake = FakeLinePay()
    with serving(fake.app) as base:
        rig = LineRig(base, fake)
        one = opened(rig)
        unheard = dataclasses.replace(one, reference=None)
        assert rig.provider.inquire(unheard).standing is Standing.UNKNOWN
        rig.approve(one.id)
        fake.forget_answer = True
        with pytest.raises(GatewayAway):
            rig.provider.confirm(one)
        for asked in (one, unheard):
            verdict = rig.provider.inquire(asked)
            assert (verdict.standing, verdict.amount, verdict.reference) == (
                Standing.PAID,
                826,
                one.reference,
            )
        assert rig.taken(one.id) == 1
        assert one.reference is not None
        assert len(one.reference) == 19


@pytest.mark.parametrize(
    ("word", "standing"),
    [("0000", Standing.UNPAID), ("0110", Standing.APPROVED), ("0121", Standing.REFUSED),
     ("0122", Standing.REFUSED), ("0123", Standing.PAID)],
)  # fmt: skip
def test_the_words_of_line_pays_check(word: str, standing: Standing) -> None:
    fake = FakeLinePay()
    with serving(fake.app) as base:
        rig = LineRig(base, fake)
        one = opened(rig)
        fake.payments[one.id]["state"] = word
        assert rig.provider.inquire(one).standing is standing


@pytest.mark.parametrize(
    ("word", "standing"),
    [(0, Standing.PAID), (100, Standing.REFUSED), (101, Standing.UNPAID), (102, Standing.UNKNOWN)],
)
def test_the_words_of_jkopays_inquiry(word: int, standing: Standing) -> None:
    fake = FakeJko()
    with serving(fake.app) as base:
        rig = JkoRig(base, fake)
        one = opened(rig)
        rig.approve(one.id)
        fake.orders[one.id]["status"] = word
        assert rig.provider.inquire(one).standing is standing
