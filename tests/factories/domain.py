"""Domain records with sensible defaults; a test names what it is about."""

from __future__ import annotations

import itertools
from datetime import date

from nhi_core.domain.bills import Bill, BillKind, Payment, Plan, PlanState, PlanTerm
from nhi_core.domain.identifiers import number_check_digit
from nhi_core.domain.ledger import Refund, Subsidy, SubsidyKind
from nhi_core.domain.people import Hardship, InsuredCategory, Person
from nhi_core.domain.roc import PremiumMonth

_serial = itertools.count(1)
_SUBSIDISED_SINCE = PremiumMonth(2026, 1)


def make_person(
    name: str = "王小明",
    *,
    key: str | None = None,
    hardship: Hardship | None = None,
    category: InsuredCategory = InsuredCategory.REGIONAL,
) -> Person:
    """Return a person with a number of its own."""
    serial = next(_serial)
    first_nine = f"A1{8_000_000 + serial}"
    return Person(
        id=key or f"person-{serial}",
        number=first_nine + number_check_digit(first_nine),
        name=name,
        birth=date(1980, 1, 1),
        category=category,
        hardship=hardship,
    )


def make_bill(
    amount: int = 826,
    due: date = date(2026, 7, 31),
    *,
    key: str | None = None,
    payer_id: str = "payer",
    kind: BillKind = BillKind.OWN,
    month: PremiumMonth | None = None,
    late_fee_start: date | None = None,
    charged_late_fee: int | None = None,
    deferred_until: date | None = None,
    in_enforcement: bool = False,
    plan_id: str | None = None,
) -> Bill:
    """Return a bill due on 2026-07-31 for the month before, unless told otherwise."""
    return Bill(
        id=key or f"bill-{next(_serial)}",
        payer_id=payer_id,
        kind=kind,
        month=month or PremiumMonth.of(due).plus(-1),
        amount=amount,
        due=due,
        unit_name="臺中市后里區公所",
        late_fee_start=late_fee_start,
        charged_late_fee=charged_late_fee,
        deferred_until=deferred_until,
        in_enforcement=in_enforcement,
        plan_id=plan_id,
    )


def make_payment(bill: Bill, amount: int, paid_on: date, *, posted: bool = True) -> Payment:
    """Return a payment, posted on the day it was made unless not posted yet."""
    return Payment(
        id=f"payment-{next(_serial)}",
        bill_id=bill.id,
        amount=amount,
        paid_on=paid_on,
        posted_on=paid_on if posted else None,
        channel="store",
    )


def make_plan(
    *terms: tuple[int, date, date | None],
    key: str = "plan",
    payer_id: str = "payer",
    state: PlanState = PlanState.RUNNING,
    agreed_on: date = date(2026, 5, 1),
) -> Plan:
    """Return a plan; each term is (amount, due, paid_on)."""
    rows = tuple(PlanTerm(number, *term) for number, term in enumerate(terms, start=1))
    return Plan(id=key, payer_id=payer_id, state=state, agreed_on=agreed_on, terms=rows)


def make_refund(bill: Bill, amount: int, refunded_on: date) -> Refund:
    """Return money given back on a bill."""
    return Refund(f"refund-{next(_serial)}", bill.id, amount, refunded_on)


def make_subsidy(
    person_id: str,
    percent: int,
    since: PremiumMonth = _SUBSIDISED_SINCE,
    until: PremiumMonth | None = None,
    *,
    kind: SubsidyKind = SubsidyKind.MIDDLE_LOW_INCOME,
    ceiling: int | None = None,
) -> Subsidy:
    """Return a subsidy from January 2026 on, unless told otherwise."""
    return Subsidy(
        id=f"subsidy-{next(_serial)}",
        person_id=person_id,
        kind=kind,
        percent=percent,
        granted_by="臺中市政府社會局",
        since=since,
        until=until,
        ceiling=ceiling,
    )
