"""What rules read out of a line, on Sunday 22 November 2026 (民國 115 年)."""

from __future__ import annotations

from datetime import date

import pytest

from nlu.components.values import rules
from nlu.components.values.found import settle
from nlu.components.values.numerals import read

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("3,304", 3304), ("3.304", 3304), ("1.5萬", 15000), ("1萬2", 12000), ("一萬二", 12000), ("三百五", 350),
        ("一百零五", 105), ("兩萬五千", 25000), ("十二", 12), ("廿五", 25), ("一一四", 114), ("twelve", 12), ("twenty-five", 25),
        ("two thousand five hundred", 2500), ("12k", 12000), ("dua belas", 12), ("dua puluh lima", 25), ("lima ratus ribu", 500000),
        ("25rb", 25000), ("mười hai", 12), ("hai mươi lăm", 25), ("ba nghìn", 3000), ("สิบสอง", 12), ("ยี่สิบห้า", 25),
        ("สามพันห้าร้อย", 3500),
    ],
)  # fmt: skip
def test_numbers(text: str, value: int) -> None:
    number = read(text)
    assert number is not None
    assert number.value == value


def _values(text: str, language: str, entity: str) -> list:
    return [item.value for item in settle(rules.find(text, TODAY, language)) if item.entity == entity]


@pytest.mark.parametrize(
    ("language", "text", "entity", "value"),
    [
        ("zh-TW", "我想分十二期", "period_count", 12), ("zh-TW", "一年可以嗎", "period_count", 12), ("zh-TW", "半年", "period_count", 6),
        ("zh-TW", "12", "period_count", 12), ("en", "six months please", "period_count", 6), ("en", "half a year", "period_count", 6),
        ("id", "dua belas kali", "period_count", 12), ("id", "setengah tahun", "period_count", 6),
        ("vi", "chia 12 tháng", "period_count", 12), ("vi", "một năm", "period_count", 12), ("th", "12 งวด", "period_count", 12),
        ("zh-TW", "一萬二", "amount", 12000), ("zh-TW", "三千元", "amount", 3000), ("en", "NT$3,000", "amount", 3000),
        ("id", "25 ribu dolar", "amount", 25000), ("th", "สามพันบาท", "amount", 3000),
        ("zh-TW", "114年8月的保費", "roc_month", "2025-08"), ("zh-TW", "11503", "roc_month", "2026-03"),
        ("zh-TW", "上個月", "roc_month", "2026-10"), ("zh-TW", "去年三月", "roc_month", "2025-03"), ("zh-TW", "8月的帳單", "roc_month", "2026-08"),
        ("zh-TW", "十二月", "roc_month", "2025-12"), ("en", "august 2025", "roc_month", "2025-08"), ("en", "last month", "roc_month", "2026-10"),
        ("id", "bulan lalu", "roc_month", "2026-10"), ("vi", "tháng 8 năm 2025", "roc_month", "2025-08"),
        ("th", "สิงหาคม 2568", "roc_month", "2025-08"), ("th", "เดือนที่แล้ว", "roc_month", "2026-10"),
        ("zh-TW", "下個月五號", "date", "2026-12-05"), ("zh-TW", "115年12月10號", "date", "2026-12-10"), ("zh-TW", "12/25", "date", "2026-12-25"),
        ("zh-TW", "15號", "date", "2026-12-15"), ("zh-TW", "下週五", "date", "2026-11-27"), ("zh-TW", "大後天", "date", "2026-11-25"),
        ("zh-TW", "月底", "date", "2026-11-30"), ("zh-TW", "兩個禮拜後", "date", "2026-12-06"), ("zh-TW", "二月底", "date", "2027-02-28"),
        ("en", "the 5th of next month", "date", "2026-12-05"), ("en", "next friday", "date", "2026-11-27"), ("en", "tomorrow", "date", "2026-11-23"),
        ("id", "tanggal 5 bulan depan", "date", "2026-12-05"), ("id", "5/12", "date", "2026-12-05"), ("vi", "ngày 5 tháng sau", "date", "2026-12-05"),
        ("th", "วันที่ 5 เดือนหน้า", "date", "2026-12-05"), ("th", "5 ธันวาคม", "date", "2026-12-05"),
        ("en", "write to A.Lin@Gmail.com", "email", "a.lin@gmail.com"), ("zh-TW", "電話0912-345-678", "phone", "0912345678"),
        ("zh-TW", "寄到[EMAIL]", "email", "[EMAIL]"), ("en", "call [PHONE]", "phone", "[PHONE]"),
        ("zh-TW", "小七可以繳嗎", "payment_channel", "seven_eleven"), ("en", "pay at 7-11", "payment_channel", "seven_eleven"),
        ("vi", "ở bưu điện", "payment_channel", "post_office"), ("id", "bahasa inggris", "language", "en"),
        ("zh-TW", "凤山区公所在哪", "office", "高雄市鳳山區公所"), ("en", "Fengshan district office", "office", "高雄市鳳山區公所"),
        ("id", "kantor kecamatan fengshan", "office", "高雄市鳳山區公所"), ("zh-TW", "我住鳳山", "place", "鳳山"),
        ("zh-TW", "公所評比", "notice_category", "evaluation"),
    ],
)  # fmt: skip
def test_values_are_normalised(language: str, text: str, entity: str, value: object) -> None:
    assert _values(text, language, entity) == [value]


@pytest.mark.parametrize(
    ("language", "text", "entity"),
    [
        ("zh-TW", "打165問", "amount"),
        ("zh-TW", "我去年就繳了", "period_count"),
        ("en", "pay at 7-11 nt$3,000", "period_count"),
        ("en", "what is the atmosphere", "payment_channel"),
        ("zh-TW", "三個月前的帳單", "period_count"),
        ("zh-TW", "114年8月", "amount"),
        ("zh-TW", "0912345678", "amount"),
    ],
)
def test_what_is_no_value(language: str, text: str, entity: str) -> None:
    assert _values(text, language, entity) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [("我被裁員了", "unemployment"), ("gaji dipotong", "pay_cut"), ("nhà bị lũ", "disaster"), ("ป่วยหนัก", "illness"), ("爸爸剛過世", "family_emergency"), ("不知道", "other")],
)  # fmt: skip
def test_a_stretch_gets_its_reason(text: str, reason: str) -> None:
    assert rules.value_of("reason", text, TODAY, "zh-TW") == reason


def test_offsets_are_those_of_the_line_as_written() -> None:
    line = "　ＮＴ＄３０００　在小七"
    found = {item.entity: line[item.start : item.end] for item in settle(rules.find(line, TODAY, "zh-TW"))}
    assert found == {"amount": "ＮＴ＄３０００", "payment_channel": "小七"}


def test_today_comes_from_the_turn_then_from_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NHI_TODAY", "2026-03-01")
    assert rules.today_of({"today": "2026-02-01"}) == date(2026, 2, 1)
    assert rules.today_of({}) == date(2026, 3, 1)
