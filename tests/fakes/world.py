"""Every service over fakes, under the names that `nhi_core.bootstrap.Core` gives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from nhi_core.adapters.calendar import TaiwanCalendar
from nhi_core.adapters.identity.sandbox import SandboxIdentity
from nhi_core.adapters.payments.write_off import SandboxWriteOffNumbers
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.domain.offices import Clerk, ClerkRole, Office
from nhi_core.domain.people import Person
from nhi_core.domain.reminder_days import ReminderRules
from nhi_core.domain.reminders import QuietHours
from nhi_core.security import Signer, sandbox_rings
from nhi_core.services.account_links import AccountLinks, LinkAddresses
from nhi_core.services.arrears import ArrearsService
from nhi_core.services.binding_desk import BindingDesk
from nhi_core.services.binding_news import BindingNews
from nhi_core.services.bindings import BindingService
from nhi_core.services.card_sessions import CardSessionService
from nhi_core.services.chat_groups import ChatGroupService
from nhi_core.services.clerks import ClerkService
from nhi_core.services.conversations import ConversationService
from nhi_core.services.eslip_content import SlipWriter
from nhi_core.services.eslip_links import EslipLinks
from nhi_core.services.eslip_run import EslipRun
from nhi_core.services.eslips import EslipService
from nhi_core.services.group_activity import GroupActivityService
from nhi_core.services.history import HistoryService
from nhi_core.services.inbound import InboundService
from nhi_core.services.instalment_desk import InstalmentDesk
from nhi_core.services.instalments import InstalmentService
from nhi_core.services.kiosks import KioskService
from nhi_core.services.late_fees import LateFeeService
from nhi_core.services.ledger import Assessor
from nhi_core.services.matters import MatterService
from nhi_core.services.offices import OfficeService
from nhi_core.services.outbox import OutboxService
from nhi_core.services.pay_handoffs import HandOffCodes
from nhi_core.services.pictures import PictureService
from nhi_core.services.premium_details import PremiumDetailService
from nhi_core.services.promotion import PromotionService
from nhi_core.services.reminder_planning import ReminderPlanner
from nhi_core.services.reminder_rounds import ReminderRounds
from nhi_core.services.reminder_sending import ReminderSending
from nhi_core.services.reminders import ReminderService
from nhi_core.services.satisfaction import SatisfactionService
from nhi_core.services.sends import SendService
from nhi_core.services.standing import StandingService
from nhi_core.services.tickets import TicketService
from nhi_core.services.turns import TurnService
from tests.fakes.clock import FakeClock
from tests.fakes.fingerprints import FakeFingerprints
from tests.fakes.ids import FakeIds
from tests.fakes.limiter import FakeLimiter
from tests.fakes.mails import FakePost
from tests.fakes.store import MemoryStore
from tests.fakes.vault import FakeVault

TODAY = date(2026, 9, 10)
CALENDAR = TaiwanCalendar.load()


@dataclass
class World:
    """A whole business in memory."""

    today: date = TODAY
    monthly_quota: int | None = 200
    reserve: int = 20
    policy: FeePolicy = field(default_factory=FeePolicy)
    public_url: str = "https://counter.example.test"

    def __post_init__(self) -> None:
        """Wire the services."""
        self.clock = FakeClock(self.today)
        self.ids = FakeIds()
        self.uow = MemoryStore(self.clock)
        self.vault = FakeVault(self.clock)
        self.limiter = FakeLimiter(self.clock)
        self.fingerprints = FakeFingerprints()
        self.conversations = ConversationService(self.uow, self.clock, self.ids)
        self.turns = TurnService(self.vault, self.ids)
        self.tickets = TicketService(self.vault, self.ids, self.turns)
        self.matters = MatterService(self.vault, self.uow)
        self.bindings = BindingService(self.uow, self.clock, self.ids, self.fingerprints, self.limiter)
        self.card_sessions = CardSessionService(
            self.uow, self.clock, self.ids, self.fingerprints, line_id="@counter"
        )
        self.kiosks = KioskService(self.uow, self.clock, self.ids, self.card_sessions)
        self.binding_desk = BindingDesk(self.uow, self.card_sessions)
        self.binding_news = BindingNews(self.uow)
        self.offices = OfficeService(self.uow, self.clock, self.bindings)
        self.clerks = ClerkService(self.uow, self.clock, self.ids)
        self.promotion = PromotionService(self.uow, self.clock, self.ids)
        self.group_activity = GroupActivityService(self.uow, self.clock)
        self.chat_groups = ChatGroupService(
            self.uow,
            self.clock,
            self.ids,
            self.fingerprints,
            limiter=self.limiter,
            conversations=self.conversations,
        )
        self.account_links = AccountLinks(
            self.uow,
            self.vault,
            self.ids,
            self.fingerprints,
            self.limiter,
            bindings=self.bindings,
            identity=SandboxIdentity(self.uow, self.public_url),
            addresses=LinkAddresses(self.public_url, "https://access.line.me"),
        )
        self.arrears = ArrearsService(self.uow, self.clock, CALENDAR, self.policy)
        self.late_fees = LateFeeService(self.uow, self.clock, CALENDAR, self.policy)
        self.instalments = InstalmentService(self.uow, self.clock, self.ids, CALENDAR, self.policy)
        self.instalment_desk = InstalmentDesk(self.uow, self.clock, self.ids, CALENDAR, self.policy)
        self.history = HistoryService(self.uow, self.clock, CALENDAR, self.policy)
        self.premium_details = PremiumDetailService(self.uow, self.clock)
        self.standing = StandingService(self.uow, self.clock, CALENDAR, self.policy)
        self.pictures = PictureService(self.uow, self.vault, self.ids, self.public_url)
        codes = HandOffCodes(SandboxWriteOffNumbers(), None, None)
        slips = SlipWriter(Assessor(CALENDAR, self.policy), codes)
        links = EslipLinks(Signer(sandbox_rings().sign), self.clock, self.public_url)
        self.eslips = EslipService(self.uow, self.clock, self.ids, self.limiter, links=links, writer=slips)
        self.eslip_run = EslipRun(self.uow, self.clock, self.ids, slips)
        self.outbox = OutboxService(self.uow, self.clock, self.ids, FakePost())
        self.sends = SendService(self.uow, self.clock, monthly_quota=self.monthly_quota, reserve=self.reserve)
        self.satisfaction = SatisfactionService(self.uow, self.clock, self.ids, self.vault)
        self.inbound = InboundService(self.uow, self.clock)
        rules = ReminderRules(CALENDAR, self.policy)
        planner = ReminderPlanner(rules, QuietHours(), self.clock, self.ids)
        self.reminders = ReminderService(self.uow, self.clock, planner)
        self.reminder_rounds = ReminderRounds(self.uow, self.clock, planner)
        self.reminder_sending = ReminderSending(self.uow, self.clock, self.ids, planner)

    def account(self, channel_user: str = "U1") -> str:
        """Return the id of a channel user's account."""
        return self.conversations.open("line", channel_user).account_id

    def add_person(self, person: Person) -> Person:
        """Put a person into the store."""
        with self.uow() as uow:
            uow.people.add(person)
            uow.commit()
        return person

    def add_office(
        self, code: str = "KH-FENGSHAN", name: str = "高雄市鳳山區公所", size_group: int = 1
    ) -> Office:
        """Put an office into the store."""
        office = Office(code, name, "高雄市", size_group)
        with self.uow() as uow:
            uow.offices.put(office)
            uow.commit()
        return office

    def make_clerk(
        self,
        account_id: str,
        office: Office | None = None,
        *,
        name: str = "王淑芬",
        role: ClerkRole = ClerkRole.CLERK,
    ) -> Clerk:
        """Register the way a clerk does; without an office as an editor of the division."""
        issued = (
            self.offices.invite(office.code, staff="s") if office else self.offices.invite_editor(staff="s")
        )
        self.bindings.propose(account_id, issued.code)
        self.clerks.give_name(account_id, name)
        self.clerks.choose_role(account_id, role if office else ClerkRole.EDITOR)
        clerk = self.clerks.of_account(account_id)
        assert clerk is not None
        return clerk

    def code_for(self, person: Person) -> str:
        """Issue a kiosk code for a person."""
        return self.bindings.issue_code(person.id).code

    def bind(self, account_id: str, person: Person) -> None:
        """Bind the way a citizen does."""
        self.bindings.propose(account_id, self.code_for(person))
        self.bindings.confirm(account_id)
