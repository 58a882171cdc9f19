"""What was paid, as a person remembers it: one visit to a counter is one entry, whatever months it paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from nhi_core.domain.bills import Bill, BillKind, Payment
from nhi_core.domain.calendar import WorkingDays
from nhi_core.domain.ledger import posting_expected

# Channels with words of their own; any other is shown as「其他」.
CHANNELS = frozenset(
    {
        "auto_debit", "bank", "card", "counter", "ebill", "instalment", "jkopay", "line_pay", "post_office",
        "store", "twqr",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PaidMonth:
    """The part of a payment that went to one premium month, NT$."""

    month: str
    kind: BillKind
    amount: int


@dataclass(frozen=True, slots=True)
class PaymentEntry:
    """One payment, NT$. `expected_on` is when the agency's books should show it, None once they do."""

    paid_on: date
    channel: str
    amount: int
    posted: bool
    expected_on: date | None
    overdue: bool
    months: tuple[PaidMonth, ...]


def entries(
    payments: Iterable[Payment], bills: Iterable[Bill], *, today: date, calendar: WorkingDays
) -> tuple[PaymentEntry, ...]:
    """Return the payments made by one channel on one day as one entry each, the newest first."""
    by_id = {bill.id: bill for bill in bills}
    groups: dict[tuple[date, str, bool], list[Payment]] = {}
    for payment in payments:
        if payment.paid_on <= today and payment.bill_id in by_id:
            groups.setdefault((payment.paid_on, payment.channel, _posted(payment, today)), []).append(payment)
    newest_first = sorted(groups.items(), key=lambda group: group[0], reverse=True)
    found = []
    for (paid_on, channel, posted), group in newest_first:
        expected = None if posted else posting_expected(paid_on, calendar)
        found.append(
            PaymentEntry(
                paid_on=paid_on,
                channel=channel if channel in CHANNELS else "other",
                amount=sum(one.amount for one in group),
                posted=posted,
                expected_on=expected,
                overdue=expected is not None and today > expected,
                months=_months(group, by_id),
            )
        )
    return tuple(found)


def _posted(payment: Payment, today: date) -> bool:
    return payment.posted_on is not None and payment.posted_on <= today


def _months(group: list[Payment], bills: dict[str, Bill]) -> tuple[PaidMonth, ...]:
    rows = sorted((bills[one.bill_id].month, bills[one.bill_id].kind, one.amount) for one in group)
    return tuple(PaidMonth(month.iso, kind, amount) for month, kind, amount in rows)
