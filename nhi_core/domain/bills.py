"""Premium bills and payments: the records, without judgement (that is `arrears`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nhi_core.domain.roc import PremiumMonth


class BillKind(StrEnum):
    """Who the bill is for; the cap of the late fee depends on it (§35)."""

    OWN = "own"
    DEPENDANTS = "dependants"
    UNIT = "unit"
    WITHHOLDER = "withholder"


@dataclass(frozen=True, slots=True)
class Bill:
    """One premium month's bill. Amounts in whole NT$.

    `due` is data, never derived (billing may be every two months). `late_fee_start` and
    `charged_late_fee`, when the agency supplies them, override our estimate. `write_off` is the number of the
    agency's slip (銷帳編號); bills on one slip share it.
    """

    id: str
    payer_id: str
    kind: BillKind
    month: PremiumMonth
    amount: int
    due: date
    unit_name: str
    headcount: int = 1
    late_fee_start: date | None = None
    charged_late_fee: int | None = None
    deferred_until: date | None = None
    in_enforcement: bool = False
    plan_id: str | None = None
    write_off: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received for one bill. `posted_on` is None until the agency's books show it (3 working days).

    `agency_id`: the agency's own number of a payment that came through us, once its file has shown it.
    """

    id: str
    bill_id: str
    amount: int
    paid_on: date
    posted_on: date | None
    channel: str
    agency_id: str | None = None


class PlanState(StrEnum):
    """A running instalment plan, as far as reading needs it."""

    RUNNING = "running"
    DEFAULTED = "defaulted"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class PlanTerm:
    """One instalment of a plan."""

    number: int
    amount: int
    due: date
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class Plan:
    """An approved instalment plan over some bills."""

    id: str
    payer_id: str
    state: PlanState
    agreed_on: date
    terms: tuple[PlanTerm, ...]
