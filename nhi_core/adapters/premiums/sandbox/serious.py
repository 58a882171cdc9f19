"""Long arrears, enforcement, and the odd corners of the calendar."""

from __future__ import annotations

from datetime import date, timedelta

from nhi_core.adapters.premiums.sandbox.registry import Book
from nhi_core.adapters.premiums.sandbox.scene import Scene
from nhi_core.domain.arrears import PersonStatus
from nhi_core.domain.bills import BillKind
from nhi_core.domain.calendar import ENFORCEABLE_AFTER_INSURED, ENFORCEABLE_AFTER_UNIT, GRACE_DAYS, grace_end
from nhi_core.domain.roc import PremiumMonth

book = Book()
story = book.story
LATE, ENFORCEABLE = PersonStatus.OVERDUE, PersonStatus.ENFORCEABLE


@story(
    "long_arrears",
    ENFORCEABLE,
    "欠費八個月，最早的已逾 150 日。",
    "Eight months unpaid, the oldest past 150 days.",
)
def _(scene: Scene) -> None:
    scene.person("彭建志", "U1", date(1973, 3, 14))
    for month in scene.months(scene.newest(late=1), 8):
        scene.bill(month)


@story(
    "twelve_months",
    ENFORCEABLE,
    "欠費滿一年，十二張單，可申請分期。",
    "A whole year unpaid: twelve bills, instalments possible.",
)
def _(scene: Scene) -> None:
    scene.person("游淑貞", "V2", date(1968, 8, 18))
    for month in scene.months(scene.newest(late=1), 12):
        scene.bill(month)


@story(
    "over_50000",
    ENFORCEABLE,
    "一家四口欠費十八個月，總額超過五萬元，期數可以更長。",
    "A family of four, 18 months, above NT$50,000: longer plans are allowed.",
)
def _(scene: Scene) -> None:
    scene.person("詹明德", "W1", date(1975, 5, 15))
    scene.person("魏素珍", "W2", date(1977, 6, 16))
    scene.person("詹宇翔", "W1", date(2008, 7, 17))
    scene.person("詹宇彤", "W2", date(2011, 8, 18))
    for month in scene.months(scene.newest(late=1), 18):
        scene.bill(month, headcount=4)


@story(
    "in_enforcement",
    ENFORCEABLE,
    "欠費已移送行政執行，分期須先經執行分署同意，請洽櫃檯。",
    "Sent to enforcement: instalments need the enforcement agency's consent, at the counter.",
)
def _(scene: Scene) -> None:
    scene.person("田志成", "X1", date(1966, 6, 26))
    for month in scene.months(scene.newest(due_ago=ENFORCEABLE_AFTER_INSURED + 60), 6):
        scene.bill(month, in_enforcement=True)


@story(
    "lunar_new_year",
    ENFORCEABLE,
    "寬限期末日遇到春節連假，順延到開工日，滯納金晚幾天起算。",
    "Grace would end in the Lunar New Year holidays: it moved to the first working day.",
)
def _(scene: Scene) -> None:
    scene.person("宋麗華", "Y2", date(1971, 2, 11))
    year = scene.today.year
    while not _moved_by_new_year(scene, date(year, 1, 31)):
        year -= 1
    scene.bill(PremiumMonth(year - 1, 12), headcount=2)


def _moved_by_new_year(scene: Scene, due: date) -> bool:
    moved = grace_end(due, scene.calendar) - due - timedelta(days=GRACE_DAYS)
    long_ago = (scene.today - due).days > ENFORCEABLE_AFTER_INSURED
    return long_ago and moved > timedelta(days=2)


@story(
    "make_up_saturday",
    ENFORCEABLE,
    "寬限期末日是補行上班的星期六，不順延；舊欠費已移送執行。",
    "Grace ended on a make-up working Saturday, which does not shift; old debt in enforcement.",
)
def _(scene: Scene) -> None:
    scene.person("高志遠", "Z1", date(1964, 4, 24))
    scene.bill(PremiumMonth(2019, 12), headcount=4, in_enforcement=True)


@story(
    "migrant_employer",
    LATE,
    "移工雇主（投保單位），兩個月一單 1,307 元，剛過寬限期。",
    "Employer of a migrant worker (a unit): NT$1,307 for two months, just past grace.",
)
def _(scene: Scene) -> None:
    scene.person("潘金生", "A1", date(1958, 12, 5))
    scene.bill(
        scene.open_month().plus(-2),
        1_307,
        kind=BillKind.UNIT,
        due=scene.today - timedelta(days=28),
        unit="潘金生（外籍看護工雇主）",
    )


@story(
    "migrant_employer_serious",
    ENFORCEABLE,
    "移工雇主逾期超過 30 日，依法可移送執行。",
    "Employer of a migrant worker, more than 30 days late: enforcement is possible by law.",
)
def _(scene: Scene) -> None:
    scene.person("董秀蘭", "B2", date(1955, 3, 8))
    scene.bill(
        scene.newest(due_ago=ENFORCEABLE_AFTER_UNIT + 1),
        1_307,
        kind=BillKind.UNIT,
        unit="董秀蘭（外籍看護工雇主）",
    )


@story(
    "unit_capped",
    ENFORCEABLE,
    "小吃店負責人，單位保費逾期超過 150 天，滯納金到 15% 上限。",
    "A small eatery's unit premium, past 150 days late: the fee stopped at 15 %.",
)
def _(scene: Scene) -> None:
    scene.person("簡文正", "C1", date(1967, 7, 27))
    scene.bill(scene.newest(late=150), 10_000, kind=BillKind.UNIT, unit="好味小吃店", headcount=3)


@story("withholder", LATE, "扣費義務人補充保險費逾期。", "A withholder's supplementary premium is late.")
def _(scene: Scene) -> None:
    scene.person("范雅筑", "D2", date(1984, 10, 1))
    scene.bill(
        scene.open_month().plus(-1),
        4_220,
        kind=BillKind.WITHHOLDER,
        due=scene.today - timedelta(days=28),
        unit="雅筑設計工作室",
    )


@story(
    "deceased_head",
    LATE,
    "戶長過世，繼承人查詢過世前尚未繳的保險費。",
    "The head of household died; premiums from before are still open.",
)
def _(scene: Scene) -> None:
    scene.person("連阿財", "E1", date(1941, 1, 9))
    scene.person("連美珠", "E2", date(1968, 9, 29))
    for month in scene.months(scene.newest(late=50), 2):
        scene.bill(month)


@story(
    "moved_unit",
    LATE,
    "離婚後遷戶籍換投保單位，舊單位還有一個月沒繳。",
    "Moved after a divorce; one month is open at the former office.",
)
def _(scene: Scene) -> None:
    scene.person("溫雅慧", "F2", date(1986, 6, 3))
    last = scene.newest(late=1)
    scene.bill(last, unit="屏東縣恆春鎮公所")
    scene.paid_months(scene.open_month(), 1)
