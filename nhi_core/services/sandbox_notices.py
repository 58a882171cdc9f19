"""Made-up notices of the sandbox, all of them fetched, so that nothing is pushed.

The one deadline is far off: the day before it, whoever has not answered would be asked, 102 pushes in all.
"""

from __future__ import annotations

from datetime import date, timedelta

from nhi_core.domain.notices import Category
from nhi_core.ports_notices import NoticeFilter
from nhi_core.services.notices import NoticeService

_OWNER = "sandbox"
_NOTICES: tuple[tuple[Category, str, str, int | None], ...] = (
    (
        Category.REMINDER,
        "開單前請核對眷屬異動",
        (
            "各位夥伴好：\n月底前收到的轉入、轉出申請，請於下月 8 日下班前完成鍵檔。漏鍵是今年最常見的錯誤，"
            "送件前請再看一次檢核表，謝謝大家。"
        ),
        30,
    ),
    (
        Category.PROMOTION_IMAGE,
        "虛擬健保卡宣導海報，請協助張貼",
        "請張貼於服務台與公布欄，拍照傳給小幫手就完成回報。",
        None,
    ),
    (
        Category.EVALUATION,
        "本年度公所評比期中成績可以查詢了",
        "跟小幫手說「我們公所評比幾分」，就能看到自己公所的分數，以及哪些項目最能再加分。",
        None,
    ),
    (
        Category.URGENT,
        "系統今晚 19:00 至 21:00 維護",
        "維護期間請改收紙本申請表，隔天上午補鍵即可。",
        None,
    ),
)


def seed_notices(notices: NoticeService, today: date) -> int:
    """Let each of them go unless there are notices already; return how many are new."""
    if notices.found(NoticeFilter(), limit=1).rows:
        return 0
    for category, title, body, days in _NOTICES:
        deadline = None if days is None else today + timedelta(days=days)
        made = notices.draft(
            category, title, body, owner=_OWNER, needs_ack=days is not None, ack_deadline=deadline
        )
        notices.submit(made.id, by=_OWNER)
    return len(_NOTICES)
