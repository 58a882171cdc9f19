"""How many instalments the law allows, and to whom: 全民健康保險保險費及滯納金分期繳納辦法 §3-§6, §11."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from nhi_core.domain.arrears import Assessment, BillAssessment, BillStatus
from nhi_core.domain.bills import Bill, Plan, PlanState, PlanTerm
from nhi_core.domain.late_fee import is_insured

MIN_TERMS = 2
ONLINE_MAX_TERMS = 12  # the agency's easy instalment plan; more is for the counter


@dataclass(frozen=True, slots=True)
class InstalmentRule:
    """`min_total` (premium and late fee) and `min_term` in NT$; `bands` are (from NT$, at most terms)."""

    min_total: int
    min_term: int
    bands: tuple[tuple[int, int], ...]


INSURED = InstalmentRule(2_000, 826, ((200_000, 48), (100_000, 36), (50_000, 24), (0, 12)))
UNIT = InstalmentRule(30_000, 3_000, ((5_000_000, 48), (500_000, 36), (200_000, 24), (0, 12)))


def max_terms(total: int, rule: InstalmentRule = INSURED) -> int:
    """Return the largest allowed number of terms for `total` NT$; 0 when no plan is possible."""
    if total < rule.min_total:
        return 0
    allowed = next(terms for start, terms in rule.bands if total >= start)
    terms = min(allowed, total // rule.min_term)
    return terms if terms >= MIN_TERMS else 0


def split(total: int, terms: int) -> tuple[int, ...]:
    """Return the amounts of `terms` instalments, NT$. No rule says where the remainder goes: first, here."""
    if terms < 1 or total < terms:
        raise ValueError("cannot be split so")
    each, rest = divmod(total, terms)
    return (each + rest, *([each] * (terms - 1)))


# §9 wants the first instalment at the application; online it can follow the decision only, within a week.
FIRST_TERM_WITHIN = timedelta(days=7)
# Everyday choices first; the longest allowed one is always offered too.
_SUGGESTED = (3, 6, 12, 24, 36, 48)
_MOST_SUGGESTED = 4
_REAPPLICATIONS = 1  # §11: after a missed instalment, once more


class Eligibility(StrEnum):
    """Whether a plan can be applied for here; each refusal has its own words and its own way onward."""

    ELIGIBLE = "eligible"
    NOTHING_OWED = "nothing_owed"
    TOO_LITTLE = "too_little"
    UNIT = "unit"  # a group insurance applicant or a withholder: other papers, at the counter (§8)
    ENFORCED = "enforced"  # the enforcement agency must agree first (§6)
    PLAN_RUNNING = "plan_running"
    REAPPLIED = "reapplied"


@dataclass(frozen=True, slots=True)
class Claim:
    """One bill that goes into a plan: what is open of its premium, and its late fee, NT$."""

    bill_id: str
    premium: int
    fee: int


@dataclass(frozen=True, slots=True)
class TermOption:
    """One allowed number of terms. `first` NT$ is paid first, then `each` NT$ a month until `last_due`."""

    terms: int
    first: int
    each: int
    last_due: date
    online: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be applied for on one day. With `eligibility` other than ELIGIBLE there are no options."""

    eligibility: Eligibility
    claims: tuple[Claim, ...]
    min_total: int
    min_term: int
    first_due: date
    options: tuple[TermOption, ...]
    reapplication: bool

    @property
    def premium_total(self) -> int:
        """The premiums in it, NT$."""
        return sum(claim.premium for claim in self.claims)

    @property
    def late_fee_total(self) -> int:
        """The late fees in it, NT$."""
        return sum(claim.fee for claim in self.claims)

    @property
    def total(self) -> int:
        """What is shared out over the terms, NT$."""
        return self.premium_total + self.late_fee_total

    def option(self, terms: int) -> TermOption | None:
        """Return the option of so many terms; None when it is not allowed."""
        return next((option for option in self.options if option.terms == terms), None)

    @property
    def suggestions(self) -> tuple[int, ...]:
        """At most four numbers of terms for buttons: 3, 6, 12 and more, and the most that is allowed."""
        allowed = [option.terms for option in self.options]
        if not allowed:
            return ()
        usual = [terms for terms in _SUGGESTED if terms in allowed and terms != allowed[-1]]
        return (*usual[: _MOST_SUGGESTED - 1], allowed[-1])


def offer(assessment: Assessment, plans: Iterable[Plan], *, today: date) -> Offer:
    """Return what a payer may apply for: all arrears together (§3), past their due date, outside a plan."""
    known = tuple(plans)
    late = [one for one in assessment.bills if one.payable and one.status is not BillStatus.NOT_DUE]
    mine = [one for one in late if is_insured(one.bill.kind)]
    rule, again = _rule_after(known)
    empty = Offer(
        Eligibility.ELIGIBLE, (), rule.min_total, rule.min_term, today + FIRST_TERM_WITHIN, (), again
    )
    if not mine:
        return replace(empty, eligibility=Eligibility.UNIT if late else Eligibility.NOTHING_OWED)
    made = replace(empty, claims=tuple(_claim(one) for one in mine))
    refusal = _refusal(made, mine, known)
    if refusal is not None:
        return replace(made, eligibility=refusal)
    most = max_terms(made.total, rule)
    if most == 0:
        return replace(made, eligibility=Eligibility.TOO_LITTLE)
    return replace(
        made,
        options=tuple(_option(made.total, terms, made.first_due) for terms in range(MIN_TERMS, most + 1)),
    )


def schedule(total: int, terms: int, first_due: date) -> tuple[PlanTerm, ...]:
    """Return the terms of a plan, one a month from `first_due` on (§5: at most a month apart)."""
    return tuple(
        PlanTerm(number, amount, _months_later(first_due, number - 1), None)
        for number, amount in enumerate(split(total, terms), start=1)
    )


def unchanged(bills: Sequence[Bill], offered: Offer, claims: Sequence[Claim]) -> bool:
    """Whether what the person confirmed still holds: the same bills with the same premium open.

    The late fee stays as it was on the day of the application; days of waiting for an answer cost nothing.
    """
    known = {bill.id for bill in bills}
    then = {claim.bill_id: claim.premium for claim in claims}
    now = {claim.bill_id: claim.premium for claim in offered.claims}
    return then.keys() <= known and then == now


def _refusal(made: Offer, mine: Sequence[BillAssessment], plans: Sequence[Plan]) -> Eligibility | None:
    if any(one.bill.in_enforcement for one in mine):
        return Eligibility.ENFORCED
    if any(plan.state is PlanState.RUNNING for plan in plans):
        return Eligibility.PLAN_RUNNING
    if sum(plan.state is PlanState.DEFAULTED for plan in plans) > _REAPPLICATIONS:
        return Eligibility.REAPPLIED
    return Eligibility.TOO_LITTLE if made.total < made.min_total else None


def _rule_after(plans: Sequence[Plan]) -> tuple[InstalmentRule, bool]:
    """Return the rule for an insured person; after a default no term is below the former average (§11)."""
    failed = [plan for plan in plans if plan.state is PlanState.DEFAULTED]
    if not failed:
        return INSURED, False
    last = max(failed, key=lambda plan: (plan.agreed_on, plan.id))
    average = -(-sum(term.amount for term in last.terms) // len(last.terms))
    return replace(INSURED, min_term=max(INSURED.min_term, average)), True


def _claim(one: BillAssessment) -> Claim:
    return Claim(one.bill.id, one.outstanding, one.fee_due)


def _option(total: int, terms: int, first_due: date) -> TermOption:
    amounts = split(total, terms)
    last = _months_later(first_due, terms - 1)
    return TermOption(terms, amounts[0], amounts[-1], last, terms <= ONLINE_MAX_TERMS)


def _months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
