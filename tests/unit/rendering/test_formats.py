"""Amounts, dates and lengths as people read them."""

from __future__ import annotations

import pytest

from bot.rendering import formats
from bot.rendering.lengths import graphemes, shorten, shorten_utf16, utf16


@pytest.mark.parametrize(("language", "shown"), [("zh-TW", "12,071 元"), ("vi", "NT$12,071")])
def test_money_has_separators_and_a_currency(language: str, shown: str) -> None:
    assert formats.money(12071, language) == shown


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [
        ("zh-TW", "115年8月31日", "115年8月"),
        ("en", "31 Aug 2026", "Aug 2026"),
        ("id", "31 Agu 2026", "Agu 2026"),
        ("vi", "31/08/2026", "Tháng 8/2026"),
        ("th", "31 ส.ค. 2026", "ส.ค. 2026"),
    ],
)
def test_dates_are_roc_years_in_chinese_and_gregorian_elsewhere(language: str, day: str, month: str) -> None:
    assert formats.day("2026-08-31", language) == day
    assert formats.month("2026-08", language) == month


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r".+"):
        formats.day("2026-02-30", "zh-TW")


def test_a_telephone_number_is_dialled_by_its_digits() -> None:
    assert formats.dial("04-2258 3988") == "0422583988"
    assert formats.dial("+886 2 412-8678") == "+88624128678"


def test_thai_marks_and_joined_emoji_count_once() -> None:
    assert graphemes("ค่า") == 2
    assert graphemes("👨‍👩‍👧") == 1
    assert utf16("👨‍👩‍👧") == 8


def test_a_long_name_is_cut_between_characters_and_says_so() -> None:
    assert shorten("บริษัท", 3) == "บริ…"
    assert shorten("短", 3) == "短"
    assert shorten_utf16("👨‍👩‍👧👨‍👩‍👧", 10) == "👨‍👩‍👧…"
    assert utf16(shorten_utf16("很" * 6000, 5000)) == 5000


def test_months_are_named_up_to_three_and_more_are_a_span() -> None:
    assert formats.months(["2026-02", {"month": "2026-01"}, "2026-02"], "zh-TW") == "115年1月、115年2月"
    assert formats.months(["2026-01", "2026-02"], "en") == "Jan 2026, Feb 2026"
    assert formats.months([f"2026-0{n}" for n in range(1, 6)], "en") == "Jan 2026 – May 2026"
