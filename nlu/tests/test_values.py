"""What rules read out of a line, on Sunday 22 November 2026 (民國 115 年)."""

from __future__ import annotations

from datetime import date

import pytest

from nlu.components.values import rules
from nlu.components.values.found import settle
from nlu.components.values.lexicon import load
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


def test_numbers_in_other_tongues_short_forms() -> None:
    said = {"3.3k": 3300, "1 vạn 2": 12000, "một vạn hai": 12000, "ba nghìn rưỡi": 3500, "sepuluh ribu": 10000, "seribu": 1000,
            "หนึ่งหมื่นสอง": 12000, "พันห้า": 1500, "หมื่นนึง": 10000, "萬二": 12000, "12.000": 12000, "12,000": 12000, "1tr2": 1200000}  # fmt: skip
    assert {text: number.value for text in said if (number := read(text))} == said


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
    ("language", "text", "value"),
    [
        ("zh-TW", "昨天繳了", "2026-11-21"), ("en", "I paid yesterday", "2026-11-21"), ("vi", "hôm qua trả rồi", "2026-11-21"),
        ("vi", "hom qua tra roi", "2026-11-21"), ("id", "kemarin sudah bayar", "2026-11-21"), ("th", "จ่ายเมื่อวาน", "2026-11-21"),
        ("en", "two days ago", "2026-11-20"), ("zh-TW", "三天前", "2026-11-19"), ("id", "3 hari lalu", "2026-11-19"),
        ("vi", "hai ngày trước", "2026-11-20"), ("th", "3 วันก่อน", "2026-11-19"), ("en", "this morning", "2026-11-22"),
        ("vi", "hồi sáng", "2026-11-22"), ("th", "เมื่อเช้า", "2026-11-22"), ("en", "last night", "2026-11-21"), ("zh-TW", "昨晚", "2026-11-21"),
        ("zh-TW", "下禮拜一", "2026-11-23"), ("zh-TW", "上禮拜三", "2026-11-11"), ("en", "last Tuesday", "2026-11-17"), ("vi", "hôm thứ ba", "2026-11-17"),
        ("id", "selasa lalu", "2026-11-17"), ("th", "วันอังคารที่แล้ว", "2026-11-17"), ("en", "on Friday", "2026-11-27"),
        ("zh-TW", "上禮拜", "2026-11-09"), ("en", "last week", "2026-11-09"), ("vi", "tuần trước", "2026-11-09"), ("id", "minggu lalu", "2026-11-09"),
        ("th", "อาทิตย์ที่แล้ว", "2026-11-09"), ("en", "at the start of the month", "2026-11-01"), ("vi", "đầu tháng", "2026-11-01"),
        ("id", "awal bulan depan", "2026-12-01"), ("th", "ปลายเดือน", "2026-11-30"), ("zh-TW", "上個月底", "2026-10-31"), ("zh-TW", "十月初", "2027-10-01"),
        ("en", "the 20th", "2026-12-20"), ("en", "on the 25th", "2026-11-25"), ("vi", "ngày 20", "2026-12-20"), ("vi", "mùng 5 tháng sau", "2026-12-05"),
        ("id", "tgl 25", "2026-11-25"), ("th", "วันที่ 25", "2026-11-25"), ("en", "at Christmas", "2026-12-25"), ("id", "natal", "2026-12-25"),
        ("vi", "tết này", "2027-02-06"), ("zh-TW", "過年前", "2027-02-06"), ("th", "ตรุษจีน", "2027-02-06"), ("zh-TW", "大年初五", "2027-02-10"),
    ],
)  # fmt: skip
def test_days_past_and_vague(language: str, text: str, value: str) -> None:
    assert _values(text, language, "date") == [value]


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("zh-TW", "六期", 6), ("en", "ten terms", 10), ("en", "my 8-month plan", 8), ("vi", "mười hai kỳ", 12), ("vi", "tra gop 6 thang dc k", 6),
        ("id", "cicil 12 kali", 12), ("id", "12 bulan", 12), ("th", "ผ่อน 12 งวด", 12), ("th", "ครึ่งปี", 6), ("zh-TW", "分半年慢慢還", 6),
        ("en", "half a year", 6), ("zh-TW", "一年半", 18), ("vi", "nửa năm", 6), ("en", "make it 8", 8), ("vi", "6 nha", 6),
    ],
)  # fmt: skip
def test_terms_of_a_plan(language: str, text: str, value: int) -> None:
    found = [item for item in settle(rules.find(text, TODAY, language)) if item.entity == "period_count"]
    assert [(item.value, item.sure) for item in found] == [(value, True)]


@pytest.mark.parametrize("text", ["我繳了兩次", "出國一年", "I was away for 8 months"])
def test_a_time_that_may_be_no_plan_is_left_to_the_tagger(text: str) -> None:
    found = [item for item in rules.find(text, TODAY, "zh-TW") if item.entity == "period_count"]
    assert all(not item.sure for item in found)


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "around 3.3k", 3300), ("zh-TW", "要把一萬二一次付掉", 12000), ("zh-TW", "兩萬四分二十四期", 24000), ("vi", "nợ 4 vạn", 40000),
        ("vi", "khoảng 5 nghìn", 5000), ("id", "12 ribu mau dicicil", 12000), ("id", "seribu aja", 1000), ("th", "หมื่นนึง", 10000), ("en", "sent 826 by atm", 826),
    ],
)  # fmt: skip
def test_amounts_in_passing(language: str, text: str, value: int) -> None:
    assert _values(text, language, "amount") == [value]


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("zh-TW", "中壢區公所地址", "桃園市中壢區公所"), ("zh-TW", "板橋公所", "新北市板橋區公所"), ("zh-TW", "台北大安區公所", "臺北市大安區公所"),
        ("zh-TW", "臺中市大安區公所", "臺中市大安區公所"), ("zh-TW", "信義鄉公所", "南投縣信義鄉公所"), ("zh-TW", "屏東恆春鎮公所", "屏東縣恆春鎮公所"),
        ("en", "Banqiao District Office", "新北市板橋區公所"), ("en", "cianjhen district office", "高雄市前鎮區公所"), ("en", "office of Renwu", "高雄市仁武區公所"),
        ("vi", "công sở khu Tam Dân", "高雄市三民區公所"), ("vi", "công sở Nhân Vũ", "高雄市仁武區公所"), ("vi", "cong so Phuong Son", "高雄市鳳山區公所"),
        ("vi", "công sở Bản Kiều", "新北市板橋區公所"), ("id", "kantor distrik Zuoying", "高雄市左營區公所"), ("th", "สำนักงานเขตจั่วอิ๋ง", "高雄市左營區公所"),
        ("zh-TW", "高屏業務組在哪", "健保署高屏業務組"),
    ],
)  # fmt: skip
def test_offices_of_all_taiwan(language: str, text: str, value: str) -> None:
    assert _values(text, language, "office") == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [("大安區公所在哪", "大安區"), ("em ở Phượng Sơn", "Phượng Sơn"), ("I live in Xiaogang", "Xiaogang"), ("going back to Manila", "Manila"), ("quê ở Nghệ An", "Nghệ An"), ("มีสาขาแถวเกาสงไหม", "เกาสง")],
)  # fmt: skip
def test_places_keep_their_words(text: str, value: str) -> None:
    assert _values(text, "zh-TW", "place") == [value]
    assert _values(text, "zh-TW", "office") == []


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("zh-TW", "我失業了", "unemployment"), ("en", "I just got laid off", "unemployment"), ("id", "saya kena PHK", "unemployment"), ("vi", "em bị mất việc", "unemployment"), ("th", "ผมตกงาน", "unemployment"),
        ("zh-TW", "工廠減班", "pay_cut"), ("zh-TW", "叫我們放無薪假", "pay_cut"), ("en", "they cut my hours in half", "pay_cut"), ("id", "gaji saya dipotong", "pay_cut"), ("vi", "lương còn một nửa", "pay_cut"), ("th", "โดนลดเงินเดือน", "pay_cut"),
        ("zh-TW", "老公走了", "family_emergency"), ("en", "my father passed away", "family_emergency"), ("id", "suami meninggal", "family_emergency"), ("vi", "ba em mới mất", "family_emergency"), ("th", "สามีเสีย", "family_emergency"),
        ("zh-TW", "上個月開刀", "illness"), ("en", "I was hospitalised", "illness"), ("id", "masuk rumah sakit", "illness"), ("vi", "nằm viện", "illness"), ("th", "นอนโรงพยาบาล", "illness"),
        ("zh-TW", "家裡淹水", "disaster"), ("en", "the earthquake wrecked our house", "disaster"), ("id", "rumah kebanjiran", "disaster"), ("vi", "nhà bị cháy", "disaster"), ("th", "น้ำท่วมบ้าน", "disaster"),
        ("zh-TW", "其他原因", "other"), ("en", "other reasons", "other"), ("id", "alasan lain", "other"), ("vi", "lý do khác", "other"), ("th", "เหตุผลอื่น", "other"),
    ],
)  # fmt: skip
def test_reasons_in_a_line(language: str, text: str, value: str) -> None:
    assert _values(text, language, "reason") == [value]


@pytest.mark.parametrize(
    ("text", "entity", "value", "sure"),
    [
        ("my Visa card", "payment_channel", "credit_card", True), ("set up auto pay", "payment_channel", "auto_debit", True), ("pakai autodebet", "payment_channel", "auto_debit", True),
        ("trừ tiền tự động", "payment_channel", "auto_debit", True), ("chuyen khoan", "payment_channel", "bank_transfer", True), ("ร้านสะดวกซื้อ", "payment_channel", "convenience_store", True),
        ("樓下就是OK", "payment_channel", "okmart", False), ("bằng thẻ", "payment_channel", "credit_card", True), ("มีบัตร visa", "payment_channel", "credit_card", False),
        ("zhongwen", "language", "zh-TW", True), ("tieng viet", "language", "vi", True), ("พาสาไทย", "language", "th", True), ("bhs indonesia", "language", "id", True), ("印尼", "language", "id", False),
        ("application quality", "notice_category", "quality_report", True), ("promo poster", "notice_category", "promotion_image", True), ("thông báo khẩn", "notice_category", "urgent", True), ("reminders", "notice_category", "reminder", False),
        ("+886 912 345 678", "phone", "0912345678", True),
    ],
)  # fmt: skip
def test_words_of_the_lexicon_and_which_are_sure(text: str, entity: str, value: str, sure: bool) -> None:
    found = [item for item in settle(rules.find(text, TODAY, "vi")) if item.entity == entity]
    assert [(item.value, item.sure) for item in found] == [(value, sure)]


def test_every_township_is_known_once() -> None:
    towns = [county + town for county, names in load("towns.yml").items() for town in names]
    assert len(set(towns)) == len(towns) == 368
    assert all(_values(f"{town}公所", "zh-TW", "office") == [f"{town}公所"] for town in towns)


@pytest.mark.parametrize(
    ("language", "text", "entity"),
    [
        ("vi", "đóng được k", "amount"),
        ("zh-TW", "我們老百姓", "amount"),
        ("vi", "mấy phần trăm", "amount"),
        ("en", "may I ask", "roc_month"),
        ("en", "he sat in the sun", "date"),
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
