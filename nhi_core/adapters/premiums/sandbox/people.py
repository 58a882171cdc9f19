"""Who people are: categories of insurance, long names, rare characters, numbers of every kind."""

from __future__ import annotations

from datetime import date, timedelta

from nhi_core.adapters.premiums.sandbox.registry import Book
from nhi_core.adapters.premiums.sandbox.scene import Scene
from nhi_core.domain.arrears import PersonStatus
from nhi_core.domain.people import InsuredCategory

book = Book()
story = book.story
CLEAR, GRACE, LATE = PersonStatus.CLEAR, PersonStatus.IN_GRACE, PersonStatus.OVERDUE


@story(
    "student",
    CLEAR,
    "剛滿二十歲的大學生，依附父母投保，保險費由家長的單繳清。",
    "A university student insured as a dependant; the parents' bill is paid.",
)
def _(scene: Scene) -> None:
    scene.person("柯文彥", "T1", date(1974, 5, 6))
    scene.person("柯宜蓁", "T2", date(scene.today.year - 20, 1, 15))
    scene.paid_months(scene.open_month(), 3, headcount=2)


@story(
    "retired_elder",
    LATE,
    "退休獨居長輩，漏看一張繳款單。",
    "A retired person living alone overlooked one slip.",
)
def _(scene: Scene) -> None:
    scene.person("莊阿水", "U1", date(1946, 2, 8))
    last = scene.newest(late=3)
    scene.paid_months(last.plus(-1), 5)
    scene.bill(last)


@story(
    "union_member",
    GRACE,
    "職業工會會員，由工會代收，還在寬限期。",
    "Member of an occupational union, within grace.",
)
def _(scene: Scene) -> None:
    scene.person("阮志宏", "V1", date(1983, 8, 28), InsuredCategory.OCCUPATIONAL_UNION)
    scene.bill(scene.open_month().plus(-1), 915, due=scene.grace_due(), unit="臺中市餐飲業職業工會")


@story(
    "farmer",
    LATE,
    "農會投保的農民，收成期忙碌漏繳一期。",
    "A farmer insured through the farmers' association missed one bill.",
)
def _(scene: Scene) -> None:
    scene.person("涂榮發", "W1", date(1957, 10, 14), InsuredCategory.FARMER_FISHER)
    scene.bill(scene.newest(late=8), 622, unit="雲林縣西螺鎮農會")


@story(
    "soldier",
    CLEAR,
    "服役中（第四類），沒有自己的帳單。",
    "In military service (category 4): no bill of one's own.",
)
def _(scene: Scene) -> None:
    scene.person("歐陽立凱", "X1", date(scene.today.year - 22, 6, 1), InsuredCategory.SOLDIER)


@story(
    "foreign_student",
    LATE,
    "外籍學生，新式統一證號，姓名很長。",
    "A foreign student with a new-style UI number and a very long name.",
)
def _(scene: Scene) -> None:
    scene.person("MARIA CLARA ISABELLA DELA CRUZ-SANTOS VILLANUEVA", "A9", date(2003, 3, 19))
    scene.bill(scene.newest(late=2))


@story(
    "vietnamese_spouse",
    LATE,
    "越南籍新住民配偶，兩個月未繳。",
    "A new immigrant from Vietnam; two months unpaid.",
)
def _(scene: Scene) -> None:
    scene.person("NGUYỄN THỊ HỒNG NHUNG", "F9", date(1992, 12, 1))
    for month in scene.months(scene.newest(late=1), 2):
        scene.bill(month)


@story(
    "indonesian_spouse",
    CLEAR,
    "印尼籍新住民配偶，按時繳費。",
    "A new immigrant from Indonesia; pays in time.",
)
def _(scene: Scene) -> None:
    scene.person("DEWI KARTIKA PUTRI", "B9", date(1990, 8, 17))
    scene.paid_months(scene.open_month().plus(-1), 3)
    scene.bill(scene.open_month())


@story("thai_spouse", GRACE, "泰國籍新住民配偶，寬限期內。", "A new immigrant from Thailand; within grace.")
def _(scene: Scene) -> None:
    scene.person("สมหญิง ใจดี", "C9", date(1988, 4, 13))
    scene.bill(scene.open_month().plus(-1), due=scene.grace_due())


@story(
    "old_resident_number",
    LATE,
    "持舊式統一證號的外籍人士（舊號可用到 2031 年）。",
    "A resident whose number is of the old style, valid until 2031.",
)
def _(scene: Scene) -> None:
    scene.person("SMITH JOHN", "AC", date(1975, 1, 31))
    scene.bill(scene.newest(late=12))


@story("rare_character", CLEAR, "姓名有罕用字（堃、𠮷），繳費正常。", "A name with rare characters; paid up.")
def _(scene: Scene) -> None:
    scene.person("王堃𠮷", "D1", date(1961, 11, 23))
    scene.paid_months(scene.open_month(), 2)


@story("single_name", LATE, "姓名只有一個單字的外籍配偶。", "A spouse whose name is a single word.")
def _(scene: Scene) -> None:
    scene.person("SUHARTINI", "E9", date(1986, 6, 30))
    scene.bill(scene.newest(late=20))


@story(
    "back_from_abroad",
    LATE,
    "出國數月返臺，停保已取消，期間保險費照計。",
    "Back from months abroad: coverage can no longer be suspended, premiums went on.",
)
def _(scene: Scene) -> None:
    scene.person("夏安琪", "G2", date(1984, 2, 29))
    for month in scene.months(scene.newest(late=1), 4):
        scene.bill(month)


@story(
    "first_bill",
    CLEAR,
    "第一次收到公所投保的帳單，兩週後到期前繳即可。",
    "The first bill from the township office, not due yet.",
)
def _(scene: Scene) -> None:
    scene.person("羅宥辰", "J1", scene.today - timedelta(days=365 * 23))
    scene.bill(scene.open_month())
