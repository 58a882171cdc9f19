"""Slips of the month: once a holder and month, for whoever is bound, and only where something is due."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest

from nhi_core.domain.bills import BillKind
from nhi_core.domain.eslip import EslipState, Holder
from nhi_core.domain.mail import CLAIM_LIFE, MailEvent, MailState
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports_mail import MailDeferred, MailRefused, MailUnclear
from tests.factories.domain import make_bill, make_payment, make_person
from tests.fakes.slips import ADDRESS, Slips
from tests.service.payments.conftest import MakeTill


@pytest.fixture
def september(slips: Slips) -> Slips:
    """Subscribed on 3 September, and it is the 20th now; the code's letter, needless now, is dropped."""
    slips.till.clock.set(slips.till.clock.now().replace(month=9, day=3))
    slips.subscribe()
    slips.send()
    slips.post.letters.clear()
    slips.till.clock.set(slips.till.clock.now().replace(month=9, day=20))
    return slips


def test_the_slip_of_the_month_goes_out_once(september: Slips) -> None:
    assert september.run.make_due() == 1
    assert september.run.make_due() == 0
    assert september.send() == 1
    assert september.send() == 0
    ((envelope, key),) = september.post.letters
    assert (envelope.to, envelope.text) == (ADDRESS, "826")
    assert key.startswith("eslip-")


def test_before_the_twentieth_nothing_is_made(september: Slips) -> None:
    september.till.clock.set(september.till.clock.now() - timedelta(days=1))
    assert september.run.make_due() == 0


def test_a_subscription_after_the_fifth_waits_for_the_next_month(slips: Slips) -> None:
    slips.subscribe()
    slips.till.clock.set(slips.till.clock.now().replace(month=9, day=25))
    assert slips.run.make_due() == 0


def test_a_bill_that_the_data_brought_late_still_gets_its_slip(september: Slips) -> None:
    september.till.clock.set(september.till.clock.now().replace(month=10, day=2))
    assert september.run.make_due() == 1


def test_two_months_billed_together_are_one_slip(make_till: MakeTill) -> None:
    due = date(2026, 9, 30)
    bills = (
        make_bill(826, due, month=PremiumMonth(2026, 7)),
        make_bill(826, due, month=PremiumMonth(2026, 8)),
    )
    slips = Slips(make_till(bills=bills))
    slips.till.clock.set(slips.till.clock.now().replace(day=1))
    slips.subscribe()
    slips.till.clock.set(slips.till.clock.now().replace(day=20))
    assert slips.run.make_due() == 1
    slips.send()
    assert slips.post.last().text == "1652"


def test_what_is_paid_already_is_not_asked_for(september: Slips) -> None:
    bill = make_bill(826, date(2026, 9, 30), key="august")
    with september.till.store() as uow:
        uow.bills.add_payments([make_payment(bill, 826, date(2026, 9, 12))])
        uow.commit()
    assert september.run.make_due() == 0
    assert september.run.make_due() == 0
    assert september.mails(MailState.WAITING) == ()


def test_what_is_paid_between_the_slip_and_its_letter_is_not_mailed(september: Slips) -> None:
    september.run.make_due()
    with september.till.store() as uow:
        bill = make_bill(826, date(2026, 9, 30), key="august")
        uow.bills.add_payments([make_payment(bill, 826, date(2026, 9, 20))])
        uow.commit()
    assert september.send() == 0
    assert [mail.code for mail in september.mails(MailState.DROPPED)][1:] == ["nothing_due"]


def test_after_the_binding_changed_nothing_goes_to_the_old_address(september: Slips) -> None:
    one = september.rows()[0]
    september.till.rebind(make_person(key="another"))
    assert september.run.make_due() == 0
    assert september.mails(MailState.WAITING) == ()
    assert september.run.tidy() == 1
    assert september.run.tidy() == 0
    after = september.row(one.id)
    assert (after.state, after.email, after.password) == (EslipState.CANCELLED, None, None)


def test_a_letter_that_waits_is_dropped_when_the_binding_ends(september: Slips) -> None:
    september.run.make_due()
    september.till.rebind(make_person(key="another"))
    assert september.send() == 0
    assert [mail.code for mail in september.mails(MailState.DROPPED)][1:] == ["not_bound"]


def test_who_cancels_after_the_fifth_still_gets_this_months(september: Slips) -> None:
    one = september.rows()[0]
    september.till.clock.set(september.till.clock.now().replace(day=12))
    september.service.cancel("account")
    september.till.clock.set(september.till.clock.now().replace(day=20))
    assert september.run.make_due() == 1
    assert september.send() == 1
    # And is forgotten when the next month's turn comes.
    assert september.run.tidy() == 0
    september.till.clock.set(september.till.clock.now().replace(month=10, day=20))
    assert september.run.tidy() == 1
    assert september.row(one.id).email is None


def test_a_units_slip_holds_the_units_bills_alone(make_till: MakeTill) -> None:
    due = date(2026, 9, 30)
    bills = (make_bill(826, due), make_bill(50_000, due, kind=BillKind.UNIT))
    slips = Slips(make_till(bills=bills))
    slips.till.clock.set(slips.till.clock.now().replace(day=2))
    slips.subscribe(Holder.UNIT)
    slips.till.clock.set(slips.till.clock.now().replace(day=20))
    assert slips.run.make_due() == 1
    slips.send()
    assert slips.post.last().text == "50000"
    assert slips.service.download(slips.token(), Holder.UNIT).password == "110027220"


@pytest.mark.parametrize(
    ("failure", "state", "code"),
    [
        (MailDeferred("451"), MailState.WAITING, "451"),
        (MailRefused("550"), MailState.REFUSED, "550"),
        (MailUnclear(), MailState.UNCLEAR, "no_answer"),
    ],
)
def test_what_the_mail_server_does_decides_whether_it_is_tried_again(
    september: Slips, failure: Exception, state: MailState, code: str
) -> None:
    september.run.make_due()
    september.post.fails = failure  # type: ignore[assignment]
    assert september.send() == 0
    (mail,) = september.mails(state)
    assert (mail.code, mail.tries) == (code, 1)
    september.post.fails = None
    september.till.clock.advance(minutes=2)
    assert september.send() == int(state is MailState.WAITING)


def test_tries_grow_rarer_and_end(september: Slips) -> None:
    september.run.make_due()
    september.post.fails = MailDeferred("421")
    for _ in range(200):
        september.send()
        september.till.clock.advance(minutes=30)
        if september.mails(MailState.GIVEN_UP):
            break
    assert september.post.tries == 9
    (mail,) = september.mails(MailState.GIVEN_UP)
    september.post.fails = None
    september.outbox.retry(mail.id)
    assert september.send() == 1
    assert september.post.letters[0][1] == mail.key


def test_a_sender_that_ended_in_the_middle_is_not_repeated_unasked(september: Slips) -> None:
    september.run.make_due()
    (mail,) = september.mails(MailState.WAITING)
    with september.till.store() as uow:
        assert uow.mails.save(mail.moved(MailEvent.CLAIM, september.till.clock.now()), was=mail)
        uow.commit()
    assert september.send() == 0
    september.till.clock.advance(minutes=int(CLAIM_LIFE.total_seconds() // 60) + 1)
    assert september.send() == 0
    assert [one.code for one in september.mails(MailState.UNCLEAR)] == ["sender_ended"]
    assert [one.id for one in september.outbox.stuck()] == [mail.id]


def test_of_two_senders_one_gets_the_letter(september: Slips) -> None:
    september.run.make_due()
    (mail,) = september.mails(MailState.WAITING)
    claimed = mail.moved(MailEvent.CLAIM, september.till.clock.now())
    outcomes = []
    for _ in range(2):
        with september.till.store() as uow:
            outcomes.append(uow.mails.save(claimed, was=mail))
            uow.commit()
    assert outcomes == [True, False]


def test_a_letter_that_cannot_be_written_does_not_hold_up_the_others(september: Slips) -> None:
    september.run.make_due()
    september.request(email="second@mail.example")
    write = september.write

    def broken(mail: object) -> object:
        if "code" not in getattr(mail, "key", ""):
            raise ZeroDivisionError
        return write(mail)  # type: ignore[arg-type]

    assert september.outbox.send_due(broken) == 1  # type: ignore[arg-type]
    assert [one.code for one in september.mails(MailState.GIVEN_UP)] == ["not_written"]


def test_without_a_mail_server_nothing_is_offered_and_nothing_is_lost(september: Slips) -> None:
    september.run.make_due()
    none = type(september.outbox)(september.till.store, september.till.clock, september.till.ids, None)
    assert not none.offered
    assert none.send_due(september.write) == 0
    assert len(september.mails(MailState.WAITING)) == 1


def test_a_subscription_shows_nothing_of_itself(september: Slips) -> None:
    one = september.rows()[0]
    assert ADDRESS not in repr(one)
    assert dataclasses.asdict(one)["email"] == ADDRESS


def test_the_months_slip_holds_the_months_bills_and_the_download_all(make_till: MakeTill) -> None:
    # The agency's number on the month's printed slip is good for exactly its sum.
    bills = (make_bill(826, date(2026, 7, 31), key="june"), make_bill(1652, date(2026, 9, 30), key="august"))
    slips = Slips(make_till(bills=bills))
    slips.till.clock.set(slips.till.clock.now().replace(day=2))
    slips.subscribe()
    slips.till.clock.set(slips.till.clock.now().replace(day=20))
    slips.run.make_due()
    slips.send()
    assert slips.post.last().text == "1652"
    content = slips.service.download(slips.token(), Holder.PERSON).content
    assert content.total == 826 + 1652
    assert [(row.premium, row.estimate > 0) for row in content.rows] == [(826, False), (1652, False)]


def test_an_estimated_late_fee_is_told_and_not_asked_for(make_till: MakeTill) -> None:
    bills = (
        make_bill(5000, date(2026, 6, 30), key="may"),
        make_bill(826, date(2026, 7, 31), key="june", charged_late_fee=41),
    )
    slips = Slips(make_till(bills=bills))
    content = slips.service.download(slips.token(), Holder.PERSON, "Sawah-Hijau-7").content
    assert content.total == 5000 + 826 + 41
    assert content.estimate > 100
    assert [row.late_fee for row in content.rows] == [0, 41]
    # Every deadline is past: the codes hold for a fortnight.
    assert content.until == date(2026, 9, 25)
    assert content.store is not None
    assert content.store.third.endswith("000005867")
