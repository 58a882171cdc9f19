"""Records for these tests; personal data is the canary's throughout."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from nhi_core.domain.accounts import Account, AccountKind, Binding, CodePurpose, OneTimeCode
from nhi_core.domain.bills import Bill, BillKind, Payment, Plan, PlanState, PlanTerm
from nhi_core.domain.people import Hardship, InsuredCategory, Person, Proofs
from nhi_core.domain.roc import PremiumMonth
from tests.factories import canary

NOW = datetime(2026, 9, 10, 2, 0, tzinfo=UTC)


def new_id() -> str:
    return str(uuid.uuid4())


def a_person(**changes: Any) -> Person:
    values = {
        "id": new_id(),
        "number": canary.NATIONAL_ID,
        "name": canary.NAME,
        "birth": date(1980, 2, 29),
        "category": InsuredCategory.REGIONAL,
        "household": "h-1",
        "hardship": Hardship(date(2026, 1, 1), date(2026, 12, 31)),
        "story": "a_story",
        "proofs": Proofs("900012345678", "F1234567", "901234567890", "X1234567"),
    }
    return Person(**{**values, **changes})


def another_person(**changes: Any) -> Person:
    return a_person(
        **{"number": canary.UI_NUMBER, "story": None, "hardship": None, "household": None, **changes}
    )


def an_account(**changes: Any) -> Account:
    values = {
        "id": new_id(),
        "channel": "line",
        "channel_user": canary.LINE_USER_ID,
        "conversation": new_id(),
        "session": "s1",
        "session_at": NOW,
        "language": "zh-TW",
        "language_chosen": False,
        "kind": AccountKind.UNBOUND,
        "blocked": False,
        "created_at": NOW,
    }
    return Account(**{**values, **changes})


def a_bill(payer: Person, **changes: Any) -> Bill:
    values = {
        "id": new_id(),
        "payer_id": payer.id,
        "kind": BillKind.OWN,
        "month": PremiumMonth(2026, 6),
        "amount": canary.AMOUNT,
        "due": date(2026, 7, 31),
        "unit_name": "臺中市后里區公所",
    }
    return Bill(**{**values, **changes})


def a_payment(bill: Bill, **changes: Any) -> Payment:
    values = {"id": new_id(), "bill_id": bill.id, "amount": 100, "paid_on": date(2026, 8, 3),
              "posted_on": None, "channel": "counter"}  # fmt: skip
    return Payment(**{**values, **changes})


def a_plan(payer: Person, **changes: Any) -> Plan:
    terms = tuple(PlanTerm(n, canary.LATE_FEE, date(2026, 8 + n, 25), None) for n in (1, 2, 3))
    values = {"id": new_id(), "payer_id": payer.id, "state": PlanState.RUNNING, "agreed_on": date(2026, 8, 1),
              "terms": terms}  # fmt: skip
    return Plan(**{**values, **changes})


def a_code(**changes: Any) -> OneTimeCode:
    values = {"id": new_id(), "purpose": CodePurpose.CITIZEN, "code_hash": "sandbox.hash", "subject": "p-1",
              "expires_at": NOW + timedelta(minutes=3), "used_at": None}  # fmt: skip
    return OneTimeCode(**{**values, **changes})


def a_binding(account: Account, person: Person, **changes: Any) -> Binding:
    values = {"id": new_id(), "account_id": account.id, "person_id": person.id, "state": "proposed",
              "proposed_at": NOW, "expires_at": NOW + timedelta(minutes=10), "bound_at": None,
              "ended_at": None}  # fmt: skip
    return Binding(**{**values, **changes})
