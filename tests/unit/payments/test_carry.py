from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest

from nhi_core.domain.bills import Payment
from nhi_core.domain.payment_carry import carried_over
from tests.factories.domain import make_bill

BILL = make_bill(826, key="b")
OURS = Payment("0f0e0d0c-0000-4000-8000-000000000001:1", "b", 826, date(2026, 9, 10), None, "sandbox")


def test_what_the_source_does_not_know_yet_stays() -> None:
    assert carried_over([BILL], [OURS], [BILL], []) == (OURS,)


def test_what_the_source_knows_is_not_counted_twice() -> None:
    theirs = Payment("agency", "b", 826, date(2026, 9, 11), date(2026, 9, 14), "agency")
    assert carried_over([BILL], [OURS], [BILL], [theirs]) == ()
    again = dataclasses.replace(OURS, id="0f0e0d0c-0000-4000-8000-000000000002:1")
    assert carried_over([BILL], [OURS, again], [BILL], [theirs]) == (again,)


@pytest.mark.parametrize(
    "theirs",
    [
        Payment("agency", "b", 825, date(2026, 9, 11), None, "agency"),
        Payment("agency", "b", 826, date(2026, 9, 10) - timedelta(days=2), None, "agency"),
        Payment("agency", "other", 826, date(2026, 9, 11), None, "agency"),
    ],
    ids=["another amount", "long before", "another bill"],
)
def test_other_money_is_other_money(theirs: Payment) -> None:
    assert carried_over([BILL], [OURS], [BILL], [theirs]) == (OURS,)


def test_a_bill_with_a_new_id_is_found_by_its_month() -> None:
    renamed = dataclasses.replace(BILL, id="new")
    assert [one.bill_id for one in carried_over([BILL], [OURS], [renamed], [])] == ["new"]


def test_the_sources_own_payments_are_the_sources_business() -> None:
    theirs = dataclasses.replace(OURS, id="R-1")
    posted = dataclasses.replace(OURS, posted_on=date(2026, 9, 14))
    assert carried_over([BILL], [theirs, posted], [BILL], []) == ()
