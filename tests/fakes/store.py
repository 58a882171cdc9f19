"""An in-memory store with transactions: reads see what is committed and one's own writes.

Compare-and-set looks at the committed state once more, as a database row lock would, so that races can be
played by letting one transaction run inside another.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from nhi_core import ports
from nhi_core.domain.accounts import Account, Binding, OneTimeCode
from nhi_core.domain.application import Application
from nhi_core.domain.approvals import Approval
from nhi_core.domain.attempts import Attempts
from nhi_core.domain.bills import Bill, Payment, Plan
from nhi_core.domain.card_session import CardSession
from nhi_core.domain.eslip import Slip, Subscription
from nhi_core.domain.group_activity import Message
from nhi_core.domain.kiosks import Kiosk
from nhi_core.domain.ledger import BillItem, DisasterArea, Refund, Subsidy
from nhi_core.domain.mail import Mail
from nhi_core.domain.notice_acks import Ack
from nhi_core.domain.notices import Notice
from nhi_core.domain.offices import ChatGroup, Clerk, GroupMember, Office, Posting
from nhi_core.domain.payment import Attempt, Order
from nhi_core.domain.payment_carry import carried_over
from nhi_core.domain.people import Person
from nhi_core.domain.promotion import Photo, Report
from nhi_core.domain.reminders import Preferences, Reminder
from nhi_core.domain.satisfaction import Survey
from nhi_core.domain.staff import StaffSession
from nhi_core.domain.usage import UseCell
from nhi_core.ports import Clock, Json
from nhi_core.ports_kiosks import CardSessions, FactAttempts, Kiosks
from nhi_core.ports_mail import Eslips, Mails, RegistrationLetters
from nhi_core.ports_offices import ChatGroups, Clerks, Offices
from nhi_core.ports_payments import Callback, PaymentOrders
from nhi_core.ports_promotion import GroupTalk, Promotions
from nhi_core.ports_reminders import ReminderBooks, Reminders, Walk
from nhi_core.ports_staff import Approvals, Staff, StaffSessions
from tests.fakes.bindings import FakeBindings, FakeCodes
from tests.fakes.instalments import FakeApplications, FakePlans
from tests.fakes.kiosks import FakeCardSessions, FakeFactAttempts, FakeKiosks
from tests.fakes.ledger import FakeLedger
from tests.fakes.mails import FakeEslips, FakeMails, FakeRegistrations
from tests.fakes.notices import FakeNoticeAcks, FakeNotices, FakeNoticeSends
from tests.fakes.offices import FakeChatGroups, FakeClerks, FakeOffices
from tests.fakes.payments import FakePaymentOrders
from tests.fakes.promotion import FakeGroupTalk, FakePromotions
from tests.fakes.reminders import FakeReminderBooks, FakeReminders
from tests.fakes.satisfaction import FakeOpinions
from tests.fakes.staff import FakeApprovals, FakeStaff, FakeStaffSessions, StaffRow
from tests.fakes.table import Table as _Table


@dataclass(frozen=True)
class AuditRow:
    """One line of the trail."""

    event: str
    subject: str
    detail: Json | None


@dataclass(frozen=True)
class SendRow:
    """One row of the send ledger."""

    kind: str
    account_id: str | None
    messages: int
    recipients: int
    at: datetime
    outcome: str | None = None
    request_id: str | None = None


@dataclass
class MemoryStore:
    """What is committed. Call it to open a transaction (ports.UnitOfWorkFactory)."""

    clock: Clock
    people: dict[str, Person] = field(default_factory=dict)
    bills: dict[str, tuple[Bill, ...]] = field(default_factory=dict)
    payments: dict[str, tuple[Payment, ...]] = field(default_factory=dict)
    plans: dict[str, tuple[Plan, ...]] = field(default_factory=dict)
    items: dict[str, tuple[BillItem, ...]] = field(default_factory=dict)
    refunds: dict[str, tuple[Refund, ...]] = field(default_factory=dict)
    subsidies: dict[str, tuple[Subsidy, ...]] = field(default_factory=dict)
    areas: dict[str, tuple[DisasterArea, ...]] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    codes: dict[str, OneTimeCode] = field(default_factory=dict)
    bindings: dict[str, Binding] = field(default_factory=dict)
    applications: dict[str, Application] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    callbacks: dict[str, Callback] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    slips: dict[str, Slip] = field(default_factory=dict)
    mails: dict[str, Mail] = field(default_factory=dict)
    registrations: dict[str, tuple[str, str]] = field(default_factory=dict)
    reminder_preferences: dict[str, Preferences | None] = field(default_factory=dict)
    reminders: dict[str, Reminder] = field(default_factory=dict)
    reminder_walks: dict[str, Walk] = field(default_factory=dict)
    kiosks: dict[str, Kiosk] = field(default_factory=dict)
    card_sessions: dict[str, CardSession] = field(default_factory=dict)
    fact_attempts: dict[str, Attempts] = field(default_factory=dict)
    offices: dict[str, Office] = field(default_factory=dict)
    clerks: dict[str, Clerk] = field(default_factory=dict)
    postings: dict[str, Posting] = field(default_factory=dict)
    chat_groups: dict[str, ChatGroup] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    notice_posts: dict[str, str] = field(default_factory=dict)
    notice_acks: dict[str, Ack] = field(default_factory=dict)
    promotion_reports: dict[str, Report] = field(default_factory=dict)
    promotion_photos: dict[str, Photo] = field(default_factory=dict)
    group_messages: dict[str, Message | None] = field(default_factory=dict)
    group_members: dict[str, GroupMember] = field(default_factory=dict)
    staff: dict[str, StaffRow] = field(default_factory=dict)
    staff_sessions: dict[str, tuple[str, StaffSession] | None] = field(default_factory=dict)
    approvals: dict[str, Approval] = field(default_factory=dict)
    satisfaction_accounts: dict[str, tuple[datetime, bool] | None] = field(default_factory=dict)
    satisfaction_answers: dict[str, Survey] = field(default_factory=dict)
    usage_counts: dict[str, tuple[UseCell, int]] = field(default_factory=dict)
    audit: dict[str, AuditRow] = field(default_factory=dict)
    sends: dict[str, SendRow] = field(default_factory=dict)
    inbound: dict[str, str] = field(default_factory=dict)
    commits: int = 0

    def __call__(self) -> MemoryUnitOfWork:
        return MemoryUnitOfWork(self)

    def audited(self, subject: str) -> list[str]:
        """Return the audit events of a subject, in order."""
        return [row.event for row in self.audit.values() if row.subject == subject]


class _People(_Table[Person]):
    def get(self, person_id: str) -> Person | None:
        return self.rows.get(person_id)

    def by_number(self, number: str) -> Person | None:
        return next((row for row in self.rows.values() if row.number == number), None)

    def by_story(self, story: str) -> Person | None:
        return next((row for row in self.rows.values() if row.story == story), None)

    def add(self, person: Person) -> None:
        assert person.id not in self.rows, "a person's id is unique"
        assert self.by_number(person.number) is None, "a person's number is unique"
        self.rows[person.id] = person

    def save(self, person: Person) -> None:
        assert person.id in self.rows
        self.rows[person.id] = person

    def stories(self) -> tuple[str, ...]:
        return tuple(row.story for row in self.rows.values() if row.story is not None)


class _Bills:
    def __init__(self, store: MemoryStore) -> None:
        self.bills = _Table(store.bills)
        self.payments = _Table(store.payments)
        self.plans = _Table(store.plans)

    def of_payer(self, person_id: str) -> tuple[Bill, ...]:
        return self.bills.rows.get(person_id, ())

    def payments_of(self, person_id: str) -> tuple[Payment, ...]:
        return self.payments.rows.get(person_id, ())

    def payments_for_booking(self, person_id: str) -> tuple[Payment, ...]:
        return self.payments_of(person_id)

    def plans_of(self, person_id: str) -> tuple[Plan, ...]:
        return self.plans.rows.get(person_id, ())

    def add_all(self, bills: Iterable[Bill]) -> None:
        for bill in bills:
            self.bills.rows[bill.payer_id] = (*self.of_payer(bill.payer_id), bill)

    def add_payments(self, payments: Iterable[Payment]) -> None:
        payer_of = {bill.id: bill.payer_id for rows in self.bills.rows.values() for bill in rows}
        for payment in payments:
            payer = payer_of[payment.bill_id]
            self.payments.rows[payer] = (*self.payments_of(payer), payment)

    def replace_payment(self, payment_id: str, payment: Payment) -> None:
        for payer, rows in dict(self.payments.rows).items():
            self.payments.rows[payer] = tuple(payment if one.id == payment_id else one for one in rows)

    def add_plan(self, plan: Plan) -> None:
        self.plans.rows[plan.payer_id] = (*self.plans_of(plan.payer_id), plan)

    def replace(
        self, person_id: str, *, bills: Iterable[Bill], payments: Iterable[Payment], plans: Iterable[Plan]
    ) -> None:
        bills, payments = tuple(bills), tuple(payments)
        ours = carried_over(self.of_payer(person_id), self.payments_of(person_id), bills, payments)
        self.bills.rows[person_id] = bills
        self.payments.rows[person_id] = (*payments, *ours)
        self.plans.rows[person_id] = tuple(plans)


class _Accounts(_Table[Account]):
    def get(self, account_id: str) -> Account | None:
        return self.rows.get(account_id)

    def by_channel_user(self, channel: str, channel_user: str) -> Account | None:
        wanted = (channel, channel_user)
        return next((row for row in self.rows.values() if (row.channel, row.channel_user) == wanted), None)

    def add(self, account: Account) -> Account:
        standing = self.by_channel_user(account.channel, account.channel_user)
        if standing is not None:
            return standing
        self.rows[account.id] = account
        return account

    def save(self, account: Account) -> None:
        assert account.id in self.rows
        self.rows[account.id] = account


class _Audit(_Table[AuditRow]):
    def record(self, event: str, *, subject: str, detail: Json | None = None) -> None:
        self.own[f"{len(self.rows):06d}"] = AuditRow(event, subject, detail)


class _Sends(_Table[SendRow]):
    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store.sends)
        self._clock = store.clock

    def claim(self, key: str, *, kind: str, account_id: str | None, messages: int, recipients: int) -> bool:
        if key in self.rows:
            return False
        self.rows[key] = SendRow(kind, account_id, messages, recipients, self._clock.now())
        return True

    def settle(self, key: str, *, outcome: str, request_id: str | None = None) -> None:
        self.rows[key] = dataclasses.replace(self.rows[key], outcome=outcome, request_id=request_id)

    def outcome(self, key: str) -> str | None:
        row = self.rows.get(key)
        return row.outcome if row else None

    def pushed_since(self, since: datetime) -> int:
        return sum(row.recipients for row in self.rows.values() if row.kind == "push" and row.at >= since)


class _Inbound(_Table[str]):
    def close(self, event_id: str, *, kind: str, outcome: str, reason: str | None = None) -> bool:
        first = event_id not in self.rows
        self.rows.setdefault(event_id, outcome)
        return first

    def outcome(self, event_id: str) -> str | None:
        return self.rows.get(event_id)


class MemoryUnitOfWork:
    """Fulfils ports.UnitOfWork."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        people, bills, accounts = _People(store.people), _Bills(store), _Accounts(store.accounts)
        codes, bindings, audit = FakeCodes(store.codes), FakeBindings(store.bindings), _Audit(store.audit)
        sends, inbound = _Sends(store), _Inbound(store.inbound)
        applications: _Table[Application] = _Table(store.applications)
        self.applications: ports.Applications = FakeApplications(applications)
        self.plans: ports.InstalmentPlans = FakePlans(bills)
        orders, attempts, callbacks = _Table(store.orders), _Table(store.attempts), _Table(store.callbacks)
        self.orders: PaymentOrders = FakePaymentOrders(orders, attempts, callbacks, bills)
        subscriptions, slips = _Table(store.subscriptions), _Table(store.slips)
        self.eslips: Eslips = FakeEslips(subscriptions, slips, bills, bindings)
        mails, registrations = _Table(store.mails), _Table(store.registrations)
        self.mails: Mails = FakeMails(mails)
        self.registrations: RegistrationLetters = FakeRegistrations(registrations)
        kiosks, sessions, tries = (
            _Table(store.kiosks),
            _Table(store.card_sessions),
            _Table(store.fact_attempts),
        )
        self.kiosks: Kiosks = FakeKiosks(kiosks)
        self.card_sessions: CardSessions = FakeCardSessions(sessions)
        self.fact_attempts: FactAttempts = FakeFactAttempts(tries)
        offices, clerks, postings = _Table(store.offices), _Table(store.clerks), _Table(store.postings)
        groups, members = _Table(store.chat_groups), _Table(store.group_members)
        fake_clerks = FakeClerks(clerks, postings)
        self.offices: Offices = FakeOffices(offices)
        self.clerks: Clerks = fake_clerks
        self.chat_groups: ChatGroups = FakeChatGroups(groups, members, fake_clerks)
        acks, notices, posts = (
            _Table(store.notice_acks),
            _Table(store.notices),
            _Table(store.notice_posts),
        )
        self.notices, self.notice_acks, self.notice_sends = (
            FakeNotices(notices),
            FakeNoticeAcks(acks),
            FakeNoticeSends(posts),
        )
        reports, photos, talk = (
            _Table(store.promotion_reports),
            _Table(store.promotion_photos),
            _Table(store.group_messages),
        )
        self.promotions: Promotions = FakePromotions(reports, photos)
        self.group_talk: GroupTalk = FakeGroupTalk(talk)
        staff, browsers, approvals = (
            _Table(store.staff),
            _Table(store.staff_sessions),
            _Table(store.approvals),
        )
        self.staff: Staff = FakeStaff(staff)
        self.staff_sessions: StaffSessions = FakeStaffSessions(browsers)
        self.approvals: Approvals = FakeApprovals(approvals)
        self.people: ports.People = people
        self.bills: ports.Bills = bills
        items, refunds, subsidies, areas = (
            _Table(store.items),
            _Table(store.refunds),
            _Table(store.subsidies),
            _Table(store.areas),
        )
        self.ledger: ports.Ledger = FakeLedger(bills, items, refunds, subsidies, areas)
        wanted, reminders = _Table(store.reminder_preferences), _Table(store.reminders)
        walks = _Table(store.reminder_walks)
        self.reminders: Reminders = FakeReminders(wanted, reminders, walks, bindings)
        self.reminder_books: ReminderBooks = FakeReminderBooks(bills, self.ledger, people)
        self.accounts: ports.Accounts = accounts
        self.codes: ports.Codes = codes
        self.bindings: ports.Bindings = bindings
        opinions = FakeOpinions(store)
        self.satisfaction, self.usage = opinions.over(bindings, people)
        self.audit: ports.Audit = audit
        self.sends: ports.Sends = sends
        self.inbound: ports.Inbound = inbound
        self._tables: tuple[_Table[Any], ...] = (
            people, bills.bills, bills.payments, bills.plans, accounts,
            items, refunds, subsidies, areas,
            codes, bindings, audit, sends, inbound, applications,
            orders, attempts, callbacks, subscriptions, slips, mails, registrations,
            wanted, reminders, walks, kiosks, sessions, tries,
            offices, clerks, postings, groups, members, reports, photos, talk, staff, browsers, approvals,
            notices, posts, acks,
            *opinions.tables,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for table in self._tables:
            table.own.clear()

    def commit(self) -> None:
        for table in self._tables:
            table.committed.update(table.own)
            table.own.clear()
        self._store.commits += 1
