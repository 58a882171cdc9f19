"""Why is it this much? Who is on a bill, what each costs, and what the government pays of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nhi_core.domain.bills import Bill, BillKind
from nhi_core.domain.identifiers import mask_name
from nhi_core.domain.ledger import Relation, Subsidy, SubsidyKind, subsidy_on
from nhi_core.domain.people import InsuredCategory
from nhi_core.domain.rates import AVERAGE_PREMIUM, CATEGORY_6_PREMIUM, category_6_premium, row_at
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports import Clock, UnitOfWork, UnitOfWorkFactory
from nhi_core.services.ledger import bound_person

_SELF_PAID_PERCENT = 60  # §27(7): the insured pays 60 % in category 6, the government 40 %


@dataclass(frozen=True, slots=True)
class ItemView:
    """One covered person, NT$. Names are masked."""

    name_masked: str
    relation: Relation
    premium: int
    subsidy: int
    amount: int


@dataclass(frozen=True, slots=True)
class BillDetailView:
    """One bill taken apart, NT$.

    `per_head` and `average` are given when the bill is category 6's ordinary sum: average × 60 % = per head,
    per head × `charged` persons = amount (at most three dependants are charged). `items` may be empty.
    """

    kind: BillKind
    unit_name: str
    amount: int
    due: date
    headcount: int
    charged: int
    per_head: int | None
    average: int | None
    self_paid_percent: int
    subsidy_total: int
    items: tuple[ItemView, ...]


@dataclass(frozen=True, slots=True)
class PremiumDetailView:
    """The bills of one premium month; `month` is None when there is no bill at all."""

    person_masked: str
    month: str | None
    newer: str | None
    older: str | None
    bills: tuple[BillDetailView, ...]


@dataclass(frozen=True, slots=True)
class SubsidyRow:
    """One subsidy. `current` says whether it covers this month; `until` None: no end is set."""

    kind: SubsidyKind
    percent: int
    ceiling: int | None
    granted_by: str
    since: str
    until: str | None
    current: bool


@dataclass(frozen=True, slots=True)
class SubsidyView:
    """A person's subsidies, those that hold first. `monthly` is today's for category 6, NT$ (0: none)."""

    person_masked: str
    subsidies: tuple[SubsidyRow, ...]
    monthly: int
    own_share: int
    low_income: bool
    hardship_until: date | None


class PremiumDetailService:
    """Answers for the person an account is bound to, and for nobody else."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    def of_month(self, account_id: str, month: PremiumMonth | None = None) -> PremiumDetailView:
        """Take the bills of `month` apart (default: the newest); the nearest month when there is none.

        Raises NotBound, StoreUnavailable.
        """
        with self._uow() as uow:
            person = bound_person(uow, account_id)
            bills = uow.bills.of_payer(person.id)
            months = sorted({bill.month for bill in bills})
            if not months:
                return PremiumDetailView(mask_name(person.name), None, None, None, ())
            wanted = months[-1] if month is None else _nearest(months, month)
            details = tuple(_detail(uow, bill) for bill in bills if bill.month == wanted)
        return PremiumDetailView(
            person_masked=mask_name(person.name),
            month=wanted.iso,
            newer=next((one.iso for one in months if one > wanted), None),
            older=next((one.iso for one in reversed(months) if one < wanted), None),
            bills=details,
        )

    def subsidies(self, account_id: str) -> SubsidyView:
        """Return the subsidies on record for the account's person. Raises NotBound, StoreUnavailable."""
        today = self._clock.today()
        with self._uow() as uow:
            person = bound_person(uow, account_id)
            found = uow.ledger.subsidies_of(person.id)
        month = PremiumMonth.of(today)
        rows = sorted((_row(one, month) for one in found), key=lambda row: not row.current)
        premium = category_6_premium(today) if person.category is InsuredCategory.REGIONAL else 0
        monthly = subsidy_on(premium, found, month)
        hardship = person.hardship if person.hardship and person.hardship.since <= today else None
        return SubsidyView(
            person_masked=mask_name(person.name),
            subsidies=tuple(rows),
            monthly=monthly,
            own_share=premium - monthly,
            low_income=person.category is InsuredCategory.LOW_INCOME,
            hardship_until=hardship.until if hardship and today <= hardship.until else None,
        )


def _nearest(months: list[PremiumMonth], wanted: PremiumMonth) -> PremiumMonth:
    return min(months, key=lambda one: abs((one.year - wanted.year) * 12 + one.month - wanted.month))


def _detail(uow: UnitOfWork, bill: Bill) -> BillDetailView:
    items = uow.ledger.items_of(bill.id)
    first = bill.month.first_day
    ordinary = (
        bill.kind in (BillKind.OWN, BillKind.DEPENDANTS)
        and first >= CATEGORY_6_PREMIUM[0].since
        and bill.amount + sum(item.subsidy for item in items) == category_6_premium(first, bill.headcount - 1)
    )
    return BillDetailView(
        kind=bill.kind,
        unit_name=bill.unit_name,
        amount=bill.amount,
        due=bill.due,
        headcount=bill.headcount,
        charged=min(bill.headcount, 4),
        per_head=category_6_premium(first) if ordinary else None,
        average=row_at(AVERAGE_PREMIUM, first).amount if ordinary else None,
        self_paid_percent=_SELF_PAID_PERCENT,
        subsidy_total=sum(item.subsidy for item in items),
        items=tuple(
            ItemView(mask_name(item.name), item.relation, item.premium, item.subsidy, item.amount)
            for item in items
        ),
    )


def _row(one: Subsidy, month: PremiumMonth) -> SubsidyRow:
    return SubsidyRow(
        kind=one.kind,
        percent=one.percent,
        ceiling=one.ceiling,
        granted_by=one.granted_by,
        since=one.since.iso,
        until=one.until.iso if one.until else None,
        current=one.holds(month),
    )
