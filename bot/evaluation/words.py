"""What the files say. They go to the division's own meeting: in Chinese, like the scheme itself."""

from __future__ import annotations

RANKING, ITEMS, YEARS, AWARDS = "排名", "各項得分", "年度比較", "得獎公所"
GROUP, RANK, OFFICE, TOTAL = "分組", "名次", "公所", "總分"
ITEM, BEFORE, AFTER, DIFFERENCE, GROWTH = "項目", "前一年", "本年", "件數差異", "年增（%）"
AWARD, PLACE, PARTICIPATION = "獎項", "名次", "參與率（%）"
SAMPLE = "本年度部分配分與目標值為示範資料，請以正式公告為準。"
KINDS = {
    "missing_proof": "未附證明文件",
    "review_error": "審核錯誤",
    "missing_key_in": "資料漏鍵",
    "wrong_key_in": "資料誤鍵",
    "system_check": "系統檢核",
}
