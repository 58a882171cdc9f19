"""On which days a reminder helps: a few days before, and never on the day after it is pointless."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nhi_core.domain.arrears import BillAssessment, BillStatus, Relief, assess
from nhi_core.domain.bills import Bill, Payment, Plan, PlanState
from nhi_core.domain.calendar import WorkingDays, next_working_day
from nhi_core.domain.late_fee import FeePolicy, days_late, effective_due
from nhi_core.domain.ledger import Refund, posting_expected
from nhi_core.domain.people import Hardship
from nhi_core.domain.reminders import Preferences, ReminderKind

# That a payment is posted is news for a few days; that one is missing, for about a month.
POSTED_IS_NEWS = timedelta(days=3)
MISSING_IS_NEWS = timedelta(days=30)
# Records outside these bounds (from today) can make no occasion: nothing else need be read.
LOOK_BACK = timedelta(days=45)
LOOK_AHEAD = timedelta(days=21)

_ONE_DAY = timedelta(days=1)
_DUE_STATUSES = (BillStatus.NOT_DUE, BillStatus.IN_GRACE, BillStatus.DEFERRED)
_PAID_STATUSES = (BillStatus.PAID, BillStatus.PAID_UNPOSTED)


@dataclass(frozen=True, slots=True)
class Books:
    """What of one payer's records may call for a reminder; bills and payments near today suffice."""

    bills: tuple[Bill, ...] = ()
    payments: tuple[Payment, ...] = ()
    plans: tuple[Plan, ...] = ()
    refunds: tuple[Refund, ...] = ()
    hardship: Hardship | None = None


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something to be reminded of from `day` to `last_day`. `settled`: it is done, nobody need be told."""

    kind: ReminderKind
    subject: str
    day: date
    last_day: date
    settled: bool

    def calls_on(self, today: date) -> bool:
        """Whether a reminder helps today."""
        return not self.settled and self.day <= today <= self.last_day


@dataclass(frozen=True, slots=True)
class ReminderRules:
    """Finds occasions under this deployment's calendar and policy."""

    calendar: WorkingDays
    policy: FeePolicy

    def occasions(self, books: Books, wanted: Preferences, today: date) -> tuple[Occasion, ...]:
        """Return what the wanted kinds find, settled ones too: the caller must tell paid from moved.

        Subjects are natural keys (premium month, date): they stay when a source that is read again gives
        its rows other ids. Two bills of one kind and month are one subject, open while either is.
        """
        finders = {
            ReminderKind.DEADLINE: self._deadlines,
            ReminderKind.INSTALMENT: self._terms,
            ReminderKind.POSTING: self._postings,
        }
        found: dict[tuple[ReminderKind, str], Occasion] = {}
        for kind in ReminderKind:
            if kind in wanted.kinds:
                for one in finders[kind](books, wanted, today):
                    known = found.get((one.kind, one.subject))
                    if known is None or known.settled:
                        found[one.kind, one.subject] = one
        return tuple(found.values())

    def _deadlines(self, books: Books, wanted: Preferences, today: date) -> Iterator[Occasion]:
        judged = assess(
            books.bills,
            books.payments,
            books.plans,
            today=today,
            calendar=self.calendar,
            policy=self.policy,
            relief=Relief(hardship=books.hardship),
            refunds=books.refunds,
        )
        for one in (*judged.bills, *judged.settled):
            yield from self._of_bill(one, books.hardship, wanted.lead_days)

    def _of_bill(self, one: BillAssessment, hardship: Hardship | None, lead_days: int) -> Iterator[Occasion]:
        settled = one.status in _PAID_STATUSES
        if not settled and one.status not in _DUE_STATUSES:
            return  # late already, in a plan, or enforced: nothing is before it any more
        name = f"{one.bill.kind.value}:{one.bill.month.iso}"
        due, free_until = effective_due(one.bill), one.fee.start - _ONE_DAY
        yield self._before(ReminderKind.DEADLINE, f"{name}:due", due, lead_days, settled=settled)
        # In recognised hardship no late fee starts (§98): there is nothing to be warned of.
        starts = days_late(one.fee.start, one.fee.start + _ONE_DAY, hardship) > 0
        if free_until > due and starts:
            fee = self._before(ReminderKind.DEADLINE, f"{name}:fee", free_until, lead_days, settled=settled)
            first = max(fee.day, due + _ONE_DAY)
            yield Occasion(fee.kind, fee.subject, first, fee.last_day, settled)

    def _terms(self, books: Books, wanted: Preferences, _today: date) -> Iterator[Occasion]:
        for plan in books.plans:
            if plan.state is not PlanState.RUNNING:
                continue
            for term in plan.terms:
                yield self._before(
                    ReminderKind.INSTALMENT,
                    f"{plan.agreed_on.isoformat()}:{term.number}",
                    term.due,
                    wanted.lead_days,
                    # A term whose day is a rest day may be paid on the next working day.
                    last=next_working_day(term.due, self.calendar),
                    settled=term.paid_on is not None,
                )

    def _postings(self, books: Books, wanted: Preferences, today: date) -> Iterator[Occasion]:
        visits: dict[tuple[date, str], list[Payment]] = {}
        for payment in books.payments:
            if payment.paid_on <= today:
                visits.setdefault((payment.paid_on, payment.channel), []).append(payment)
        for (paid_on, channel), mine in visits.items():
            yield from self._of_visit(f"{paid_on.isoformat()}:{channel}", paid_on, mine, wanted, today)

    def _of_visit(
        self, name: str, paid_on: date, mine: Sequence[Payment], wanted: Preferences, today: date
    ) -> Iterator[Occasion]:
        kind = ReminderKind.POSTING
        days = [one.posted_on for one in mine if one.posted_on is not None and one.posted_on <= today]
        posted = max(days) if len(days) == len(mine) else None
        expected = posting_expected(paid_on, self.calendar)
        yield Occasion(
            kind, f"{name}:late", expected + _ONE_DAY, expected + MISSING_IS_NEWS, posted is not None
        )
        # Posted on the day it was paid (a debit, a counter): the person was there.
        if posted is not None and posted > paid_on and posted >= wanted.since:
            yield Occasion(kind, f"{name}:posted", posted, posted + POSTED_IS_NEWS, settled=False)

    def _before(
        self,
        kind: ReminderKind,
        subject: str,
        due: date,
        lead_days: int,
        *,
        settled: bool,
        last: date | None = None,
    ) -> Occasion:
        """Return the occasion `lead_days` before `due`, earlier when only rest days would be left."""
        last, day = last or due, due - timedelta(days=lead_days)
        while next_working_day(day, self.calendar) > last:
            day -= _ONE_DAY
        return Occasion(kind, subject, day, last, settled)
