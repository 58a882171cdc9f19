"""The tools with which stories are written: months by how late they are, bills, payments, plans."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from nhi_core.domain.arrears import PersonStatus
from nhi_core.domain.bills import Bill, BillKind, Payment, Plan, PlanState, PlanTerm
from nhi_core.domain.calendar import WorkingDays, grace_end, late_fee_start
from nhi_core.domain.identifiers import NumberKind, number_check_digit, number_kind
from nhi_core.domain.instalments import split
from nhi_core.domain.ledger import (
    BillItem,
    DisasterArea,
    Refund,
    Relation,
    Subsidy,
    SubsidyKind,
    posting_expected,
    subsidy_on,
)
from nhi_core.domain.people import Hardship, InsuredCategory, Person, Proofs
from nhi_core.domain.rates import category_6_premium
from nhi_core.domain.roc import PremiumMonth

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:nhi-counter:sandbox")
_GENERATION = 16  # years
OFFICE = "臺中市后里區公所"
# Every number is of a made-up series: serials 9000000 to 9000999.
_SERIES = 9_000_000


@dataclass(frozen=True, slots=True)
class Household:
    """A made-up household. The first person pays and carries the story's key; `status` always holds."""

    key: str
    zh: str
    en: str
    status: PersonStatus
    persons: tuple[Person, ...]
    bills: tuple[Bill, ...]
    payments: tuple[Payment, ...]
    plans: tuple[Plan, ...]
    items: tuple[BillItem, ...] = ()
    subsidies: tuple[Subsidy, ...] = ()
    refunds: tuple[Refund, ...] = ()
    areas: tuple[DisasterArea, ...] = ()

    @property
    def payer(self) -> Person:
        """The person whose bills these are."""
        return self.persons[0]


def stable_id(*parts: object) -> str:
    """Return the same id for the same parts, for ever."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(map(str, parts))))


def synthetic_number(prefix: str, serial: int) -> str:
    """Return a number of the made-up series with its right check digit; `prefix` is as A1, F2, A8, AC."""
    first_nine = f"{prefix}{_SERIES + serial}"
    return first_nine + number_check_digit(first_nine)


@dataclass
class Scene:
    """One household while its story is being told."""

    key: str
    number: int
    today: date
    calendar: WorkingDays
    persons: list[Person] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    subsidies: list[Subsidy] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    areas: list[DisasterArea] = field(default_factory=list)

    def person(
        self,
        name: str,
        prefix: str,
        birth: date,
        category: InsuredCategory = InsuredCategory.REGIONAL,
        hardship: Hardship | None = None,
    ) -> Person:
        """Add a person; the first is the payer."""
        index = len(self.persons)
        serial = self.number * 10 + index
        number = synthetic_number(prefix, serial)
        person = Person(
            id=stable_id(self.key, "person", index),
            number=number,
            name=name,
            birth=birth,
            category=category,
            household=stable_id(self.key, "household"),
            hardship=hardship,
            story=self.key if index == 0 else f"{self.key}.{index + 1}",
            proofs=self._proofs(number, serial),
        )
        self.persons.append(person)
        return person

    def _proofs(self, number: str, serial: int) -> Proofs:
        """Return what a kiosk asks for: a household shares its number, residents have papers of their own."""
        card = f"9000{serial:08d}"
        if number_kind(number) is NumberKind.CITIZEN:
            return Proofs(card_number=card, household_number=f"F90{self.number:05d}")
        return Proofs(card_number=card, entry_permit=f"9{serial:011d}", passport=f"X{_SERIES + serial}")

    # Months, by how late a bill with the ordinary due date (the end of the next month) is today.

    def newest(self, *, late: int = 0, due_ago: int = 0) -> PremiumMonth:
        """Return the newest month that is `late` days past its late-fee start and `due_ago` past due."""
        month = PremiumMonth.of(self.today)
        while self.days_late(month) < late or (self.today - due_of(month)).days < due_ago:
            month = month.plus(-1)
        return month

    def days_late(self, month: PremiumMonth) -> int:
        """Return how many days of late fee the month has today; negative before its start."""
        return (self.today - self.start_of(month)).days

    def open_month(self) -> PremiumMonth:
        """Return the month whose bill is out but not due: last month's premium, due at this month's end."""
        return PremiumMonth.of(self.today).plus(-1)

    def start_of(self, month: PremiumMonth) -> date:
        """Return the late-fee start of a month billed as usual."""
        return late_fee_start(due_of(month), self.calendar)

    def grace_due(self) -> date:
        """Return a due date whose grace runs today: the last month's end, else a slip issued again."""
        month_end = PremiumMonth.of(self.today).plus(-1).last_day
        return (
            month_end if self.today <= grace_end(month_end, self.calendar) else self.today - timedelta(days=7)
        )

    def bill(
        self,
        month: PremiumMonth,
        amount: int | None = None,
        *,
        kind: BillKind = BillKind.OWN,
        due: date | None = None,
        unit: str = OFFICE,
        headcount: int = 1,
        late_fee_start: date | None = None,
        charged_late_fee: int | None = None,
        deferred_until: date | None = None,
        in_enforcement: bool = False,
        plan_id: str | None = None,
    ) -> Bill:
        """Add a bill; the amount defaults to category 6's for `headcount`, the due date to month end."""
        bill = Bill(
            id=stable_id(self.key, self.today, "bill", len(self.bills)),
            payer_id=self.persons[0].id,
            kind=kind,
            month=month,
            amount=category_6_premium(month.first_day, headcount - 1) if amount is None else amount,
            due=due or due_of(month),
            unit_name=unit,
            headcount=headcount,
            late_fee_start=late_fee_start,
            charged_late_fee=charged_late_fee,
            deferred_until=deferred_until,
            in_enforcement=in_enforcement,
            plan_id=plan_id,
        )
        self.bills.append(bill)
        return bill

    def months(self, last: PremiumMonth, count: int) -> Iterator[PremiumMonth]:
        """Yield `count` months, the oldest first, ending with `last`."""
        return (last.plus(-back) for back in reversed(range(count)))

    def subsidise(
        self, kind: SubsidyKind, percent: int, granted_by: str, *, since: PremiumMonth, index: int = 0
    ) -> None:
        """Grant a person of the household a subsidy without an end."""
        person_id = self.persons[index].id
        self.subsidies.append(
            Subsidy(stable_id(person_id, kind), person_id, kind, percent, granted_by, since)
        )

    def refund(self, bill: Bill, amount: int, refunded_on: date) -> None:
        """Give money back that was paid twice."""
        refund_id = stable_id(self.key, self.today, "refund", len(self.refunds))
        self.refunds.append(Refund(refund_id, bill.id, amount, refunded_on))

    def disaster(self, unit: str, since: date, until: date) -> None:
        """Announce that nobody insured through `unit` is dunned meanwhile."""
        self.areas.append(DisasterArea(stable_id(self.key, "area"), unit, since, until))

    def items(self) -> tuple[BillItem, ...]:
        """Return who is on each bill, where the household's first `headcount` persons explain its amount."""
        return tuple(item for bill in self.bills for item in self._items_of(bill))

    def _items_of(self, bill: Bill) -> tuple[BillItem, ...]:
        rate = category_6_premium(bill.month.first_day)
        items = tuple(
            BillItem(
                id=stable_id(bill.id, "item", number),
                bill_id=bill.id,
                number=number,
                name=person.name,
                relation=self._relation(person),
                premium=rate,
                subsidy=subsidy_on(
                    rate, [one for one in self.subsidies if one.person_id == person.id], bill.month
                ),
            )
            for number, person in enumerate(self.persons[: bill.headcount], start=1)
        )
        explained = len(items) == bill.headcount and sum(item.amount for item in items) == bill.amount
        return items if explained else ()

    def _relation(self, person: Person) -> Relation:
        """Made-up people: a generation younger is a child, older a parent, the same a spouse."""
        if person is self.persons[0]:
            return Relation.SELF
        years = person.birth.year - self.persons[0].birth.year
        if abs(years) < _GENERATION:
            return Relation.SPOUSE
        return Relation.CHILD if years > 0 else Relation.PARENT

    def pay(
        self,
        bill: Bill,
        paid_on: date | None = None,
        *,
        amount: int | None = None,
        channel: str = "store",
        posted: bool = True,
    ) -> None:
        """Add a payment (default: in full, on its due date), by default posted three working days after."""
        paid_on = paid_on or min(bill.due, self.today)
        posted_on = posting_expected(paid_on, self.calendar)
        self.payments.append(
            Payment(
                id=stable_id(self.key, self.today, "payment", len(self.payments)),
                bill_id=bill.id,
                amount=bill.amount if amount is None else amount,
                paid_on=paid_on,
                posted_on=posted_on if posted and posted_on <= self.today else None,
                channel=channel,
            )
        )

    def paid_months(self, last: PremiumMonth, count: int, *, headcount: int = 1) -> None:
        """Add months that were billed as usual and paid in time."""
        for month in self.months(last, count):
            bill = self.bill(month, headcount=headcount)
            self.pay(bill, min(bill.due, self.today) - timedelta(days=12))

    def plan(
        self, bills: Sequence[Bill], *, fees: int, terms: int, paid: int, state: PlanState, agreed_on: date
    ) -> Plan:
        """Add a plan over `bills` (made with `plan_id`) and late `fees`; `paid` terms have been paid.

        The money of paid terms goes to the oldest premiums first (Instalment Regulations §13).
        """
        amounts = split(sum(bill.amount for bill in bills) + fees, terms)
        first = PremiumMonth.of(agreed_on)
        rows = []
        for number, amount in enumerate(amounts, start=1):
            due = agreed_on if number == 1 else first.plus(number - 1).last_day
            rows.append(PlanTerm(number, amount, due, due if number <= paid else None))
        plan = Plan(self.plan_id(), self.persons[0].id, state, agreed_on, tuple(rows))
        self.plans.append(plan)
        open_amounts = {bill.id: bill.amount for bill in bills}
        for row in rows[:paid]:
            self._allocate(row, bills, open_amounts)
        return plan

    def plan_id(self) -> str:
        """Return the id of this household's plan, for the bills it covers."""
        return stable_id(self.key, self.today, "plan")

    def _allocate(self, term: PlanTerm, bills: Sequence[Bill], open_amounts: dict[str, int]) -> None:
        money = term.amount
        for bill in bills:
            share = min(money, open_amounts[bill.id])
            if share:
                self.pay(bill, term.paid_on, amount=share, channel="instalment")
                open_amounts[bill.id] -= share
                money -= share


def due_of(month: PremiumMonth) -> date:
    """Return the ordinary due date: the end of the next month (NHI Act §30)."""
    return month.plus(1).last_day


def pair_due(month: PremiumMonth) -> date:
    """Return the due date under two-month billing: an odd month is billed with the even month after it."""
    return due_of(month.plus(month.month % 2))
