"""Personal addresses to acknowledge a notice: one clerk, one notice, counted once, over in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.errors import LinkExpired, NotAClerk
from nhi_core.domain.notice_acks import AckWay, Nudge
from nhi_core.domain.notices import OVER, Notice
from nhi_core.ports import Clock, UnitOfWorkFactory
from nhi_core.security import LinkExpired as SignatureOver
from nhi_core.security import LinkForged, Signer
from nhi_core.services.notice_acks import Answer, NoticeAckService
from nhi_core.services.notice_reading import clerk_of

# Who answers a day late is still heard.
_GRACE = timedelta(days=2)
_CONTEXT = "notice-ack"


@dataclass(frozen=True, slots=True)
class AckPage:
    """What the page shows before anything is said."""

    title: str
    deadline: date | None


class NoticeAckLinks:
    """Makes and reads the addresses `<public>/n/ack/<token>`. They hold ids alone, and open nothing else."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        clock: Clock,
        signer: Signer,
        acks: NoticeAckService,
        public_url: str,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._signer = signer
        self._acks = acks
        self._base = f"{public_url.rstrip('/')}/n/ack"

    def of(self, nudge: Nudge, deadline: date) -> str:
        """Return the address for the clerk who is nudged; the same one whenever it is asked."""
        until = datetime.combine(deadline, time(), TAIPEI) + _GRACE
        named = f"{nudge.notice_id} {nudge.account_id}"
        return f"{self._base}/{self._signer.sign(named, context=_CONTEXT, expires_at=until)}"

    def page(self, token: str) -> AckPage:
        """Return what to show; it acknowledges nothing. Raises LinkExpired, also if the clerk has left."""
        notice, account_id = self._read(token)
        try:
            with self._uow() as uow:
                clerk_of(uow, account_id)
        except NotAClerk:
            raise LinkExpired from None
        return AckPage(notice.title, notice.ack_deadline)

    def acknowledge(self, token: str) -> Answer:
        """Take the word of the clerk whose address this is. Raises LinkExpired, also of one who has left."""
        notice, account_id = self._read(token)
        try:
            return self._acks.by_id(account_id, notice.id, AckWay.LINK)
        except NotAClerk:
            raise LinkExpired from None

    def _read(self, token: str) -> tuple[Notice, str]:
        try:
            named = self._signer.verify(token, context=_CONTEXT, now=self._clock.now())
        except (LinkForged, SignatureOver):
            raise LinkExpired from None
        notice_id, _, account_id = named.partition(" ")
        with self._uow() as uow:
            notice = uow.notices.get(notice_id)
        if notice is None or notice.state in OVER:
            raise LinkExpired
        return notice, account_id
