"""A printed number stands for one slip and its sum: it is used for exactly that slip or not at all."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from nhi_core.adapters.payments.write_off import ImportedWriteOffNumbers
from nhi_core.domain.allocation import Claim
from nhi_core.domain.bills import Bill
from nhi_core.domain.roc import PremiumMonth
from tests.factories.domain import make_bill

NUMBER = "4595000011506001"


def slip(*months: int, number: str | None = NUMBER) -> tuple[Bill, ...]:
    """A slip over some months, as two-month billing prints it."""
    bills = (
        make_bill(826, date(2026, 8, 31), key=f"b{month}", month=PremiumMonth(2026, month))
        for month in months
    )
    return tuple(dataclasses.replace(bill, write_off=number) for bill in bills)


def claims(bills: tuple[Bill, ...], *, late_fee: int = 0) -> tuple[Claim, ...]:
    return tuple(Claim(bill.id, bill.month, bill.amount, late_fee) for bill in bills)


def number_of(bills: tuple[Bill, ...], paid: tuple[Claim, ...]) -> str | None:
    return ImportedWriteOffNumbers().of("order", paid, bills)


def test_one_bill_and_both_bills_of_a_two_month_slip_have_its_number() -> None:
    for bills in (slip(6), slip(5, 6)):
        assert number_of(bills, claims(bills)) == NUMBER


def test_a_charged_late_fee_is_printed_too() -> None:
    (bill,) = slip(6)
    charged = (dataclasses.replace(bill, charged_late_fee=141),)
    assert number_of(charged, claims(charged, late_fee=141)) == NUMBER
    assert number_of(charged, claims(charged)) is None


BOTH = slip(5, 6)


@pytest.mark.parametrize(
    ("bills", "paid"),
    [
        (BOTH, claims(BOTH[:1])),
        (BOTH, (Claim(BOTH[0].id, BOTH[0].month, 400, 0), *claims(BOTH[1:]))),
        (BOTH, claims(BOTH, late_fee=141)),
        (slip(6, number=None), claims(slip(6, number=None))),
        (slip(5) + slip(6, number="4595000011506002"), claims(BOTH)),
        (slip(5) + slip(6, number=None), claims(BOTH)),
    ],
    ids=["half the slip", "partly paid", "our own estimate", "no number", "two slips", "one without"],
)
def test_whatever_is_not_exactly_the_slip_has_no_number(
    bills: tuple[Bill, ...], paid: tuple[Claim, ...]
) -> None:
    assert number_of(bills, paid) is None
