"""One transaction, with all repositories on it."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError  # noqa: A004

from nhi_core.adapters.db.repositories.accounts import SqlAccounts, SqlBindings, SqlCodes
from nhi_core.adapters.db.repositories.approvals import SqlApprovals
from nhi_core.adapters.db.repositories.bills import SqlBills
from nhi_core.adapters.db.repositories.chat_groups import SqlChatGroups
from nhi_core.adapters.db.repositories.console_lists import SqlConsoleLists
from nhi_core.adapters.db.repositories.eslips import SqlEslips
from nhi_core.adapters.db.repositories.evaluations import SqlEvaluations
from nhi_core.adapters.db.repositories.group_talk import SqlGroupTalk
from nhi_core.adapters.db.repositories.instalments import SqlApplications, SqlInstalmentPlans
from nhi_core.adapters.db.repositories.kiosks import SqlCardSessions, SqlFactAttempts, SqlKiosks
from nhi_core.adapters.db.repositories.ledger import SqlLedger
from nhi_core.adapters.db.repositories.ledgers import SqlAudit, SqlInbound, SqlSends
from nhi_core.adapters.db.repositories.mails import SqlMails
from nhi_core.adapters.db.repositories.notice_acks import SqlNoticeAcks
from nhi_core.adapters.db.repositories.notice_sends import SqlNoticeSends
from nhi_core.adapters.db.repositories.notices import SqlNotices
from nhi_core.adapters.db.repositories.offices import SqlClerks, SqlOffices
from nhi_core.adapters.db.repositories.payments import SqlPaymentOrders
from nhi_core.adapters.db.repositories.people import SqlPeople
from nhi_core.adapters.db.repositories.privacy import SqlErasures, SqlSubjects
from nhi_core.adapters.db.repositories.promotion import SqlPromotions
from nhi_core.adapters.db.repositories.registrations import SqlRegistrationLetters
from nhi_core.adapters.db.repositories.reminder_books import SqlReminderBooks
from nhi_core.adapters.db.repositories.reminders import SqlReminders
from nhi_core.adapters.db.repositories.satisfaction import SqlSatisfaction
from nhi_core.adapters.db.repositories.staff import SqlStaff, SqlStaffSessions
from nhi_core.adapters.db.repositories.usage import SqlUsageCounts
from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.domain.errors import StoreUnavailable
from nhi_core.ports import (
    Accounts,
    Applications,
    Audit,
    Bills,
    Bindings,
    Clock,
    Codes,
    Inbound,
    InstalmentPlans,
    Ledger,
    People,
    Sends,
)
from nhi_core.ports_console import ConsoleLists
from nhi_core.ports_evaluation import Evaluations
from nhi_core.ports_kiosks import CardSessions, FactAttempts, Kiosks
from nhi_core.ports_mail import Eslips, Mails, RegistrationLetters
from nhi_core.ports_notices import NoticeAcks, Notices, NoticeSends
from nhi_core.ports_offices import ChatGroups, Clerks, Offices
from nhi_core.ports_payments import PaymentOrders
from nhi_core.ports_privacy import Erasures, Subjects
from nhi_core.ports_promotion import GroupTalk, Promotions
from nhi_core.ports_reminders import ReminderBooks, Reminders
from nhi_core.ports_satisfaction import Satisfaction, UsageCounts
from nhi_core.ports_staff import Approvals, Staff, StaffSessions

# The pool is exhausted, the server is gone, does not answer in time, or is busy with somebody else's lock.
_AWAY = (OperationalError, InterfaceError, TimeoutError)


class SqlUnitOfWork:
    """Fulfils ports.UnitOfWork: leaving without `commit` rolls back.

    Errors that another try may cure leave it as errors.StoreUnavailable, wherever inside they were raised.
    """

    people: People
    bills: Bills
    ledger: Ledger
    accounts: Accounts
    codes: Codes
    bindings: Bindings
    applications: Applications
    plans: InstalmentPlans
    orders: PaymentOrders
    eslips: Eslips
    mails: Mails
    registrations: RegistrationLetters
    reminders: Reminders
    reminder_books: ReminderBooks
    kiosks: Kiosks
    card_sessions: CardSessions
    fact_attempts: FactAttempts
    promotions: Promotions
    group_talk: GroupTalk
    offices: Offices
    clerks: Clerks
    chat_groups: ChatGroups
    lists: ConsoleLists
    staff: Staff
    staff_sessions: StaffSessions
    approvals: Approvals
    evaluations: Evaluations
    notices: Notices
    notice_sends: NoticeSends
    notice_acks: NoticeAcks
    satisfaction: Satisfaction
    usage: UsageCounts
    subjects: Subjects
    erasures: Erasures
    audit: Audit
    sends: Sends
    inbound: Inbound

    def __init__(self, engine: Engine, sealer: ColumnSealer, clock: Clock) -> None:
        """Open nothing yet."""
        self._engine = engine
        self._sealer = sealer
        self._clock = clock
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        """Take a connection and begin."""
        try:
            connection = self._engine.connect()
            connection.begin()
        except _AWAY as error:
            raise StoreUnavailable("the database does not answer") from error
        self._connection = connection
        self.people = SqlPeople(connection, self._sealer)
        self.bills = SqlBills(connection)
        self.ledger = SqlLedger(connection, self._sealer)
        self.accounts = SqlAccounts(connection, self._sealer)
        self.codes = SqlCodes(connection)
        self.bindings = SqlBindings(connection)
        self.applications = SqlApplications(connection, self._sealer)
        self.plans = SqlInstalmentPlans(connection)
        self.orders = SqlPaymentOrders(connection)
        self.eslips = SqlEslips(connection, self._sealer)
        self.mails = SqlMails(connection)
        self.registrations = SqlRegistrationLetters(connection, self._sealer, self._clock)
        self.reminders = SqlReminders(connection)
        self.reminder_books = SqlReminderBooks(connection)
        self.kiosks = SqlKiosks(connection)
        self.card_sessions = SqlCardSessions(connection)
        self.fact_attempts = SqlFactAttempts(connection)
        self.offices = SqlOffices(connection)
        self.clerks = SqlClerks(connection, self._sealer)
        self.chat_groups = SqlChatGroups(connection, self._sealer)
        self.promotions = SqlPromotions(connection, self._sealer)
        self.group_talk = SqlGroupTalk(connection)
        self.lists = SqlConsoleLists(connection, self._sealer)
        self.staff = SqlStaff(connection, self._sealer)
        self.staff_sessions = SqlStaffSessions(connection)
        self.approvals = SqlApprovals(connection)
        self.evaluations = SqlEvaluations(connection)
        self.notices = SqlNotices(connection)
        self.notice_sends = SqlNoticeSends(connection, self._sealer)
        self.notice_acks = SqlNoticeAcks(connection)
        self.satisfaction = SqlSatisfaction(connection, self._sealer)
        self.usage = SqlUsageCounts(connection, self._sealer)
        self.subjects = SqlSubjects(connection, self._sealer)
        self.erasures = SqlErasures(connection, self._sealer)
        self.audit = SqlAudit(connection, self._clock)
        self.sends = SqlSends(connection, self._clock)
        self.inbound = SqlInbound(connection, self._clock)
        return self

    def commit(self) -> None:
        """Make everything so far permanent; what follows is a new transaction. Raises StoreUnavailable."""
        connection = self._open()
        try:
            connection.commit()
        except _AWAY as error:
            raise StoreUnavailable("the database did not take the transaction") from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Roll back what was not committed and give the connection back."""
        connection, self._connection = self._open(), None
        try:
            connection.close()
        except DBAPIError as broken:
            # The rollback failed with the connection; the server rolls back by itself.
            connection.invalidate(broken)
            if error is None:
                raise StoreUnavailable("the database went away") from broken
        if isinstance(error, _AWAY):
            raise StoreUnavailable("the database does not answer") from error

    def _open(self) -> Connection:
        if self._connection is None:
            raise RuntimeError("the unit of work is not open")
        return self._connection


class SqlUnitOfWorkFactory:
    """Fulfils ports.UnitOfWorkFactory over one engine."""

    def __init__(self, engine: Engine, sealer: ColumnSealer, clock: Clock) -> None:
        """Keep what each unit of work needs."""
        self._engine = engine
        self._sealer = sealer
        self._clock = clock

    def __call__(self) -> SqlUnitOfWork:
        """Return a unit of work, to be entered."""
        return SqlUnitOfWork(self._engine, self._sealer, self._clock)
