"""An address counts when its code came back through the page, for the person bound then, and not before."""

from __future__ import annotations

from datetime import date

import pytest

from nhi_core.domain.errors import NotBound, TooManyAttempts
from nhi_core.domain.eslip import CodeOver, CodeWrong, EslipLinkOver, EslipState, Holder
from nhi_core.domain.mail import MailState
from nhi_core.domain.roc import PremiumMonth
from nhi_core.services.eslip_views import FieldInvalid
from tests.factories.domain import make_person
from tests.fakes.slips import ADDRESS, PASSWORD, Slips


def test_nothing_is_in_force_before_the_code_comes_back(slips: Slips) -> None:
    slips.request()
    assert not slips.service.offer("account", "zh-TW").subscribed
    assert slips.send() == 1
    envelope = slips.post.last()
    assert envelope.to == ADDRESS
    assert envelope.text == slips.code()


def test_the_code_puts_the_address_in_force_from_the_month_that_it_reaches(slips: Slips) -> None:
    one = slips.subscribe()
    assert (one.state, one.first_slip) == (EslipState.CONFIRMED, PremiumMonth(2026, 10))
    view = slips.service.offer("account", "zh-TW")
    assert (view.subscribed, view.email_masked, view.first_slip) == (True, "si***@mail.example", "2026-10")


def test_by_the_fifth_it_is_this_months_slip(slips: Slips) -> None:
    slips.till.clock.set(slips.till.clock.now().replace(month=9, day=5))
    assert slips.subscribe().first_slip == PremiumMonth(2026, 9)


def test_a_wrong_code_is_counted_and_five_end_it(slips: Slips) -> None:
    token = slips.request()
    good = slips.code()
    wrong = f"{(int(good) + 1) % 10**6:06d}"
    for left in (4, 3, 2, 1):
        with pytest.raises(CodeWrong) as caught:
            slips.service.confirm(token, Holder.PERSON, wrong)
        assert caught.value.left == left
    with pytest.raises(CodeOver):
        slips.service.confirm(token, Holder.PERSON, wrong)
    with pytest.raises(CodeOver):
        slips.service.confirm(token, Holder.PERSON, good)
    slips.service.again(token, Holder.PERSON)
    slips.service.confirm(token, Holder.PERSON, slips.code())


def test_a_code_ends_after_a_quarter_of_an_hour(slips: Slips) -> None:
    slips.request()
    slips.till.clock.advance(minutes=15)
    with pytest.raises(CodeOver):
        slips.service.confirm(slips.token(), Holder.PERSON, slips.code())
    assert slips.send() == 0
    assert [(mail.state, mail.code) for mail in slips.mails()] == [(MailState.DROPPED, "expired")]


def test_a_new_code_makes_the_letter_of_the_old_one_needless(slips: Slips) -> None:
    token = slips.request()
    slips.service.again(token, Holder.PERSON)
    assert slips.send() == 1
    assert {(mail.state, mail.code) for mail in slips.mails()} == {
        (MailState.SENT, None),
        (MailState.DROPPED, "superseded"),
    }


def test_nobodys_mailbox_is_filled_from_here(slips: Slips) -> None:
    for _ in range(5):
        slips.request()
    with pytest.raises(TooManyAttempts):
        slips.request()
    slips.till.clock.advance(days=1)
    slips.request()


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [
        ("no address", PASSWORD, "email"),
        ("two@mail.example,three@mail.example", PASSWORD, "email"),
        ("a@mail.example\r\nBcc: b@mail.example", PASSWORD, "email"),
        ("0912345678", PASSWORD, "email"),
        (ADDRESS, "short", "password"),
        (ADDRESS, "密碼密碼密碼密碼", "password"),
        (ADDRESS, "19800101", "password"),
        (ADDRESS, "0690101", "password"),
        (ADDRESS, "aaaaaaaa", "password"),
        (ADDRESS, "{number}", "password"),
        (ADDRESS, "x{number}", "password"),
    ],
)
def test_what_cannot_be_right_is_named_by_its_field(
    slips: Slips, email: str, password: str, field: str
) -> None:
    with pytest.raises(FieldInvalid) as caught:
        slips.request(email=email, password=password.format(number=slips.till.person.number.lower()))
    assert caught.value.field == field
    assert slips.rows() == ()
    assert slips.mails() == ()


def test_another_address_takes_over_from_the_month_that_it_reaches(slips: Slips) -> None:
    slips.till.clock.set(slips.till.clock.now().replace(month=9, day=3))
    first = slips.subscribe()
    slips.till.clock.set(slips.till.clock.now().replace(month=9, day=10))
    second = slips.subscribe(email="new@mail.example")
    old = slips.row(first.id)
    # The slip of September was settled on the 5th: it still goes to the old address.
    assert [old.covers(PremiumMonth(2026, month)) for month in (8, 9, 10)] == [False, True, False]
    assert [second.covers(PremiumMonth(2026, month)) for month in (9, 10)] == [False, True]
    assert old.email == ADDRESS


def test_who_cancels_before_any_slip_is_forgotten_at_once(slips: Slips) -> None:
    one = slips.subscribe()
    end = slips.service.cancel("account")
    assert end is not None
    assert end.reaches == "2026-10"
    old = slips.row(one.id)
    assert (old.state, old.email, old.password) == (EslipState.CANCELLED, None, None)
    assert slips.service.cancel("account") is None
    assert slips.service.ending("account") is None


def test_the_page_is_for_the_binding_it_was_made_for(slips: Slips) -> None:
    token = slips.request()
    code = slips.code()
    slips.till.rebind(make_person(key="another"))
    for attempt in (
        lambda: slips.service.page(token),
        lambda: slips.service.slips(token),
        lambda: slips.service.confirm(token, Holder.PERSON, code),
        lambda: slips.service.download(token, Holder.PERSON, PASSWORD),
        lambda: slips.service.again(token, Holder.PERSON),
    ):
        with pytest.raises(EslipLinkOver):
            attempt()
    assert not slips.service.offer("account", "zh-TW").subscribed
    with pytest.raises(NotBound):
        slips.service.offer("stranger", "zh-TW")


def test_the_page_ends_and_cannot_be_made_up(slips: Slips) -> None:
    token = slips.token()
    for forged in ("", "rubbish", token[:-2] + ("AA" if token[-2:] != "AA" else "BB")):
        with pytest.raises(EslipLinkOver):
            slips.service.page(forged)
    slips.till.clock.advance(minutes=15)
    with pytest.raises(EslipLinkOver):
        slips.service.page(token)


def test_the_address_of_the_page_holds_nothing_personal(slips: Slips) -> None:
    url = slips.service.offer("account", "zh-TW").url
    for secret in (slips.till.person.number, slips.till.person.name, ADDRESS, "826"):
        assert secret not in url


def test_only_who_answers_for_a_unit_may_ask_for_a_units_slips(slips: Slips) -> None:
    assert not slips.service.page(slips.token()).units
    with pytest.raises(FieldInvalid, match="holder"):
        slips.request(Holder.UNIT, password="110027220")


def test_a_request_that_nobody_confirmed_is_forgotten(slips: Slips) -> None:
    slips.request()
    slips.till.clock.advance(minutes=80)
    assert slips.run.tidy() == 1
    assert slips.rows() == ()
    assert slips.run.tidy() == 0
    assert slips.till.clock.today() == date(2026, 9, 10)
