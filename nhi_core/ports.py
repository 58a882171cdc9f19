"""What the services need from the world, as Protocols. Adapters fulfil them; fakes in tests do too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from types import TracebackType
from typing import Protocol, Self

from nhi_core.domain import calendar
from nhi_core.domain.accounts import Account, Binding, CodePurpose, OneTimeCode
from nhi_core.domain.application import Application, ApplicationState
from nhi_core.domain.bills import Bill, Payment, Plan, PlanState
from nhi_core.domain.ledger import BillItem, DisasterArea, Refund, Subsidy
from nhi_core.domain.people import Person
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

Json = Mapping[str, object]


class Clock(Protocol):
    """The only source of time. Days are Taipei days."""

    def now(self) -> datetime:
        """Return the time now, timezone-aware, UTC."""

    def today(self) -> date:
        """Return today's date in Asia/Taipei."""


class Ids(Protocol):
    """The only source of randomness."""

    def uuid(self) -> str:
        """Return a new row id (UUID4 text)."""

    def token(self, nbytes: int = 24) -> str:
        """Return a URL-safe random token of `nbytes` bytes of entropy."""

    def code(self, alphabet: str, length: int) -> str:
        """Return `length` random characters of `alphabet`."""


class Fingerprints(Protocol):
    """Keyed fingerprints for look-up of sealed values (HMAC; a ring of keys)."""

    def make(self, purpose: str, value: str) -> str:
        """Return the fingerprint under the newest key."""

    def candidates(self, purpose: str, value: str) -> tuple[str, ...]:
        """Return the fingerprints under every key that is still accepted, newest first."""


class People(Protocol):
    """Insured persons."""

    def get(self, person_id: str) -> Person | None: ...
    def by_number(self, number: str) -> Person | None: ...
    def by_story(self, story: str) -> Person | None: ...
    def add(self, person: Person) -> None: ...
    def save(self, person: Person) -> None:
        """Write the person's changed fields (same id)."""

    def stories(self) -> tuple[str, ...]: ...


class Bills(Protocol):
    """Bills, payments and plans of one payer. `replace` takes the items and refunds of old bills along."""

    def of_payer(self, person_id: str) -> tuple[Bill, ...]: ...
    def payments_of(self, person_id: str) -> tuple[Payment, ...]: ...
    def payments_for_booking(self, person_id: str) -> tuple[Payment, ...]:
        """Return the same as `payments_of`, once a file that is just entering the books is in."""

    def plans_of(self, person_id: str) -> tuple[Plan, ...]: ...
    def add_all(self, bills: Iterable[Bill]) -> None: ...
    def add_payments(self, payments: Iterable[Payment]) -> None: ...
    def replace_payment(self, payment_id: str, payment: Payment) -> None:
        """Put `payment` (on the same bill) in the place of the row `payment_id`."""

    def add_plan(self, plan: Plan) -> None: ...
    def replace(
        self, person_id: str, *, bills: Iterable[Bill], payments: Iterable[Payment], plans: Iterable[Plan]
    ) -> None:
        """Put a payer's whole snapshot in place of what is there: a premium source that was read again."""


class Ledger(Protocol):
    """What stands behind bills: covered persons, subsidies, refunds, disaster areas."""

    def items_of(self, bill_id: str) -> tuple[BillItem, ...]:
        """Return the covered persons in the order of the bill; empty when the source names none."""

    def add_items(self, items: Iterable[BillItem]) -> None: ...
    def subsidies_of(self, person_id: str) -> tuple[Subsidy, ...]:
        """Return the person's subsidies, the newest first."""

    def replace_subsidies(self, person_id: str, new: Iterable[Subsidy]) -> None:
        """Put the person's whole list in place of what is there."""

    def refunds_of(self, person_id: str) -> tuple[Refund, ...]:
        """Return what was given back on the payer's bills."""

    def add_refunds(self, new: Iterable[Refund]) -> None: ...
    def areas_of(self, unit_names: Iterable[str]) -> tuple[DisasterArea, ...]:
        """Return the announced exemptions of these units, whenever they hold."""

    def replace_areas(self, unit_name: str, new: Iterable[DisasterArea]) -> None:
        """Put a unit's whole list of exemptions in place of what is there."""


class Accounts(Protocol):
    """Channel accounts."""

    def get(self, account_id: str) -> Account | None: ...
    def by_channel_user(self, channel: str, channel_user: str) -> Account | None: ...
    def add(self, account: Account) -> Account:
        """Insert; if another process was first, return the row that stands."""

    def save(self, account: Account) -> None: ...


class Codes(Protocol):
    """One-time codes."""

    def add(self, code: OneTimeCode) -> None: ...
    def by_hashes(self, purpose: CodePurpose, hashes: tuple[str, ...]) -> OneTimeCode | None: ...
    def use(self, code_id: str, at: datetime) -> bool:
        """Compare-and-set: True for the one caller who used it."""

    def unused(self, purpose: CodePurpose, subject: str, now: datetime) -> tuple[OneTimeCode, ...]:
        """Return the codes for a subject that can still be used, those that end first in front."""


class Bindings(Protocol):
    """Ties between accounts and persons.

    An account may hold one proposed binding beside one bound binding (it is about to change persons);
    a person has at most one bound binding.
    """

    def add(self, binding: Binding) -> None: ...
    def proposed_of_account(self, account_id: str) -> Binding | None:
        """Return the binding that waits to be confirmed (state `proposed`, perhaps past its time)."""

    def bound_of_account(self, account_id: str) -> Binding | None:
        """Return the binding in force (state `bound`): access hangs on this alone."""

    def live_of_person(self, person_id: str) -> tuple[Binding, ...]:
        """Return the person's proposed and bound bindings, over all accounts."""

    def dependants(
        self, *, account_id: str | None = None, person_id: str | None = None
    ) -> tuple[Binding, ...]:
        """Return an account's dependants, or where a person is somebody's dependant."""

    def with_news(self, limit: int = 100) -> tuple[Binding, ...]:
        """Return bindings of which the account is still to be told something."""

    def told(self, binding_id: str, news: str) -> None: ...
    def move(self, binding: Binding, *, was: str) -> bool:
        """Compare-and-set on `state`: False when somebody else moved it."""


class Applications(Protocol):
    """Applications for instalments, drafts among them. One of a person is open at a time."""

    def add(self, application: Application) -> None:
        """Insert. Raises IllegalMove when the person has an open one already."""

    def get(self, application_id: str) -> Application | None: ...
    def by_code(self, code: str) -> Application | None: ...
    def open_of_person(self, person_id: str) -> Application | None:
        """Return the one under way: a draft, submitted, or returned."""

    def latest_of_person(self, person_id: str) -> Application | None:
        """Return the newest that was ever handed in."""

    def in_state(self, *states: ApplicationState, limit: int = 200) -> tuple[Application, ...]:
        """Return applications in any of these states, the longest waiting first."""

    def untold(self, limit: int = 50) -> tuple[Application, ...]:
        """Return those whose present state the applicant should be told and was not."""

    def save(self, application: Application, *, was: int) -> bool:
        """Compare-and-set on `revision`: False when somebody else changed it."""


class InstalmentPlans(Protocol):
    """Plans as an application makes and follows them."""

    def get(self, plan_id: str) -> Plan | None: ...
    def agree(self, plan: Plan, bill_ids: Iterable[str]) -> None:
        """Insert the plan and put its bills under it."""

    def set_state(self, plan_id: str, state: PlanState) -> None: ...


class Audit(Protocol):
    """The append-only trail: keyed fingerprints and codes only, never values."""

    def record(self, event: str, *, subject: str, detail: Json | None = None) -> None: ...


class Sends(Protocol):
    """The ledger of everything sent: replies (free) and pushes (cost)."""

    def claim(self, key: str, *, kind: str, account_id: str | None, messages: int, recipients: int) -> bool:
        """Insert the row before sending, idempotently by `key`. False: this was claimed already."""

    def settle(self, key: str, *, outcome: str, request_id: str | None = None) -> None: ...
    def outcome(self, key: str) -> str | None: ...
    def pushed_since(self, since: datetime) -> int:
        """Return how many messages were pushed (recipients × 1) since then."""


class Inbound(Protocol):
    """What came in and how it ended: the proof that nothing is silent. Holds no content."""

    def close(self, event_id: str, *, kind: str, outcome: str, reason: str | None = None) -> bool:
        """Record the ending; the first stands. True when this is it."""

    def outcome(self, event_id: str) -> str | None: ...


class UnitOfWork(Protocol):
    """One transaction; leaving without `commit` rolls back. Raises errors.StoreUnavailable."""

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
    evaluations: Evaluations
    notices: Notices
    notice_sends: NoticeSends
    notice_acks: NoticeAcks
    lists: ConsoleLists
    staff: Staff
    staff_sessions: StaffSessions
    approvals: Approvals
    satisfaction: Satisfaction
    usage: UsageCounts
    subjects: Subjects
    erasures: Erasures
    audit: Audit
    sends: Sends
    inbound: Inbound

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def commit(self) -> None: ...


class UnitOfWorkFactory(Protocol):
    """Opens a transaction."""

    def __call__(self) -> UnitOfWork: ...


class Vault(Protocol):
    """Short-lived sealed values outside the database (Redis): turns, tickets, parked events.

    Values are sealed with `context` as associated data: a value moved under another context does not open.
    """

    def put(self, name: str, value: Json, *, context: str, ttl: timedelta) -> None: ...
    def get(self, name: str, *, context: str) -> Json | None: ...
    def take(self, name: str, *, context: str) -> Json | None:
        """Get and delete in one step: at most one caller receives it."""

    def drop(self, name: str) -> None: ...


class Limiter(Protocol):
    """Counts attempts in a window."""

    def hit(self, name: str, *, limit: int, window: timedelta) -> bool:
        """Count one; True while within the limit."""


class WorkingDays(calendar.WorkingDays, Protocol):
    """The government offices' calendar."""
