"""Sending reminders: claimed by compare-and-set, looked at once more, ended with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby

from nhi_core.domain.binding import BindingState
from nhi_core.domain.reminders import Reason, Reminder, ReminderKind, ReminderState
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory
from nhi_core.ports_reminders import Subscriber
from nhi_core.services.reminder_planning import ReminderPlanner

AT_ONCE = 500  # reminders of one round
SKIPPED_AT_ONCE = 5_000
PATIENCE = timedelta(minutes=2)  # then a claim without an end is taken up again
# LINE keeps a retry key for 24 hours. Well before, what could not be sent is given up: never twice.
GIVE_UP = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class Push:
    """One push to be sent now: `key` is the send ledger's, the same whenever it is tried again."""

    push_id: str
    account_id: str
    kind: ReminderKind

    @property
    def key(self) -> str:
        """The key in the ledger of sends; LINE's retry key is made of it."""
        return _key(self.push_id)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What became of a group: a push to send, or none; and how many were skipped, by reason."""

    push: Push | None
    skipped: Mapping[Reason, int] = field(default_factory=dict)


class ReminderSending:
    """Row first: planned, claimed, then sent, skipped or failed with a reason."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, ids: Ids, planner: ReminderPlanner) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._planner = planner

    def groups(self, limit: int = AT_ONCE) -> tuple[tuple[Reminder, ...], ...]:
        """Return what is to be sent now, one group a push; nothing in the quiet hours.

        A group is one binding's reminders of one kind, or what was claimed under one push and not ended.
        """
        now = self._clock.now()
        if self._planner.quiet.holds(now):
            return ()
        with self._uow() as uow:
            stuck = uow.reminders.stuck(now - PATIENCE, limit)
            due = uow.reminders.due(now, limit)
        fresh = _grouped(due)
        # The last group may be cut: the rest of it would become a push of its own.
        if len(due) == limit and len(fresh) > 1:
            fresh = fresh[:-1]
        by_push = sorted(stuck, key=lambda one: one.push_id or "")
        again = [tuple(group) for _, group in groupby(by_push, key=lambda one: one.push_id)]
        return (*again, *fresh)

    def claim(self, group: Sequence[Reminder]) -> Claimed:
        """Look at everything once more and claim the group for one push. Raises StoreUnavailable."""
        now, head = self._clock.now(), group[0]
        with self._uow() as uow:
            account_id, verdicts = self._judge(uow, group)
            good = [one for one in group if verdicts[one.id] is None]
            skipped: Counter[Reason] = Counter()
            if head.push_id is None:
                for reason in Reason:
                    mine = [one.id for one in group if verdicts[one.id] is reason]
                    skipped[reason] += uow.reminders.skip(mine, reason, now) if mine else 0
                push_id = self._ids.uuid()
                won = bool(good) and uow.reminders.claim(good[0], good[1:], push_id, now)
            else:
                push_id = head.push_id
                won, ended = self._take_up(uow, head, None if good else verdicts[head.id])
                skipped += ended
            uow.commit()
        push = Push(push_id, account_id, head.kind) if won and account_id is not None else None
        return Claimed(push, {reason: count for reason, count in skipped.items() if count})

    def sent(self, push: Push) -> int:
        """Note that the push is out; return how many reminders it was for."""
        return self._settle(push, ReminderState.SENT, None)

    def not_sent(self, push: Push, reason: Reason) -> int:
        """Note that the push did not go out. Over quota it may be planned again, refused it may not."""
        state = ReminderState.SKIPPED if reason is Reason.QUOTA else ReminderState.FAILED
        return self._settle(push, state, reason)

    def skip_for_quota(self) -> Mapping[ReminderKind, int]:
        """Skip what is due while the month's pushes are used up; a later day's walk plans it again."""
        with self._uow() as uow:
            found = uow.reminders.skip_due(Reason.QUOTA, self._clock.now(), SKIPPED_AT_ONCE)
            uow.commit()
        return found

    def _take_up(
        self, uow: UnitOfWork, head: Reminder, reason: Reason | None
    ) -> tuple[bool, Counter[Reason]]:
        """Go on with a push that was claimed and has no end, unless it is pointless by now."""
        now, push_id = self._clock.now(), head.push_id or ""
        if uow.sends.outcome(_key(push_id)) == "accepted":
            # The worker died after LINE had taken it: whatever came later, it was sent.
            uow.reminders.settle(push_id, ReminderState.SENT, None, now)
            return False, Counter()
        if reason is not None:
            count = uow.reminders.settle(push_id, ReminderState.SKIPPED, reason, now)
            return False, Counter({reason: count})
        if head.claimed_at is not None and now - head.claimed_at > GIVE_UP:
            count = uow.reminders.settle(push_id, ReminderState.FAILED, Reason.UNREACHABLE, now)
            return False, Counter({Reason.UNREACHABLE: count})
        return uow.reminders.try_again(head, now), Counter()

    def _settle(self, push: Push, state: ReminderState, reason: Reason | None) -> int:
        with self._uow() as uow:
            count = uow.reminders.settle(push.push_id, state, reason, self._clock.now())
            uow.commit()
        return count

    def _judge(
        self, uow: UnitOfWork, group: Sequence[Reminder]
    ) -> tuple[str | None, dict[str, Reason | None]]:
        """Return the account to push to, and for each reminder why it should not go out after all."""
        head = group[0]
        bound = [
            one
            for one in uow.bindings.live_of_person(head.person_id)
            if one.id == head.binding_id and one.state == BindingState.BOUND
        ]
        if not bound:
            return None, dict.fromkeys((one.id for one in group), Reason.NOT_BOUND)
        account = uow.accounts.get(bound[0].account_id)
        wanted = uow.reminders.preferences(head.binding_id)
        if wanted is None or head.kind not in wanted.kinds:
            return None, dict.fromkeys((one.id for one in group), Reason.UNSUBSCRIBED)
        if account is None or account.blocked:
            return None, dict.fromkeys((one.id for one in group), Reason.BLOCKED)
        subscriber = Subscriber(account.id, head.person_id, wanted)
        [(_, occasions)] = self._planner.occasions(uow, [subscriber])
        today = self._clock.today()
        by_subject = {one.subject: one for one in occasions if one.kind is head.kind}
        verdicts: dict[str, Reason | None] = {}
        for one in group:
            found = by_subject.get(one.subject)
            if found is not None and found.settled:
                verdicts[one.id] = Reason.SETTLED
            elif today > (found.last_day if found is not None else one.last_day):
                verdicts[one.id] = Reason.TOO_LATE
            else:
                verdicts[one.id] = None if found is not None and found.calls_on(today) else Reason.NOT_DUE
        return account.id, verdicts


def _key(push_id: str) -> str:
    return f"{push_id}:reminder"


def _grouped(due: Sequence[Reminder]) -> list[tuple[Reminder, ...]]:
    groups: dict[tuple[str, ReminderKind], list[Reminder]] = {}
    for one in due:
        groups.setdefault((one.binding_id, one.kind), []).append(one)
    return [tuple(group) for group in groups.values()]
