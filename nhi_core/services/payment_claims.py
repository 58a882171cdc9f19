"""What an order would be for, on a given day: the claims behind it, judged anew each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nhi_core.domain.allocation import Claim, allocate, claims_in_plan, claims_of
from nhi_core.domain.bills import PlanState
from nhi_core.domain.payment import Purpose
from nhi_core.ports import UnitOfWork
from nhi_core.services.ledger import Assessor


@dataclass(frozen=True, slots=True)
class Due:
    """What can be paid now. `estimated`: a late fee in it is our estimate. Amounts in whole NT$."""

    purpose: Purpose
    amount: int
    claims: tuple[Claim, ...]
    plan_id: str | None = None
    term: int | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Owed:
    """Judges a payer for the purpose of paying."""

    assessor: Assessor

    def now(self, uow: UnitOfWork, person_id: str, purpose: Purpose | None, today: date) -> Due:
        """Return what is due for `purpose`; None: the bills, and when there are none, the next instalment."""
        person = uow.people.get(person_id)
        if person is None:
            return Due(purpose or Purpose.ARREARS, 0, ())
        assessment = self.assessor.of_person(uow, person, today)
        claims = tuple(one for one in claims_of(assessment) if one.premium + one.late_fee > 0)
        arrears = Due(
            Purpose.ARREARS,
            sum(one.premium + one.late_fee for one in claims),
            claims,
            estimated=any(one.payable and one.fee.estimated and one.fee_due for one in assessment.bills),
        )
        if purpose is Purpose.ARREARS or (purpose is None and arrears.amount):
            return arrears
        plan = assessment.plan
        if plan is None or plan.state is not PlanState.RUNNING:
            return arrears if purpose is None else Due(Purpose.INSTALMENT, 0, ())
        term = next((one for one in plan.terms if one.paid_on is None), None)
        covered = claims_in_plan(assessment, plan.id)
        if term is None or not covered:
            return Due(Purpose.INSTALMENT, 0, ())
        spread = allocate(term.amount, covered)
        by_id = {one.bill_id: one for one in covered}
        shares = tuple(
            Claim(
                one.bill_id, by_id[one.bill_id].month, one.premium, one.late_fee, by_id[one.bill_id].enforced
            )
            for one in spread.shares
        )
        return Due(Purpose.INSTALMENT, term.amount, shares or covered[:1], plan.id, term.number)
