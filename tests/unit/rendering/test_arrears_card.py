"""The arrears card and the late-fee estimate: what a person reads on them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.rendering import render
from bot.rendering.store import samples
from tests.unit.rendering.test_render import SESSION, words_of

ARREARS = {sample.name: sample.data for sample in samples("arrears_summary")}
FEES = {sample.name: sample.data for sample in samples("late_fee_estimate")}


def card(name: str, language: str = "zh-TW") -> dict[str, Any]:
    [message] = render("arrears_summary", ARREARS[name], language=language, session=SESSION)
    return message


def fees(name: str) -> str:
    return words_of(render("late_fee_estimate", FEES[name], language="zh-TW", session=SESSION))


@pytest.mark.parametrize("name", ARREARS)
def test_the_total_the_day_and_the_masked_name_are_always_there(name: str) -> None:
    shown = words_of(card(name))
    assert f"{ARREARS[name]['total']:,} 元" in shown
    assert "115年11月22日" in shown
    assert ARREARS[name]["person_masked"] in shown


@pytest.mark.parametrize("name", ARREARS)
def test_the_card_never_says_that_the_nhi_card_is_locked(name: str) -> None:
    shown = words_of(card(name)).replace("健保卡不會因為欠費被鎖", "")
    assert "鎖" not in shown
    assert "停止給付" not in shown


def test_a_bill_shows_month_amount_deadline_fee_start_fee_and_status() -> None:
    shown = words_of(card("overdue: one month, waived fee"))
    for words in ("115年8月", "826 元", "115年9月30日", "115年10月16日", "滯納金（預估）", "▲ 已逾期可分期"):
        assert words in shown


def test_a_waived_fee_is_zero_and_says_what_it_would_have_been() -> None:
    assert "0 元\n" in words_of(card("overdue: one month, waived fee"))
    assert "預估 30 元，低於免徵門檻" in words_of(card("overdue: one month, waived fee"))


def test_a_fee_charged_by_the_agency_is_not_called_an_estimate() -> None:
    shown = words_of(card("overdue: late fee charged by the agency"))
    assert "滯納金（已開立）" in shown
    assert "滯納金（預估）" not in shown


def test_long_arrears_come_with_help_first() -> None:
    message = card("enforceable")
    shown = words_of(message)
    assert "別擔心" in shown
    assert "無息貸款" in shown
    first = message["contents"]["contents"][0]["footer"]["contents"][0]["action"]
    assert first["uri"] == "tel:0800030598"


def test_the_date_picker_opens_today_and_ends_after_180_days() -> None:
    message = card("overdue: one month, waived fee")
    actions = [button["action"] for button in message["contents"]["footer"]["contents"]]
    [picker] = [action for action in actions if action["type"] == "datetimepicker"]
    assert (picker["min"], picker["initial"], picker["max"]) == ("2026-11-22", "2026-11-22", "2027-05-21")


def test_nothing_owed_is_said_kindly_and_asks_for_nothing() -> None:
    message = card("clear: nothing owed")
    assert "目前沒有欠費，謝謝您。" in words_of(message)
    assert "datetimepicker" not in str(message)


def test_a_late_term_is_not_thanked_for() -> None:
    shown = words_of(card("in instalments, one term late"))
    assert "謝謝您按時繳" not in shown
    assert "有 1 期過了期限還沒入帳" in shown


def test_the_next_instalment_is_shown() -> None:
    shown = words_of(card("in instalments"))
    assert "下一期\n" in shown
    assert "115年11月28日" in shown


def test_five_years_are_twelve_months_and_then_years() -> None:
    message = card("five years")
    shown = words_of(message)
    bubbles = message["contents"]["contents"]
    assert len(bubbles) == 1 + 4 + 1
    assert "115年8月" in shown
    assert "113年（12 筆）" in shown
    years = words_of(bubbles[-1])
    assert sum(int(part.split(" 筆")[0]) for part in years.split("（")[1:]) == 60 - 12


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hardship", "不加收滯納金"),
        ("parental-leave deferral", "可以延後繳"),
        ("paid, not posted yet", "請不要重複繳"),
        ("paid, not posted yet", "多繳了 826 元"),
        ("in grace", "就沒有滯納金"),
        ("defaulted", "重新申請分期"),
        ("employer's bill", "單位保險費"),
        ("withholder's bill", "扣費義務人保險費"),
    ],
)
def test_each_case_is_explained(name: str, words: str) -> None:
    assert words in words_of(card(name))


def test_the_arithmetic_of_a_late_fee_is_shown() -> None:
    shown = fees("one month, waived")
    assert "826 元 × 0.1% × 37 天 ＝ 31 元" in shown
    assert "100 元以下不收，以 0 元計" in shown
    assert "以健保署核定為準" in shown


def test_a_capped_fee_says_so() -> None:
    assert "最多收保險費的 5%，以 165 元計" in fees("capped family and a fee charged by the agency")


def test_a_fee_paid_in_parts_shows_each_share() -> None:
    shown = fees("paid in parts")
    assert "1,000 元 × 0.1% × 20 天" in shown
    assert "2,304 元 × 0.1% × 67 天" in shown


def test_before_the_fee_starts_it_is_zero_days() -> None:
    assert "115年11月24日 才起算，這一天繳是 0 天" in fees("not started")


def test_hardship_stops_the_fee() -> None:
    assert "經濟困難期間不計滯納金" in fees("hardship")
