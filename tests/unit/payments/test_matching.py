"""The agency's row of money that came through us is our row: never a second one, never a guess."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhi_core.domain.bills import Payment
from nhi_core.domain.payment_matching import (
    NOT_OURS,
    AgencyRow,
    Matching,
    awaits_agency,
    imported_before,
    is_ours,
    matched,
    near,
)

DAY = date(2026, 9, 10)
POSTED = date(2026, 9, 15)


def attempt(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def ours(number: int = 1, *, days: int = 0, amount: int = 826, channel: str = "line_pay") -> Payment:
    return Payment(f"{attempt(number)}:1", "b", amount, DAY + timedelta(days=days), None, channel)


def theirs(
    key: str = "R1",
    *,
    days: int = 0,
    amount: int = 826,
    channel: str = "line_pay",
    order: str | None = None,
    bill: str = "b",
) -> AgencyRow:
    return AgencyRow(key, bill, amount, DAY + timedelta(days=days), POSTED, channel, order)


@pytest.mark.parametrize("days", [-1, 0, 1, 7])
def test_same_bill_amount_and_day_within_the_window_is_the_same_money(days: int) -> None:
    assert matched([ours()], [theirs(days=days)]).pairs == {"R1": ours().id}


@pytest.mark.parametrize(
    "row",
    [theirs(days=-2), theirs(days=8), theirs(amount=825), theirs(bill="other"), theirs(order=NOT_OURS)],
    ids=["long before", "long after", "another amount", "another bill", "staff say no"],
)
def test_other_money_is_neither_matched_nor_unclear(row: AgencyRow) -> None:
    assert matched([ours()], [row]) == Matching()


def test_a_channel_nobody_knows_is_no_hindrance_and_another_way_is_unclear() -> None:
    assert matched([ours()], [theirs(channel="agency")]).pairs == {"R1": ours().id}
    store = matched([ours()], [theirs(channel="store")])
    assert (store.pairs, store.unclear) == ({}, {"R1"})


def test_paid_at_a_store_and_through_us_the_channel_tells_which_is_which() -> None:
    found = matched([ours()], [theirs("R1", channel="store"), theirs("R2")])
    assert (found.pairs, found.unclear) == ({"R2": ours().id}, frozenset())


def test_rows_that_cannot_be_told_apart_make_no_difference() -> None:
    twice = matched([ours(1), ours(2)], [theirs("R1"), theirs("R2")])
    assert set(twice.pairs) == {"R1", "R2"}
    assert set(twice.pairs.values()) == {ours(1).id, ours(2).id}
    assert len(matched([ours(1)], [theirs("R1"), theirs("R2")]).pairs) == 1
    assert len(matched([ours(1), ours(2)], [theirs("R1")]).pairs) == 1


def test_two_of_ours_on_different_days_and_one_row_are_unclear() -> None:
    found = matched([ours(1), ours(2, days=3)], [theirs(days=3)])
    assert (found.pairs, found.unclear) == ({}, {"R1"})


def test_the_order_number_decides_even_late_and_by_another_channel() -> None:
    mine = [ours(1), ours(2, days=3)]
    found = matched(mine, [theirs(days=30, channel="card", order=attempt(2))])
    assert (found.pairs, found.unclear) == ({"R1": mine[1].id}, frozenset())


def test_one_order_number_on_two_rows_is_unclear() -> None:
    found = matched([ours()], [theirs("R1", order=attempt(1)), theirs("R2", order=attempt(1))])
    assert (found.pairs, found.unclear) == ({}, {"R1", "R2"})


def test_an_order_number_of_another_merchant_is_other_money() -> None:
    assert matched([ours()], [theirs(order="SHOP-1")]) == Matching()


def test_only_our_own_rows_that_wait_are_looked_for() -> None:
    assert awaits_agency(ours())
    assert not awaits_agency(dataclasses.replace(ours(), posted_on=POSTED))
    assert not awaits_agency(dataclasses.replace(ours(), agency_id="R1"))
    assert not is_ours(dataclasses.replace(ours(), id="R-115080300017"))
    assert not is_ours(dataclasses.replace(ours(), id="R:1"))


def test_what_the_file_brought_first_is_found_when_it_is_booked() -> None:
    standing = Payment("R1", "b", 826, DAY, POSTED, "line_pay")
    assert imported_before([ours()], [standing]).pairs == {"R1": ours().id}
    # An earlier payment through us, and what was matched already, is other money.
    earlier = ours(2)
    linked = dataclasses.replace(earlier, posted_on=POSTED, agency_id="R1")
    assert imported_before([ours()], [earlier, linked]) == Matching()


DAYS = st.integers(-3, 10)
CHANNELS = st.sampled_from(["line_pay", "jkopay", "store", "agency"])
BOOKED = st.lists(
    st.tuples(DAYS, st.sampled_from([413, 826]), st.sampled_from(["line_pay", "jkopay"])), max_size=5
)
IMPORTED = st.lists(
    st.tuples(
        DAYS, st.sampled_from([413, 826]), CHANNELS, st.sampled_from([None, None, NOT_OURS, attempt(0), "X"])
    ),
    max_size=5,
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Payment], list[AgencyRow]]:
    booked = [
        ours(number, days=days, amount=amount, channel=channel)
        for number, (days, amount, channel) in enumerate(draw(BOOKED))
    ]
    rows = [
        theirs(f"R{number}", days=days, amount=amount, channel=channel, order=order)
        for number, (days, amount, channel, order) in enumerate(draw(IMPORTED))
    ]
    return booked, rows


@given(worlds(), st.randoms(use_true_random=False))
def test_each_pair_is_the_same_money_once_whatever_the_order(
    world: tuple[list[Payment], list[AgencyRow]], random: object
) -> None:
    booked, rows = world
    found = matched(booked, rows)
    mine, agency = {one.id: one for one in booked}, {row.id: row for row in rows}
    assert len(set(found.pairs.values())) == len(found.pairs)
    assert not found.unclear & found.pairs.keys()
    for theirs_id, ours_id in found.pairs.items():
        row, one = agency[theirs_id], mine[ours_id]
        assert (row.bill_id, row.amount) == (one.bill_id, one.amount)
        assert row.order is not None or near(row.paid_on, one.paid_on)
        assert row.order != NOT_OURS
    random.shuffle(booked)  # type: ignore[attr-defined]
    random.shuffle(rows)  # type: ignore[attr-defined]
    assert matched(booked, rows) == found


@given(worlds())
def test_the_books_hold_each_sum_once_and_the_file_again_changes_nothing(
    world: tuple[list[Payment], list[AgencyRow]],
) -> None:
    booked, rows = world
    found = matched(booked, rows)
    by_id = {row.id: row for row in rows}
    owner = {ours_id: theirs_id for theirs_id, ours_id in found.pairs.items()}
    books = [
        dataclasses.replace(one, posted_on=by_id[owner[one.id]].posted_on, agency_id=owner[one.id])
        if one.id in owner
        else one
        for one in booked
    ]
    new = [row for row in rows if row.id not in found.pairs and row.id not in found.unclear]
    total = sum(one.amount for one in books) + sum(row.amount for row in new)
    # What came in, less what is the same money, less what staff must look at: nothing else is added or lost.
    held_out = sum(by_id[key].amount for key in found.unclear)
    same = sum(by_id[key].amount for key in found.pairs)
    assert total == sum(one.amount for one in booked) + sum(row.amount for row in rows) - same - held_out
    # A row that went into the books as money of its own is nobody's double when the file comes again.
    known = {*owner.values(), *(row.id for row in new)}
    waiting = [one for one in books if awaits_agency(one)]
    assert matched(waiting, [row for row in rows if row.id not in known]).pairs == {}
