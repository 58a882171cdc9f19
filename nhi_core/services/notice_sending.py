"""Sending a notice: the rows first, then batch after batch, each claimed by compare-and-set.

What a worker leaves behind when it dies is taken up by another under the same retry key and with the same
body: LINE takes a key once in 24 hours, so nobody gets a notice twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.notice_sending import Batch, BatchState, Receiver, Unsent
from nhi_core.domain.notices import AT_ONCE, Notice, NoticeEvent, NoticeState, Stop, Way
from nhi_core.domain.offices import ChatGroup
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory
from nhi_core.services.notices import groups_of, move, supersede

PATIENCE = timedelta(minutes=2)  # then a claim without an end is taken up again
# LINE keeps a retry key for 24 hours. Well before, what could not be sent is given up: never twice.
GIVE_UP = timedelta(hours=20)
GROUP_LANGUAGE = "zh-TW"  # everybody in a group reads the same card

Messages = Sequence[Mapping[str, Any]]
# What shows a notice in a language: LINE's messages, the same bytes whenever it is asked.
Show = Callable[[Notice, str], Messages]


class NoticeSending:
    """Raises StoreUnavailable from every method."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, ids: Ids) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids

    def begin(self, show: Show) -> int:
        """Begin what is due: every receiver and batch gets its row, in one transaction; return how many."""
        with self._uow() as uow:
            due = uow.notices.due(self._clock.now())
        return sum(self._begin(notice, show) for notice in due)

    def going(self) -> tuple[Notice, ...]:
        """Return what is going out: what is urgent first, then the oldest."""
        with self._uow() as uow:
            found = uow.notices.in_state(NoticeState.SENDING)
        return tuple(sorted(found, key=lambda one: (not one.urgent, one.created_at)))

    def claim(self, notice: Notice) -> Batch | None:
        """Return a batch that is now this caller's to send, or None when none is left for now.

        A batch that was tried too long ago is given up: its retry key is no longer worth anything.
        """
        now = self._clock.now()
        while True:
            with self._uow() as uow:
                held = uow.notices.get(notice.id)
                if held is None or held.state is not NoticeState.SENDING:
                    return None
                batch = uow.notice_sends.next_batch(notice.id, now - PATIENCE)
                if batch is None:
                    return None
                if batch.claimed_at is not None and now - batch.claimed_at > GIVE_UP:
                    uow.notice_sends.settle(batch, BatchState.FAILED, Unsent.UNREACHABLE, now)
                    uow.commit()
                    continue
                if uow.notice_sends.claim(batch, now):
                    uow.commit()
                    claimed = batch.claimed_at or now
                    return dataclasses.replace(
                        batch, state=BatchState.CLAIMED, claimed_at=claimed, tried_at=now
                    )

    def addressees(self, batch: Batch) -> tuple[str, ...]:
        """Return the channel's ids to send to: personal, not to be logged. A group's is one."""
        with self._uow() as uow:
            if batch.group_id is None:
                return uow.notice_sends.addressees(batch.id)
            group = uow.chat_groups.get(batch.group_id)
            return () if group is None else (group.channel_group,)

    def sent(self, batch: Batch, message_ids: Sequence[str] = ()) -> None:
        """Note that LINE has a batch; of a group's, also what LINE calls its messages."""
        now = self._clock.now()
        with self._uow() as uow:
            uow.notice_sends.settle(batch, BatchState.SENT, None, now)
            uow.notice_sends.post(batch.notice_id, batch.group_id, message_ids, now)
            uow.commit()

    def release(self, batch: Batch) -> None:
        """Let a batch wait that surely was not sent."""
        with self._uow() as uow:
            uow.notice_sends.release(batch)
            uow.commit()

    def refused(self, batch: Batch) -> None:
        """LINE does not take one of the receivers: halve the batch, until the one stands alone."""
        now = self._clock.now()
        with self._uow() as uow:
            if batch.group_id is not None or batch.receivers <= 1:
                uow.notice_sends.settle(batch, BatchState.FAILED, Unsent.REFUSED, now)
            else:
                uow.notice_sends.split(batch, self._halves(uow, batch), now)
            uow.commit()

    def halt(self, notice: Notice, reason: Stop) -> bool:
        """Stop a notice on its way; False when somebody was first. `resume` goes on with the rest."""
        return self._try(notice, NoticeEvent.STOP, stop=reason)

    def finish(self) -> int:
        """Close what has no batch left to send; return how many."""
        closed = 0
        for notice in self.going():
            with self._uow() as uow:
                left = uow.notice_sends.open_batches(notice.id)
            if left == 0:
                closed += self._try(notice, NoticeEvent.FINISH, sent_at=self._clock.now())
        return closed

    def stopped(self) -> int:
        """Return how many notices stand still: staff see it in the console and by an alert."""
        with self._uow() as uow:
            return len(uow.notices.in_state(NoticeState.STOPPED))

    def _begin(self, notice: Notice, show: Show) -> int:
        now = self._clock.now()
        try:
            with self._uow() as uow:
                move(uow, notice, NoticeEvent.BEGIN, now=now, by=notice.owner)
                if notice.way is Way.PERSONAL:
                    self._plan_people(uow, notice, show)
                elif notice.way is Way.GROUP:
                    self._plan_groups(uow, notice, groups_of(uow, notice.audience), show)
                uow.commit()
        except IllegalMove:  # another worker was first
            return 0
        return 1

    def _plan_people(self, uow: UnitOfWork, notice: Notice, show: Show) -> None:
        number = 0
        meant = uow.notice_sends.receivers(notice.audience)
        uow.notice_sends.skip(notice.id, [one for one in meant if one.blocked], Unsent.BLOCKED)
        people = sorted(
            (one for one in meant if not one.blocked), key=lambda one: (one.language, one.account_id)
        )
        for language, some in groupby(people, key=lambda one: one.language):
            messages = show(notice, language)
            for part in _parts(list(some)):
                number += 1
                uow.notice_sends.plan(self._batch(notice, number, language, messages, len(part)), part)

    def _plan_groups(self, uow: UnitOfWork, notice: Notice, groups: Sequence[ChatGroup], show: Show) -> None:
        for number, group in enumerate(groups, start=1):
            messages = show(notice, GROUP_LANGUAGE)
            batch = self._batch(notice, number, GROUP_LANGUAGE, messages, max(1, group.headcount or 1))
            uow.notice_sends.plan(dataclasses.replace(batch, group_id=group.id), ())

    def _batch(self, notice: Notice, number: int, language: str, messages: Messages, receivers: int) -> Batch:
        return Batch(
            id=self._ids.uuid(),
            notice_id=notice.id,
            number=number,
            language=language,
            messages=messages,
            receivers=receivers,
            state=BatchState.WAITING,
        )

    def _halves(self, uow: UnitOfWork, batch: Batch) -> tuple[Batch, Batch]:
        number = uow.notice_sends.next_number(batch.notice_id)
        first = batch.receivers // 2
        fresh = dataclasses.replace(
            batch, id=self._ids.uuid(), state=BatchState.WAITING, claimed_at=None, tried_at=None
        )
        return (
            dataclasses.replace(fresh, number=number, receivers=first),
            dataclasses.replace(
                fresh, id=self._ids.uuid(), number=number + 1, receivers=batch.receivers - first
            ),
        )

    def _try(self, notice: Notice, event: NoticeEvent, **changes: Stop | datetime) -> bool:
        now = self._clock.now()
        try:
            with self._uow() as uow:
                held = uow.notices.get(notice.id) or notice
                move(uow, held, event, now=now, by=notice.owner, **changes)
                if event is NoticeEvent.FINISH and notice.supersedes is not None:
                    supersede(uow, notice.supersedes, now=now, by=notice.owner)
                uow.commit()
        except IllegalMove:
            return False
        return True


def _parts(people: Sequence[Receiver]) -> Iterator[Sequence[Receiver]]:
    for start in range(0, len(people), AT_ONCE):
        yield people[start : start + AT_ONCE]
