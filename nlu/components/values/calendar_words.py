"""The words of five languages for days, weekdays and months."""

from __future__ import annotations

from typing import Dict

_ENGLISH = "january/jan february/feb march/mar april/apr may june/jun july/jul august/aug september/sept/sep october/oct november/nov december/dec"
_INDONESIAN = "januari februari/feb maret april mei juni juli agustus/agu september oktober/okt november/nopember desember/des"
_THAI = (
    "มกราคม/ม.ค./มกรา กุมภาพันธ์/ก.พ./กุมภา มีนาคม/มี.ค./มีนา เมษายน/เม.ย./เมษา พฤษภาคม/พ.ค./พฤษภา มิถุนายน/มิ.ย./มิถุนา"
    " กรกฎาคม/ก.ค./กรกฎา สิงหาคม/ส.ค./สิงหา กันยายน/ก.ย./กันยา ตุลาคม/ต.ค./ตุลา พฤศจิกายน/พ.ย./พฤศจิกา ธันวาคม/ธ.ค./ธันวา"
)


def _table(*lists: str) -> Dict[str, int]:
    return {
        word: number
        for names in lists
        for number, group in enumerate(names.split(), 1)
        for word in group.split("/")
    }


MONTH_NAMES: Dict[str, int] = _table(_ENGLISH, _INDONESIAN, _THAI)

# Monday is 0, as datetime.date.weekday() has it.
WEEKDAYS: Dict[str, int] = {
    word: number - 1
    for word, number in _table(
        "一 二 三 四 五 六 日/天",
        "monday/mon tuesday/tue wednesday/wed thursday/thu friday/fri saturday/sat sunday/sun",
        "senin selasa rabu kamis jumat/jum'at sabtu minggu/ahad",
        "จันทร์ อังคาร พุธ พฤหัสบดี/พฤหัส ศุกร์ เสาร์ อาทิตย์",
    ).items()
} | {f"thứ {word}": number for number, group in enumerate(("hai/2", "ba/3", "tư/4", "năm/5", "sáu/6", "bảy/7")) for word in group.split("/")} | {"chủ nhật": 6}  # fmt: skip

# Days from today.
NEAR_DAYS: Dict[str, int] = {
    "今天": 0, "今日": 0, "明天": 1, "明日": 1, "明仔載": 1, "後天": 2, "大後天": 3, "昨天": -1, "前天": -2,
    "today": 0, "tomorrow": 1, "tmr": 1, "tmrw": 1, "the day after tomorrow": 2, "day after tomorrow": 2, "yesterday": -1,
    "hari ini": 0, "besok": 1, "bsk": 1, "besok lusa": 2, "lusa": 2, "kemarin": -1,
    "hôm nay": 0, "ngày mai": 1, "mai": 1, "ngày kia": 2, "ngày mốt": 2, "hôm qua": -1,
    "วันนี้": 0, "พรุ่งนี้": 1, "มะรืนนี้": 2, "มะรืน": 2, "เมื่อวาน": -1,
}  # fmt: skip
