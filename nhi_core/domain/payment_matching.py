"""One sum of money, seen twice: booked by us when a gateway took it, and in the agency's file days later.

The agency's row is ours when payer, bill and amount are the same, its day lies within a few days of ours, and
its channel does not say that the money came another way. Where more than one row could be meant, the order
number at the gateway decides, then the channel; rows that could be swapped without any difference are taken
in order. Everything else is unclear: it is reported to staff and never guessed, for a wrong guess hides a
payment or doubles one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from nhi_core.domain.bills import Payment
from nhi_core.domain.payment_channels import CHANNELS, Way

# Channels of the agency's files that are surely no gateway of ours.
OTHER_WAYS = frozenset(
    {
        *(channel.key for channel in CHANNELS if channel.way is not Way.GATEWAY),
        "auto_debit", "bank", "card", "instalment", "post_office",
    }
)  # fmt: skip
NOT_OURS = "-"  # in place of an order number: staff know that the money came another way
# The agency may book it some days after us, and dates it as the gateway's file does.
_BEFORE, _AFTER = timedelta(days=1), timedelta(days=7)
# Our rows are numbered after their attempt (a UUID); an agency's numbers look otherwise.
_OUR_ID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):\d+")
OUR_ID_LIKE = f"{'_' * 8}-____-____-____-{'_' * 12}:%"


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """A payment as the agency has it. `order` is the order number at the gateway, where its file names it."""

    id: str
    bill_id: str
    amount: int
    paid_on: date
    posted_on: date | None
    channel: str
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Matching:
    """`pairs`: the agency's id → the id of our payment of the same money. `unclear`: agency ids to report."""

    pairs: dict[str, str] = field(default_factory=dict)
    unclear: frozenset[str] = frozenset()


def is_ours(payment: Payment) -> bool:
    """Whether we booked it on a gateway's word."""
    return _OUR_ID.fullmatch(payment.id) is not None


def awaits_agency(payment: Payment) -> bool:
    """Whether it is ours and no row of the agency's has been found for it."""
    return is_ours(payment) and payment.agency_id is None and payment.posted_on is None


def near(theirs: date, ours: date) -> bool:
    """Whether the agency may have dated so what we booked on `ours`."""
    return ours - _BEFORE <= theirs <= ours + _AFTER


def matched(ours: Iterable[Payment], theirs: Iterable[AgencyRow]) -> Matching:
    """Find which of the agency's rows are payments of `ours` (unposted, unmatched); order does not matter."""
    found: dict[str, str] = {}
    unclear: set[str] = set()
    groups: dict[tuple[str, int], tuple[list[Payment], list[AgencyRow]]] = defaultdict(lambda: ([], []))
    for payment in sorted(ours, key=lambda one: one.id):
        groups[payment.bill_id, payment.amount][0].append(payment)
    for row in sorted(theirs, key=lambda one: one.id):
        groups[row.bill_id, row.amount][1].append(row)
    for mine, rows in groups.values():
        if mine and rows:
            group = _Group(mine, rows)
            found |= group.settle()
            unclear |= {row.id for row in group.rows if group.around(row)}
    return Matching(found, frozenset(unclear))


def imported_before(ours: Iterable[Payment], standing: Iterable[Payment]) -> Matching:
    """Find which payments of `ours`, not booked yet, the books hold already: the agency's file was faster."""
    theirs = (one for one in standing if not is_ours(one))
    rows = (
        AgencyRow(one.id, one.bill_id, one.amount, one.paid_on, one.posted_on, one.channel) for one in theirs
    )
    return matched(ours, rows)


class _Group:
    """The rows of one bill and one amount. What `settle` leaves and still has a neighbour is unclear."""

    def __init__(self, mine: list[Payment], rows: list[AgencyRow]) -> None:
        self.mine = mine
        orders = {_order_of(one) for one in mine}
        # An order number that is none of ours is another merchant's business.
        self.rows = [row for row in rows if row.order is None or row.order in orders]
        self._pairs: dict[str, str] = {}

    def settle(self) -> dict[str, str]:
        """Return the pairs that are beyond doubt."""
        self._each_alone(lambda one, row: row.order == _order_of(one))
        self._each_alone(lambda one, row: _could_be(one, row) and row.channel == one.channel)
        self._each_alone(_agrees)
        self._alike()
        return self._pairs

    def around(self, row: AgencyRow) -> list[Payment]:
        """Return those of ours that the row could be."""
        return [one for one in self.mine if _could_be(one, row) or row.order == _order_of(one)]

    def _each_alone(self, fits: Callable[[Payment, AgencyRow], bool]) -> None:
        """Pair what fits each other and nothing else."""
        for one in list(self.mine):
            rows = [row for row in self.rows if fits(one, row)]
            if len(rows) == 1 and sum(fits(other, rows[0]) for other in self.mine) == 1:
                self._pair(one, rows[0])

    def _alike(self) -> None:
        """Pair in order where no choice would make a difference: more rows than ours are other money."""
        rows = [row for row in self.rows if any(_agrees(one, row) for one in self.mine)]
        mine = [one for one in self.mine if any(_agrees(one, row) for row in rows)]
        if (
            len({(one.paid_on, one.channel) for one in mine}) == 1
            and len({(row.paid_on, row.posted_on, row.channel) for row in rows}) == 1
        ):
            for one, row in zip(mine, rows, strict=False):
                self._pair(one, row)

    def _pair(self, one: Payment, row: AgencyRow) -> None:
        self._pairs[row.id] = one.id
        self.mine.remove(one)
        self.rows.remove(row)


def _could_be(one: Payment, row: AgencyRow) -> bool:
    return row.order is None and near(row.paid_on, one.paid_on)


def _agrees(one: Payment, row: AgencyRow) -> bool:
    return _could_be(one, row) and (row.channel == one.channel or row.channel not in OTHER_WAYS)


def _order_of(payment: Payment) -> str | None:
    match = _OUR_ID.fullmatch(payment.id)
    return match[1] if match else None
