"""E-slips and the outbox on both databases: the rules that the database itself keeps, and what is sealed."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from sqlalchemy import Engine, text

from nhi_core.adapters.db import ColumnSealer, SqlUnitOfWorkFactory, reseal
from nhi_core.domain.bills import BillKind
from nhi_core.domain.eslip import EslipState, Holder, Slip, Subscription
from nhi_core.domain.mail import Mail, MailEvent, MailKind, MailState
from nhi_core.domain.roc import PremiumMonth
from nhi_core.services.outbox import queue
from tests.factories import canary
from tests.factories.domain import make_bill, make_person
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from tests.fakes.slips import Slips
from tests.fakes.till import Till

SEPTEMBER = PremiumMonth(2026, 9)


@pytest.fixture
def slips(uow: SqlUnitOfWorkFactory) -> Slips:
    clock = FakeClock(date(2026, 9, 3))
    due = date(2026, 9, 30)
    bills = (make_bill(826, due, key="own"), make_bill(9000, due, key="units", kind=BillKind.UNIT))
    return Slips(Till(uow, clock, bills=bills))


def stored(engine: Engine, table: str) -> str:
    with engine.connect() as connection:
        return str(connection.execute(text(f"SELECT * FROM {table}")).all())


def test_the_whole_way(slips: Slips) -> None:
    one = slips.subscribe()
    assert slips.row(one.id) == one
    slips.till.clock.set(slips.till.clock.now().replace(day=20))
    assert slips.run.make_due() == 1
    assert slips.run.make_due() == 0
    assert slips.send() == 1
    assert slips.post.last().text == "826"
    counts = slips.outbox.counts()
    assert counts[MailKind.ESLIP, MailState.SENT] == 1
    slips.service.cancel("account")
    slips.till.clock.set(slips.till.clock.now().replace(month=10, day=20))
    assert slips.run.tidy() == 1
    assert slips.row(one.id).email is None


def test_address_password_and_code_are_sealed(slips: Slips, engine: Engine) -> None:
    slips.request(email=canary.EMAIL, password="Waterproof-Canary")
    code = slips.code()
    rows = stored(engine, "eslip_subscriptions")
    for secret in (canary.EMAIL, "Waterproof-Canary"):
        assert secret not in rows
    assert f"'{code}'" not in rows
    slips.send()
    for table in ("mails", "audit_events"):
        for secret in (canary.EMAIL, "Waterproof-Canary", f"'{code}'"):
            assert secret not in stored(engine, table)


def test_keys_are_renewed_in_these_columns_too(slips: Slips, engine: Engine, sealer: ColumnSealer) -> None:
    slips.subscribe()
    reports = {report.table: report for report in reseal(engine, sealer)}
    assert reports["eslip_subscriptions"].seen == 1
    assert reports["eslip_subscriptions"].broken == 0


def test_the_database_keeps_one_of_each(slips: Slips) -> None:
    one = slips.subscribe()
    twin = dataclasses.replace(one, id="twin")
    slip = Slip("slip", one.id, "payer", Holder.PERSON, SEPTEMBER, "mailed", slips.till.clock.now())
    with slips.till.store() as uow:
        assert not uow.eslips.add(twin)
        assert uow.eslips.add_slip(slip)
        assert not uow.eslips.add_slip(dataclasses.replace(slip, id="second"))
        assert uow.eslips.add_slip(dataclasses.replace(slip, id="units", holder=Holder.UNIT))
        assert uow.eslips.slip("slip") == slip
        for expected in (True, False):
            added = queue(
                uow, FakeIds(7), slips.till.clock.now(), kind=MailKind.ESLIP, subject_id="slip", key="k"
            )
            assert added is expected


def test_a_stale_copy_does_not_overwrite(slips: Slips) -> None:
    one = slips.subscribe()
    with slips.till.store() as uow:
        assert uow.eslips.save(one.emptied())
        assert not uow.eslips.save(one)
        uow.commit()
    assert slips.row(one.id).email is None


def test_which_subscriptions_want_a_slip(slips: Slips) -> None:
    def wanting(month: PremiumMonth) -> list[Holder]:
        with slips.till.store() as uow:
            return sorted(one.holder for one in uow.eslips.wanting(month, 10))

    slips.subscribe()
    assert wanting(SEPTEMBER) == [Holder.PERSON]
    slips.subscribe(Holder.UNIT)
    assert wanting(SEPTEMBER) == [Holder.PERSON, Holder.UNIT]
    assert wanting(SEPTEMBER.plus(-1)) == []
    assert wanting(SEPTEMBER.plus(1)) == [], "no bill is due then"
    with slips.till.store() as uow:
        assert uow.eslips.has_bills("payer", Holder.UNIT)
        assert not uow.eslips.has_bills("nobody", Holder.PERSON)


def test_who_is_bound_no_longer_is_forgotten(slips: Slips) -> None:
    one = slips.subscribe()
    assert slips.run.tidy() == 0
    slips.till.rebind(make_person(key="another"))
    assert slips.run.tidy() == 1
    assert (slips.row(one.id).email, slips.row(one.id).state) == (None, EslipState.CANCELLED)


def test_a_letter_is_claimed_by_one(slips: Slips) -> None:
    slips.request()
    (mail,) = slips.mails(MailState.WAITING)
    now = slips.till.clock.now()
    claimed = mail.moved(MailEvent.CLAIM, now)
    with slips.till.store() as uow:
        assert uow.mails.save(claimed, was=mail)
        assert not uow.mails.save(claimed, was=mail)
        uow.commit()
    with slips.till.store() as uow:
        assert uow.mails.due(now, 10) == ()
        assert uow.mails.claimed_before(now, 10) == ()
        slips.till.clock.advance(minutes=11)
        assert [one.id for one in uow.mails.claimed_before(slips.till.clock.now(), 10)] == [mail.id]
        assert uow.mails.get(mail.id) == claimed


def test_rows_come_back_as_they_were_written(slips: Slips) -> None:
    now = slips.till.clock.now()
    one = Subscription(
        "s", "payer", "account", Holder.UNIT, EslipState.CONFIRMED, "th", canary.EMAIL, "110027220", None,
        None, 2, 3, now, now, now, SEPTEMBER, SEPTEMBER.plus(3),
    )  # fmt: skip
    letter = Mail("m", "key", MailKind.ESLIP, "s", MailState.UNCLEAR, 4, now, None, now, now, "no_answer")
    with slips.till.store() as uow:
        assert uow.eslips.add(one)
        assert uow.mails.add(letter)
        uow.commit()
    with slips.till.store() as uow:
        assert uow.eslips.get("s") == one
        assert uow.mails.get("m") == letter
