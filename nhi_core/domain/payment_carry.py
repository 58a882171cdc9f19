"""What was paid through our gateways stays paid when a premium source is read again before it knows."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from nhi_core.domain.bills import Bill, Payment
from nhi_core.domain.payment_matching import is_ours, near


def carried_over(
    old_bills: Iterable[Bill], old: Iterable[Payment], bills: Iterable[Bill], new: Iterable[Payment]
) -> tuple[Payment, ...]:
    """Return the gateway payments, not yet posted, that a fresh snapshot (`bills`, `new`) does not hold.

    A payment of the snapshot on the same bill, of the same amount, within a few days, is the same money: each
    of them stands for one of ours. A bill that got a new id is found by its kind and month.
    """
    fresh = tuple(bills)
    by_id = {bill.id for bill in fresh}
    by_month = {(bill.kind, bill.month): bill.id for bill in fresh}
    known = {bill.id: by_month.get((bill.kind, bill.month)) for bill in old_bills}
    unclaimed = list(new)
    kept = []
    for payment in old:
        target = payment.bill_id if payment.bill_id in by_id else known.get(payment.bill_id)
        if not is_ours(payment) or payment.posted_on is not None or target is None:
            continue
        same = next((one for one in unclaimed if _same_money(one, payment, target)), None)
        if same is None:
            kept.append(dataclasses.replace(payment, bill_id=target))
        else:
            unclaimed.remove(same)
    return tuple(kept)


def _same_money(theirs: Payment, ours: Payment, bill_id: str) -> bool:
    return near(theirs.paid_on, ours.paid_on) and (theirs.bill_id, theirs.amount) == (bill_id, ours.amount)
