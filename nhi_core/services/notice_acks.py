"""Acknowledging notices: whoever the account belongs to is a clerk, or is not; counted once per clerk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from nhi_core.domain.errors import Invalid, NotAClerk
from nhi_core.domain.notice_acks import (
    Ack,
    AckWay,
    Nudge,
    NudgeState,
    codes_in,
    names_a_code,
    says_it_was_read,
)
from nhi_core.domain.notices import OVER, Notice, NoticeState
from nhi_core.domain.offices import Clerk, Office
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory
from nhi_core.services.notice_reading import clerk_of, meant, readable

# An editor reads notices and is not asked whether.
_ASKED = (NoticeState.SENDING, NoticeState.STOPPED, NoticeState.SENT)


class Answer(StrEnum):
    """What became of an acknowledgement."""

    DONE = "done"
    AGAIN = "again"
    UNKNOWN = "unknown"
    OVER = "over"
    NO_ACK = "no_ack"


@dataclass(frozen=True, slots=True)
class Missing:
    """A clerk who has not acknowledged. The name is masked by who shows it."""

    clerk: Clerk
    nudged: NudgeState | None


@dataclass(frozen=True, slots=True)
class OfficeShare:
    """One office's part: `asked` active clerks the notice is for, `acked` of them."""

    office: Office
    asked: int
    acked: int


@dataclass(frozen=True, slots=True)
class AckBoard:
    """Who has read a notice, by office; the missing ones by office and then by id."""

    notice: Notice
    asked: int
    acked: int
    offices: tuple[OfficeShare, ...]
    missing: tuple[Missing, ...]


class NoticeAckService:
    """Raises StoreUnavailable; NotAClerk where the account is nobody's of an office."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, ids: Ids) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids

    def by_words(
        self,
        account_id: str,
        text: str,
        *,
        message_id: str | None,
        said_at: datetime,
        quoted_id: str | None = None,
    ) -> Answer | None:
        """Take what was written, with a code or as a quoted reply; None when it acknowledges nothing."""
        with self._uow() as uow:
            notice = next((one for code in codes_in(text) if (one := uow.notices.by_code(code))), None)
            way = AckWay.CODE
            if notice is None and quoted_id is not None and says_it_was_read(text):
                posted = uow.notice_sends.posted(quoted_id)
                notice, way = (uow.notices.get(posted) if posted else None), AckWay.QUOTE
            if notice is None:
                return Answer.UNKNOWN if names_a_code(text) else None
            answer = self._record(uow, notice, account_id, way=way, message_id=message_id, said_at=said_at)
            uow.commit()
        return answer

    def by_id(self, account_id: str, notice_id: str, way: AckWay) -> Answer:
        """Take a tap or a personal address."""
        with self._uow() as uow:
            notice = uow.notices.get(notice_id)
            if notice is None:
                return Answer.UNKNOWN
            answer = self._record(
                uow, notice, account_id, way=way, message_id=None, said_at=self._clock.now()
            )
            uow.commit()
        return answer

    def waiting(self, account_id: str) -> tuple[Notice, ...]:
        """Return what waits for this clerk's word, the newest first."""
        with self._uow() as uow:
            clerk = clerk_of(uow, account_id)
            office = None if clerk.office_code is None else uow.offices.get(clerk.office_code)
            return tuple(
                one
                for one in uow.notices.valid_on(self._clock.today())
                if one.needs_ack
                and clerk.office_code is not None
                and meant(uow, one.audience, clerk, office)
                and not any(ack.clerk_id == clerk.id for ack in uow.notice_acks.of(one.id))
            )

    def edited(self, account_id: str | None, message_id: str, text: str, said_at: datetime) -> None:
        """Look at a message's new text: what no longer says that it was read is taken back."""
        with self._uow() as uow:
            for ack in uow.notice_acks.by_message(message_id):
                if said_at < ack.said_at:
                    continue  # an older version that came late
                notice = uow.notices.get(ack.notice_id)
                holds = notice is not None and (
                    notice.code in codes_in(text) if ack.way is AckWay.CODE else says_it_was_read(text)
                )
                if not holds:
                    uow.notice_acks.take_back(ack.id, self._clock.now())
            uow.commit()
        if account_id is not None:
            try:
                self.by_words(account_id, text, message_id=message_id, said_at=said_at)
            except NotAClerk:
                return

    def unsent(self, message_id: str) -> None:
        """Take back what an unsent message acknowledged."""
        with self._uow() as uow:
            for ack in uow.notice_acks.by_message(message_id):
                uow.notice_acks.take_back(ack.id, self._clock.now())
            uow.commit()

    def board(self, notice_id: str) -> AckBoard:
        """Return who has read a notice. Raises Invalid."""
        with self._uow() as uow:
            notice = uow.notices.get(notice_id)
            if notice is None:
                raise Invalid("no such notice")
            asked = _asked(uow, notice)
            acked = {ack.clerk_id for ack in uow.notice_acks.of(notice_id)}
            nudged = uow.notice_acks.nudged(notice_id)
            offices = {office.code: office for office in uow.offices.all()}
        shares = []
        for code in dict.fromkeys(clerk.office_code for clerk in asked):
            mine = [clerk for clerk in asked if clerk.office_code == code]
            if code is not None and code in offices:
                read = sum(clerk.id in acked for clerk in mine)
                shares.append(OfficeShare(offices[code], len(mine), read))
        return AckBoard(
            notice=notice,
            asked=len(asked),
            acked=sum(clerk.id in acked for clerk in asked),
            offices=tuple(sorted(shares, key=lambda one: (one.office.size_group, one.office.code))),
            missing=tuple(Missing(one, nudged.get(one.id)) for one in asked if one.id not in acked),
        )

    def to_nudge(self, day: date, limit: int = 500) -> tuple[Nudge, ...]:
        """Claim a nudge for each clerk who has not acknowledged a notice whose deadline is `day`."""
        claimed: list[Nudge] = []
        with self._uow() as uow:
            for notice in uow.notices.in_state(*_ASKED, limit=1_000):
                if not notice.needs_ack or notice.ack_deadline != day or notice.ends is not None:
                    continue
                acked = {ack.clerk_id for ack in uow.notice_acks.of(notice.id)}
                missing = [one for one in _asked(uow, notice) if one.id not in acked]
                claimed += self._claim(uow, notice, missing, limit - len(claimed))
            uow.commit()
        return tuple(claimed)

    def nudges_stuck(self, before: datetime, limit: int = 500) -> tuple[Nudge, ...]:
        """Take up nudges that a worker claimed and did not end."""
        now = self._clock.now()
        with self._uow() as uow:
            found = uow.notice_acks.nudges_stuck(before, limit)
            mine = tuple(one for one in found if uow.notice_acks.nudge_again(one, now))
            uow.commit()
        return mine

    def nudge_notice(self, nudge: Nudge) -> Notice | None:
        """Return the notice to show, or None when the nudge is pointless by now (and is ended)."""
        with self._uow() as uow:
            notice = uow.notices.get(nudge.notice_id)
            account = uow.accounts.get(nudge.account_id)
            acked = any(ack.clerk_id == nudge.clerk_id for ack in uow.notice_acks.of(nudge.notice_id))
            reason = None
            if notice is None or notice.state in OVER:
                reason = "over"
            elif acked:
                reason = "acked"
            elif account is None or account.blocked:
                reason = "blocked"
            if reason is not None:
                uow.notice_acks.nudge_settle(nudge.id, NudgeState.SKIPPED, reason, self._clock.now())
                uow.commit()
                return None
        return notice

    def nudge_settle(self, nudge: Nudge, state: NudgeState, reason: str | None = None) -> None:
        """Note how a nudge ended."""
        with self._uow() as uow:
            uow.notice_acks.nudge_settle(nudge.id, state, reason, self._clock.now())
            uow.commit()

    def _claim(self, uow: UnitOfWork, notice: Notice, clerks: Iterable[Clerk], limit: int) -> list[Nudge]:
        now = self._clock.now()
        made: list[Nudge] = []
        for clerk in clerks:
            if len(made) >= limit:
                break
            nudge = Nudge(
                self._ids.uuid(), notice.id, clerk.id, clerk.account_id, NudgeState.CLAIMED, now, now
            )
            if uow.notice_acks.nudge(nudge):
                made.append(nudge)
        return made

    def _record(
        self,
        uow: UnitOfWork,
        notice: Notice,
        account_id: str,
        *,
        way: AckWay,
        message_id: str | None,
        said_at: datetime,
    ) -> Answer:
        clerk = clerk_of(uow, account_id)
        office = None if clerk.office_code is None else uow.offices.get(clerk.office_code)
        if not readable(notice) or not meant(uow, notice.audience, clerk, office):
            return Answer.UNKNOWN
        if notice.state in OVER:
            return Answer.OVER
        if not notice.needs_ack:
            return Answer.NO_ACK
        ack = Ack(
            self._ids.uuid(), notice.id, clerk.id, clerk.office_code, way, said_at, message_id=message_id
        )
        return Answer.DONE if uow.notice_acks.record(ack) else Answer.AGAIN


def _asked(uow: UnitOfWork, notice: Notice) -> list[Clerk]:
    """Return the active clerks of offices that a notice is for, by office and then by id."""
    offices = {office.code: office for office in uow.offices.all()}
    return [
        clerk
        for clerk in uow.clerks.active()
        if clerk.office_code is not None
        and meant(uow, notice.audience, clerk, offices.get(clerk.office_code))
    ]
