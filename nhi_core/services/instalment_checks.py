"""The automatic pre-check of an application, one by one, with the article each comes from."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from nhi_core.domain.application import Application
from nhi_core.domain.bills import Bill
from nhi_core.domain.instalments import Eligibility, Offer, unchanged


class Check(StrEnum):
    """What is looked at (全民健康保險保險費及滯納金分期繳納辦法)."""

    NO_OTHER_PLAN = "no_other_plan"  # §11
    NOT_ENFORCED = "not_enforced"  # §6
    MINIMUM = "minimum"  # §4
    TERMS = "terms"  # §5
    ALL_ARREARS = "all_arrears"  # §3
    ONLINE = "online"  # the easy plan ends at twelve terms; more is decided at the counter (§9)


def checks(found: Application, offered: Offer, bills: Sequence[Bill]) -> tuple[tuple[Check, bool], ...]:
    """Return each check and whether it passed, for what may be applied for today and the payer's bills."""
    refused = offered.eligibility
    return (
        (Check.NO_OTHER_PLAN, refused not in {Eligibility.PLAN_RUNNING, Eligibility.REAPPLIED}),
        (Check.NOT_ENFORCED, refused is not Eligibility.ENFORCED),
        (Check.MINIMUM, found.total >= offered.min_total),
        (Check.TERMS, found.terms is not None and offered.option(found.terms) is not None),
        (Check.ALL_ARREARS, unchanged(bills, offered, found.claims)),
        (Check.ONLINE, not found.at_counter),
    )
