"""Notices as their editors see them: draft, check, estimate, schedule, withdraw, replace."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from nhi_core.domain import codes
from nhi_core.domain.approvals import ApprovalState, NotApproved
from nhi_core.domain.errors import IllegalMove, Invalid
from nhi_core.domain.notice_sending import Estimate, fits
from nhi_core.domain.notices import (
    AUDIT_EVENTS,
    CATEGORIES,
    CLOSED,
    CODE_LENGTH,
    MAX_TITLE,
    OPEN,
    Attachment,
    Audience,
    Category,
    Notice,
    NoticeEvent,
    NoticeState,
    Stop,
    Way,
    check,
    event_to_leave_draft,
    next_state,
)
from nhi_core.domain.offices import ChatGroup, GroupState
from nhi_core.domain.slices import Slice
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory
from nhi_core.ports_notices import NoticeFilter
from nhi_core.services.approvals import ApprovalService
from nhi_core.services.sends import SendService

APPROVAL = "notice_broadcast"
EVERYBODY = Audience()
END_SHOWN = timedelta(days=14)
REPLACEABLE = frozenset({NoticeState.SENT, NoticeState.ENDED, NoticeState.WITHDRAWN})
_CHANGEABLE = frozenset(
    {"category", "title", "body", "way", "audience", "valid_from", "valid_until", "send_at"}
    | {"needs_ack", "ack_deadline", "supersedes", "attachments"}
)


class NoticeChanged(IllegalMove):
    """Somebody else changed the notice meanwhile."""

    code = "notice_changed"


@dataclass(frozen=True, slots=True)
class NoticeStatus:
    """A notice with what became of it: deliveries by how they stand, and acknowledgements in force."""

    notice: Notice
    outcome: dict[str, int]
    acks: int


class NoticeService:
    """Every change is one transaction with its audit event. `by` is the id of the staff member."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        clock: Clock,
        ids: Ids,
        *,
        sends: SendService,
        approvals: ApprovalService,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._sends = sends
        self._approvals = approvals

    def draft(
        self,
        category: Category,
        title: str,
        body: str,
        *,
        owner: str,
        way: Way = Way.FETCH,
        audience: Audience = EVERYBODY,
        valid_from: date | None = None,
        valid_until: date | None = None,
        send_at: datetime | None = None,
        needs_ack: bool | None = None,
        ack_deadline: date | None = None,
        supersedes: str | None = None,
        attachments: tuple[Attachment, ...] = (),
    ) -> Notice:
        """Keep a new draft; it may still be incomplete. Raises Invalid for one that replaces nothing."""
        wanted = CATEGORIES[category].needs_ack and ack_deadline is not None
        notice = Notice(
            id=self._ids.uuid(),
            code="",
            category=category,
            title=title,
            body=body,
            way=way,
            audience=audience,
            owner=owner,
            state=NoticeState.DRAFT,
            revision=1,
            created_at=self._clock.now(),
            valid_from=valid_from or self._clock.today(),
            valid_until=valid_until,
            send_at=send_at,
            needs_ack=wanted if needs_ack is None else needs_ack,
            ack_deadline=ack_deadline,
            supersedes=supersedes,
            attachments=attachments,
        )
        with self._uow() as uow:
            if supersedes is not None:
                self._replaceable(uow, supersedes)
            notice = dataclasses.replace(notice, code=self._free_code(uow))
            uow.notices.add(notice)
            uow.audit.record("notice_drafted", subject=notice.id, detail={"staff": owner})
            uow.commit()
        return notice

    def change(self, notice_id: str, *, was: int, by: str, **changes: Any) -> Notice:
        """Change a draft. Raises IllegalMove (gone out already), NoticeChanged, Invalid."""
        if not changes.keys() <= _CHANGEABLE:
            raise Invalid("this of a notice cannot be changed")
        with self._uow() as uow:
            notice = self._get(uow, notice_id)
            if notice.state not in OPEN:
                raise IllegalMove("only a draft can be changed")
            if changes.get("supersedes") is not None:
                self._replaceable(uow, changes["supersedes"])
            changed = dataclasses.replace(notice, **changes, revision=was + 1)
            if not uow.notices.save(changed, was=was):
                raise NoticeChanged
            uow.audit.record("notice_changed", subject=notice_id, detail={"staff": by})
            uow.commit()
        return changed

    def estimate(self, notice: Notice) -> Estimate:
        """Return what the notice would cost now; what is fetched, or said in a reply, is free."""
        with self._uow() as uow:
            people = uow.notice_sends.receivers(notice.audience)
            receivers = sum(not one.blocked for one in people)
            members = sum(group.headcount or 0 for group in groups_of(uow, notice.audience))
        messages = {Way.FETCH: 0, Way.PERSONAL: receivers, Way.GROUP: members}[notice.way]
        budget = self._sends.budget()
        over, reserve_used = fits(messages, budget.left, budget.reserve, urgent=notice.urgent)
        reached = members if notice.way is Way.GROUP else receivers
        return Estimate(reached, messages, budget.left, budget.reserve, over, reserve_used)

    def submit(self, notice_id: str, *, by: str) -> Notice:
        """Let a draft go its way: to its moment, or to a second pair of eyes. Raises NoticeProblem."""
        with self._uow() as uow:
            notice = self._get(uow, notice_id)
        check(notice, self._clock.today())
        event = event_to_leave_draft(notice)
        if event is NoticeEvent.PROPOSE:
            self._approvals.propose(APPROVAL, notice_id, content=content(notice), by=by)
            return self.move(notice_id, event, by=by, proposed_by=by)
        return self.move(notice_id, event, by=by)

    def approved(self) -> int:
        """Let go on what a second pair of eyes approved, and put back what it declined; return how many."""
        with self._uow() as uow:
            waiting = uow.notices.in_state(NoticeState.PROPOSED)
        moved = 0
        for notice in waiting:
            standing = self._approvals.standing(APPROVAL, notice.id)
            if standing is None:
                self.move(notice.id, NoticeEvent.REFUSE, by=notice.proposed_by or notice.owner)
                moved += 1
            elif standing.state is ApprovalState.APPROVED:
                moved += self._use(notice)
        return moved

    def recall(self, notice_id: str, *, by: str) -> Notice:
        """Take back what has not begun to go out."""
        self._approvals.withdraw(APPROVAL, notice_id, by=by)
        return self.move(notice_id, NoticeEvent.RECALL, by=by, proposed_by=None, approved_by=None)

    def discard(self, notice_id: str, *, by: str) -> Notice:
        """Throw a draft away; the row stays."""
        return self.move(notice_id, NoticeEvent.DISCARD, by=by)

    def stop(self, notice_id: str, *, by: str, reason: Stop = Stop.STAFF) -> Notice:
        """Hold what is going out."""
        return self.move(notice_id, NoticeEvent.STOP, by=by, stop=reason)

    def resume(self, notice_id: str, *, by: str) -> Notice:
        """Go on with what was stopped: the same batches under the same retry keys."""
        return self.move(notice_id, NoticeEvent.RESUME, by=by, stop=None)

    def withdraw(self, notice_id: str, *, by: str) -> Notice:
        """Take a notice back: whoever looks it up is told so, what has not gone out does not."""
        with self._uow() as uow:
            notice = self._moved(uow, notice_id, NoticeEvent.WITHDRAW, by=by, stop=None)
            uow.notice_sends.drop(notice_id, self._clock.now())
            uow.commit()
        return notice

    def end_over(self) -> int:
        """End what is past its last day, each with its end notice in the same transaction; return how many.

        The end notice is free: it is there for whoever asks, and shows in place of what it ends.
        """
        today, ended = self._clock.today(), 0
        with self._uow() as uow:
            over = uow.notices.over(today)
        for notice in over:
            try:
                with self._uow() as uow:
                    move(uow, notice, NoticeEvent.END, now=self._clock.now(), by=notice.owner)
                    if notice.ends is None and not notice.audience.citizens:
                        uow.notices.add(self._end_of(uow, notice))
                    uow.commit()
            except IllegalMove:  # another worker was first
                continue
            ended += 1
        return ended

    def get(self, notice_id: str) -> NoticeStatus:
        """Return a notice and what became of it. Raises Invalid."""
        with self._uow() as uow:
            notice = self._get(uow, notice_id)
            acks = uow.notice_acks.counts([notice_id]).get(notice_id, 0)
            return NoticeStatus(notice, dict(uow.notice_sends.outcome(notice_id)), acks)

    def found(self, wanted: NoticeFilter, *, limit: int, offset: int = 0) -> Slice[Notice]:
        """Return a page of notices, the newest first."""
        with self._uow() as uow:
            rows = uow.notices.found(wanted, limit=limit, offset=offset)
            return Slice(rows, total=uow.notices.count(wanted))

    def move(self, notice_id: str, event: NoticeEvent, *, by: str, **changes: Any) -> Notice:
        """Make one move in a transaction of its own. Raises IllegalMove, NoticeChanged, Invalid."""
        with self._uow() as uow:
            moved = self._moved(uow, notice_id, event, by=by, **changes)
            uow.commit()
        return moved

    def _end_of(self, uow: UnitOfWork, notice: Notice) -> Notice:
        now, today = self._clock.now(), self._clock.today()
        return dataclasses.replace(
            notice,
            id=self._ids.uuid(),
            code=self._free_code(uow),
            title=f"（已結束）{notice.title}"[:MAX_TITLE],
            body=f"「{notice.title}」已經結束，不必再辦理，謝謝各位夥伴。",
            way=Way.FETCH,
            state=NoticeState.SENT,
            revision=1,
            created_at=now,
            valid_from=today,
            valid_until=today + END_SHOWN,
            send_at=None,
            needs_ack=False,
            ack_deadline=None,
            supersedes=None,
            ends=notice.id,
            attachments=(),
            sent_at=now,
            closed_at=None,
        )

    def _free_code(self, uow: UnitOfWork) -> str:
        while True:
            code = self._ids.code(codes.ALPHABET, CODE_LENGTH)
            if uow.notices.by_code(code) is None:
                return code

    def _use(self, notice: Notice) -> int:
        with self._uow() as uow:
            try:
                approval = self._approvals.use(uow, APPROVAL, notice.id, content=content(notice))
            except NotApproved:  # used by another worker, or over
                return 0
            by = approval.decided_by or ""
            self._moved(uow, notice.id, NoticeEvent.APPROVE, by=by, approved_by=by)
            uow.commit()
        return 1

    def _moved(
        self, uow: UnitOfWork, notice_id: str, event: NoticeEvent, *, by: str, **changes: Any
    ) -> Notice:
        return move(uow, self._get(uow, notice_id), event, now=self._clock.now(), by=by, **changes)

    @staticmethod
    def _get(uow: UnitOfWork, notice_id: str) -> Notice:
        notice = uow.notices.get(notice_id)
        if notice is None:
            raise Invalid("no such notice")
        return notice

    def _replaceable(self, uow: UnitOfWork, notice_id: str) -> None:
        if self._get(uow, notice_id).state not in REPLACEABLE:
            raise Invalid("only what has gone out can be replaced")


def move(
    uow: UnitOfWork, notice: Notice, event: NoticeEvent, *, now: datetime, by: str, **changes: Any
) -> Notice:
    """Make one move in the caller's transaction, with its audit event. Raises IllegalMove, NoticeChanged."""
    state = next_state(notice.state, event)
    closed = now if state in CLOSED else notice.closed_at
    moved = dataclasses.replace(
        notice, state=state, revision=notice.revision + 1, closed_at=closed, **changes
    )
    if not uow.notices.save(moved, was=notice.revision):
        raise NoticeChanged
    uow.audit.record(AUDIT_EVENTS[event], subject=notice.id, detail={"staff": by})
    return moved


def supersede(uow: UnitOfWork, notice_id: str, *, now: datetime, by: str) -> None:
    """Mark the notice that a new one replaces, when it still holds."""
    old = uow.notices.get(notice_id)
    if old is not None and old.state is NoticeState.SENT:
        move(uow, old, NoticeEvent.SUPERSEDE, now=now, by=by)


def content(notice: Notice) -> str:
    """Return the exact text that a second pair of eyes approves."""
    return "\n".join((notice.category, notice.title, notice.body, repr(notice.audience), notice.way))


def groups_of(uow: UnitOfWork, audience: Audience) -> tuple[ChatGroup, ...]:
    """Return the tied groups that an audience means."""
    return tuple(
        group
        for group in uow.chat_groups.all()
        if group.state is GroupState.TIED and (not audience.groups or group.id in audience.groups)
    )
