"""The outbox, e-slips and pre-registrations in memory, and a mail server that can be made to fail."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from nhi_core.domain.bills import Bill
from nhi_core.domain.binding import BindingState
from nhi_core.domain.errors import CounterError
from nhi_core.domain.eslip import EslipState, Holder, Slip, Subscription, slip_month
from nhi_core.domain.mail import Mail, MailKind, MailState
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports_mail import Envelope, Registered
from tests.fakes.payments import Table

_LIVE = (EslipState.REQUESTED, EslipState.CONFIRMED)


class Bills(Protocol):
    """Where the store keeps bills, by payer."""

    def of_payer(self, person_id: str) -> tuple[Bill, ...]: ...


class FakeMails:
    """Fulfils ports_mail.Mails."""

    def __init__(self, mails: Table) -> None:
        self._mails = mails

    def add(self, mail: Mail) -> bool:
        if any(row.key == mail.key for row in self._mails.rows.values()):
            return False
        self._mails.rows[mail.id] = mail
        return True

    def get(self, mail_id: str) -> Mail | None:
        return self._mails.rows.get(mail_id)

    def due(self, now: datetime, limit: int) -> tuple[Mail, ...]:
        waiting = self.in_states(MailState.WAITING)
        return tuple(row for row in waiting if row.next_try_at and row.next_try_at <= now)[:limit]

    def claimed_before(self, moment: datetime, limit: int) -> tuple[Mail, ...]:
        sending = self.in_states(MailState.SENDING)
        return tuple(row for row in sending if row.claimed_at and row.claimed_at < moment)[:limit]

    def in_states(self, *states: MailState, limit: int = 200) -> tuple[Mail, ...]:
        found = [row for row in self._mails.rows.values() if row.state in states]
        return tuple(sorted(found, key=lambda row: row.created_at)[:limit])

    def counts(self) -> Mapping[tuple[MailKind, MailState], int]:
        return Counter((row.kind, row.state) for row in self._mails.rows.values())

    def save(self, mail: Mail, *, was: Mail) -> bool:
        for rows in (self._mails.committed, self._mails.rows):
            row = rows.get(was.id)
            if row is not None and (row.state, row.tries) != (was.state, was.tries):
                return False
        self._mails.rows[mail.id] = mail
        return True


class FakeEslips:
    """Fulfils ports_mail.Eslips."""

    def __init__(self, subscriptions: Table, slips: Table, bills: Bills, bindings: Table) -> None:
        self._subscriptions, self._slips = subscriptions, slips
        self._bills, self._bindings = bills, bindings

    def add(self, subscription: Subscription) -> bool:
        if self._stands(subscription):
            return False
        self._subscriptions.rows[subscription.id] = subscription
        return True

    def get(self, subscription_id: str) -> Subscription | None:
        return self._subscriptions.rows.get(subscription_id)

    def live_of_person(self, person_id: str) -> tuple[Subscription, ...]:
        return tuple(row for row in self._all() if row.person_id == person_id and row.state in _LIVE)

    def save(self, subscription: Subscription) -> bool:
        for rows in (self._subscriptions.committed, self._subscriptions.rows):
            row = rows.get(subscription.id)
            if row is not None and row.revision > subscription.revision:
                return False
        assert not self._stands(subscription), "one subscription of a state a holder"
        self._subscriptions.rows[subscription.id] = dataclasses.replace(
            subscription, revision=subscription.revision + 1
        )
        return True

    def wanting(self, month: PremiumMonth, limit: int) -> tuple[Subscription, ...]:
        made = {(slip.person_id, slip.holder) for slip in self._slips.rows.values() if slip.month == month}
        return tuple(
            row
            for row in self._all()
            if row.covers(month)
            and row.email is not None
            and (row.person_id, row.holder) not in made
            and any(
                row.holder.bears(bill.kind) and slip_month(bill) == month
                for bill in self._bills.of_payer(row.person_id)
            )
        )[:limit]

    def unconfirmed(self, before: datetime, limit: int) -> tuple[Subscription, ...]:
        return tuple(
            row
            for row in self._all()
            if row.state is EslipState.REQUESTED and row.code_until and row.code_until < before
        )[:limit]

    def orphaned(self, limit: int) -> tuple[Subscription, ...]:
        bound = {
            (row.account_id, row.person_id)
            for row in self._bindings.rows.values()
            if row.state == BindingState.BOUND
        }
        return tuple(
            row for row in self._all() if row.state in _LIVE and (row.account_id, row.person_id) not in bound
        )[:limit]

    def spent(self, month: PremiumMonth, limit: int) -> tuple[Subscription, ...]:
        return tuple(
            row for row in self._all() if row.ended_slip and row.ended_slip <= month and row.email is not None
        )[:limit]

    def add_slip(self, slip: Slip) -> bool:
        key = (slip.person_id, slip.holder, slip.month)
        if any((row.person_id, row.holder, row.month) == key for row in self._slips.rows.values()):
            return False
        self._slips.rows[slip.id] = slip
        return True

    def slip(self, slip_id: str) -> Slip | None:
        return self._slips.rows.get(slip_id)

    def has_bills(self, person_id: str, holder: Holder) -> bool:
        return any(holder.bears(bill.kind) for bill in self._bills.of_payer(person_id))

    def _all(self) -> list[Subscription]:
        return list(self._subscriptions.rows.values())

    def _stands(self, one: Subscription) -> bool:
        if one.state not in _LIVE:
            return False
        key = (one.person_id, one.holder, one.state)
        return any((row.person_id, row.holder, row.state) == key and row.id != one.id for row in self._all())


class FakeRegistrations:
    """Fulfils ports_mail.RegistrationLetters. Rows: id → (address, how far its letter is)."""

    def __init__(self, rows: Table) -> None:
        self._rows = rows

    def waiting(self, limit: int) -> tuple[str, ...]:
        return tuple(key for key, (_, state) in self._rows.rows.items() if state == "waiting")[:limit]

    def get(self, registration_id: str) -> Registered | None:
        row = self._rows.rows.get(registration_id)
        return Registered(registration_id, row[0]) if row else None

    def mark(self, registration_id: str, state: str) -> None:
        self._rows.rows[registration_id] = (self._rows.rows[registration_id][0], state)


class FakePost:
    """Fulfils ports_mail.Mailer. `fails` is raised by each send, until it is taken away."""

    def __init__(self) -> None:
        self.letters: list[tuple[Envelope, str]] = []
        self.fails: CounterError | None = None
        self.tries = 0

    def send(self, envelope: Envelope, *, key: str) -> None:
        self.tries += 1
        if self.fails is not None:
            raise self.fails
        self.letters.append((envelope, key))

    def last(self) -> Any:
        return self.letters[-1][0]
