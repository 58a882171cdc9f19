from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhi_core.domain import roc
from nhi_core.domain.errors import Invalid
from nhi_core.domain.roc import PremiumMonth

days = st.dates(date(1912, 1, 1), date(2910, 12, 31))
months = days.map(PremiumMonth.of)


@pytest.mark.parametrize(
    "text",
    ["110/06/15", "1100615", "110年6月15日", "110-6-15", "民國110年06月15日", "中華民國 110.6.15",
     "2021-06-15", "20210615", "１１０／０６／１５", "2021/6/15"],
)  # fmt: skip
def test_every_notation_of_a_day_is_read(text: str) -> None:
    assert roc.parse_date(text) == date(2021, 6, 15)


@pytest.mark.parametrize(
    "text", ["114/02/29", "115/13/01", "115/00/10", "0/1/1", "110/06", "昨天", "", "12345"]
)
def test_days_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        roc.parse_date(text)


def test_a_leap_day_of_the_republic() -> None:
    assert roc.parse_date("113/02/29") == date(2024, 2, 29)


def test_two_digit_years_are_of_the_republic() -> None:
    assert roc.parse_date("99/07/31") == date(2010, 7, 31)
    assert roc.parse_date("990731") == date(2010, 7, 31)


@given(days)
def test_days_survive_the_way_there_and_back(day: date) -> None:
    assert roc.parse_date(roc.format_date(day)) == day
    assert roc.parse_date(roc.compact_date(day)) == day
    assert roc.parse_date(day.isoformat()) == day


@pytest.mark.parametrize(
    "text", ["2026-08", "115/08", "115年8月", "民國115年08月份", "11508", "202608", "115-8", "2026-08-01"]
)
def test_every_notation_of_a_month_is_read(text: str) -> None:
    assert PremiumMonth.parse(text) == PremiumMonth(2026, 8)


@pytest.mark.parametrize("text", ["2026-13", "115/00", "2026-08-02", "八月", "115", ""])
def test_months_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        PremiumMonth.parse(text)


@given(months)
def test_months_survive_the_way_there_and_back(month: PremiumMonth) -> None:
    assert {PremiumMonth.parse(text) for text in (month.iso, month.roc, month.roc_compact)} == {month}


@given(months, st.integers(-300, 300))
def test_months_count_like_a_calendar(month: PremiumMonth, step: int) -> None:
    moved = PremiumMonth(month.year + 100, month.month).plus(step)
    assert moved.plus(-step).month == month.month
    assert (moved > PremiumMonth(month.year + 100, month.month)) == (step > 0)


def test_the_form_of_a_month() -> None:
    month = PremiumMonth(2026, 2)
    assert (str(month), month.roc, month.roc_compact) == ("2026-02", "115/02", "11502")
    assert (month.first_day, month.last_day) == (date(2026, 2, 1), date(2026, 2, 28))
    assert month.plus(11) == PremiumMonth(2027, 1)


def test_days_before_the_republic_have_no_roc_form() -> None:
    with pytest.raises(Invalid):
        roc.format_date(date(1911, 12, 31))
