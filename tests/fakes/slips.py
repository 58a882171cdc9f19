"""Everything e-slips need, over any store: a till's person, the services, the outbox, a mail server."""

from __future__ import annotations

from dataclasses import dataclass, field

from nhi_core.adapters.payments.write_off import SandboxWriteOffNumbers
from nhi_core.domain.eslip import Holder, Subscription
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.domain.mail import Mail, MailKind, MailState
from nhi_core.domain.payment_twqr import Merchant
from nhi_core.ports_mail import Envelope, Mailer
from nhi_core.security import Signer, sandbox_rings
from nhi_core.services.eslip_content import SlipWriter
from nhi_core.services.eslip_links import EslipLinks
from nhi_core.services.eslip_run import EslipRun
from nhi_core.services.eslips import EslipService
from nhi_core.services.ledger import Assessor
from nhi_core.services.outbox import OutboxService
from nhi_core.services.pay_handoffs import HandOffCodes
from tests.fakes.limiter import FakeLimiter
from tests.fakes.mails import FakePost
from tests.fakes.till import Till
from tests.fakes.world import CALENDAR

ADDRESS = "siti.rahma@mail.example"
PASSWORD = "Sawah-Hijau-7"


@dataclass
class Slips:
    """One bound person who may want e-slips."""

    till: Till
    post: FakePost = field(default_factory=FakePost)
    mailer: Mailer | None = None

    def __post_init__(self) -> None:
        """Wire the services."""
        store, clock, ids = self.till.store, self.till.clock, self.till.ids
        codes = HandOffCodes(SandboxWriteOffNumbers(), Merchant("0" * 12, "00,000"), "000")
        self.writer = SlipWriter(Assessor(CALENDAR, FeePolicy()), codes)
        links = EslipLinks(Signer(sandbox_rings().sign), clock, "https://counter.test")
        self.limiter = FakeLimiter(clock)
        self.service = EslipService(store, clock, ids, self.limiter, links=links, writer=self.writer)
        self.run = EslipRun(store, clock, ids, self.writer)
        self.outbox = OutboxService(store, clock, ids, self.mailer or self.post)

    def token(self) -> str:
        """Ask in the chat; return the signed part of the page's address."""
        return self.service.offer("account", "zh-TW").url.rpartition("/")[2].partition("?")[0]

    def request(
        self, holder: Holder = Holder.PERSON, *, email: str = ADDRESS, password: str = PASSWORD
    ) -> str:
        """Type the address into the page; return the page's token."""
        token = self.token()
        self.service.request(token, email=email, password=password, holder=holder, language="zh-TW")
        return token

    def code(self, holder: Holder = Holder.PERSON) -> str:
        """Read the code, as its letter says it."""
        found = [one for one in self.rows() if one.holder is holder and one.code]
        assert found[0].code
        return found[0].code

    def subscribe(self, holder: Holder = Holder.PERSON, *, email: str = ADDRESS) -> Subscription:
        """Go the whole way to a confirmed address."""
        password = PASSWORD if holder is Holder.PERSON else "110027220"
        token = self.request(holder, email=email, password=password)
        self.service.confirm(token, holder, self.code(holder))
        return next(one for one in self.rows() if one.holder is holder and one.confirmed_at)

    def rows(self) -> tuple[Subscription, ...]:
        with self.till.store() as uow:
            return uow.eslips.live_of_person("payer")

    def row(self, subscription_id: str) -> Subscription:
        with self.till.store() as uow:
            found = uow.eslips.get(subscription_id)
        assert found is not None
        return found

    def mails(self, *states: MailState) -> tuple[Mail, ...]:
        with self.till.store() as uow:
            return uow.mails.in_states(*(states or tuple(MailState)))

    def write(self, mail: Mail) -> Envelope:
        """Put letters together plainly."""
        if mail.kind is MailKind.ESLIP_CODE:
            code = self.run.code_letter(mail)
            return Envelope(code.email, "code", code.code)
        slip = self.run.slip_letter(mail)
        return Envelope(slip.email, "slip", str(slip.content.total))

    def send(self) -> int:
        return self.outbox.send_due(self.write)
