"""Households whose bills are in order, due soon, or late in the ordinary ways."""

from __future__ import annotations

from datetime import date, timedelta

from nhi_core.adapters.premiums.sandbox.registry import Book
from nhi_core.adapters.premiums.sandbox.scene import Scene, pair_due
from nhi_core.domain.arrears import PersonStatus
from nhi_core.domain.bills import BillKind

book = Book()
story = book.story
CLEAR, GRACE, LATE = PersonStatus.CLEAR, PersonStatus.IN_GRACE, PersonStatus.OVERDUE


@story(
    "paid_up",
    CLEAR,
    "單身上班族轉公所投保，半年來都按時繳清。",
    "Insured through the township office; paid in time for six months.",
)
def _(scene: Scene) -> None:
    scene.person("王小明", "A1", date(1990, 5, 17))
    scene.paid_months(scene.open_month(), 6)


@story("not_due", CLEAR, "本期帳單已開，還沒到繳納期限。", "This month's bill is out and not due yet.")
def _(scene: Scene) -> None:
    scene.person("陳美玲", "B2", date(1985, 11, 2))
    scene.paid_months(scene.open_month().plus(-1), 4)
    scene.bill(scene.open_month())


@story(
    "in_grace",
    GRACE,
    "繳納期限剛過，還在 15 天寬限期內，不會有滯納金。",
    "Past the deadline, within the 15 days of grace: no late fee.",
)
def _(scene: Scene) -> None:
    scene.person("林志豪", "C1", date(1978, 3, 30))
    scene.bill(scene.open_month().plus(-1), due=scene.grace_due())


@story("one_month_late", LATE, "忘了繳一個月，寬限期已過。", "Forgot one month; grace is over.")
def _(scene: Scene) -> None:
    scene.person("黃雅婷", "D2", date(1993, 8, 8))
    last = scene.newest(late=1)
    scene.paid_months(last.plus(-1), 3)
    scene.bill(last)


@story(
    "two_month_billing",
    LATE,
    "公所兩個月開一次單，兩個月同一個繳納期限，已逾期。",
    "Billed every two months: two months share one due date, now late.",
)
def _(scene: Scene) -> None:
    scene.person("張文雄", "E1", date(1969, 1, 25))
    odd = scene.newest(late=40)
    odd = odd.plus(-1) if odd.month % 2 == 0 else odd
    scene.bill(odd, due=pair_due(odd))
    scene.bill(odd.plus(1), due=pair_due(odd))


@story(
    "two_month_not_due",
    CLEAR,
    "兩個月一單，兩期都還沒到期。",
    "Billed every two months; neither month is due yet.",
)
def _(scene: Scene) -> None:
    scene.person("李淑芬", "F2", date(1972, 12, 12))
    odd = scene.open_month()
    odd = odd.plus(-1) if odd.month % 2 == 0 else odd
    scene.bill(odd, due=pair_due(odd))
    if odd.plus(1) <= scene.open_month():
        scene.bill(odd.plus(1), due=pair_due(odd))


@story(
    "fee_waived",
    LATE,
    "逾期近一個月，預估滯納金在免徵金額以下，顯示 0 元。",
    "Late by weeks; the estimated fee is under the waived amount and shows as 0.",
)
def _(scene: Scene) -> None:
    scene.person("吳建國", "G1", date(1981, 6, 6))
    scene.bill(scene.newest(late=25))


@story(
    "family_of_four",
    LATE,
    "一家四口合開一單，滯納金超過免徵金額。",
    "A family of four on one bill; the late fee is above the waived amount.",
)
def _(scene: Scene) -> None:
    scene.person("劉家豪", "H1", date(1980, 4, 4))
    scene.person("周怡君", "H2", date(1982, 7, 19))
    scene.person("劉子晴", "H2", date(2012, 9, 1))
    scene.person("劉子安", "H1", date(2015, 2, 14))
    month = scene.newest(late=31)
    # Not yet at the cap: when no month end fits, the slip was issued again with a later due date.
    due = None if scene.days_late(month) < 50 else scene.today - timedelta(days=60)
    scene.bill(month, headcount=4, due=due)


@story(
    "fee_capped",
    LATE,
    "一家四口逾期超過五十天，滯納金到 5% 上限就不再增加。",
    "A family of four more than fifty days late: the fee has stopped at its 5 % cap.",
)
def _(scene: Scene) -> None:
    scene.person("蔡宗翰", "I1", date(1976, 10, 10))
    scene.person("許雅雯", "I2", date(1979, 3, 3))
    scene.person("蔡承恩", "I1", date(2010, 5, 5))
    scene.person("蔡品妤", "I2", date(2013, 8, 21))
    scene.bill(scene.newest(late=50), headcount=4)


@story(
    "partial_payment",
    LATE,
    "期限前先繳了一部分，剩下的已逾期。",
    "Part was paid before the deadline; the rest is late.",
)
def _(scene: Scene) -> None:
    scene.person("鄭秀英", "J2", date(1965, 9, 9))
    scene.person("郭文彬", "J1", date(1963, 2, 2))
    bill = scene.bill(scene.newest(late=5), headcount=2)
    scene.pay(bill, amount=800)


@story(
    "partial_late_payment",
    LATE,
    "逾期後才繳一部分，滯納金依各筆繳納日分段計算。",
    "Part was paid after grace: each share carries the fee until its own day.",
)
def _(scene: Scene) -> None:
    scene.person("洪俊傑", "K1", date(1988, 1, 1))
    scene.person("賴佩珊", "K2", date(1990, 2, 2))
    scene.person("洪可欣", "K2", date(2018, 3, 3))
    scene.person("洪睿恩", "K1", date(2020, 4, 4))
    month = scene.newest(late=40)
    bill = scene.bill(month, headcount=4)
    scene.pay(bill, scene.start_of(month) + timedelta(days=30), amount=1_000)


@story(
    "paid_unposted",
    CLEAR,
    "昨天在超商繳了，健保署三個工作天內銷帳。",
    "Paid at a store yesterday; posting takes three working days.",
)
def _(scene: Scene) -> None:
    scene.person("曾冠宇", "L1", date(1995, 12, 24))
    bill = scene.bill(scene.newest(late=1))
    scene.pay(bill, scene.today - timedelta(days=1))


@story(
    "double_payment",
    CLEAR,
    "超商與銀行各繳了一次，重複繳納可以申請退費。",
    "Paid once at a store and once at a bank: a refund can be asked for.",
)
def _(scene: Scene) -> None:
    scene.person("邱淑惠", "M2", date(1970, 7, 7))
    bill = scene.bill(scene.newest(late=10))
    scene.pay(bill, bill.due - timedelta(days=5))
    scene.pay(bill, bill.due - timedelta(days=4), channel="bank")


@story(
    "supplied_start",
    LATE,
    "健保署提供的滯納金起算日較晚，以該日期為準。",
    "The agency supplies a later late-fee start; it overrides our own.",
)
def _(scene: Scene) -> None:
    scene.person("廖國華", "N1", date(1974, 11, 11))
    month = scene.newest(late=55)
    scene.bill(month, headcount=4, late_fee_start=scene.start_of(month) + timedelta(days=20))


@story(
    "charged_fee",
    LATE,
    "健保署已開滯納金，金額以健保署為準，不再預估。",
    "The agency has charged the late fee: its amount stands, not our estimate.",
)
def _(scene: Scene) -> None:
    scene.person("賴俊宏", "O1", date(1977, 5, 20))
    scene.person("江美惠", "O2", date(1978, 6, 21))
    scene.person("賴宥廷", "O1", date(2011, 7, 22))
    scene.person("賴芷晴", "O2", date(2014, 8, 23))
    scene.bill(scene.newest(late=50), headcount=4, charged_late_fee=132)


@story(
    "charged_fee_only",
    LATE,
    "保險費逾期後已繳清，只剩健保署開出的滯納金。",
    "The premium was paid late; only the charged late fee is left.",
)
def _(scene: Scene) -> None:
    scene.person("徐志明", "P1", date(1983, 9, 13))
    month = scene.newest(late=45)
    bill = scene.bill(month, headcount=4, charged_late_fee=119)
    scene.pay(bill, scene.start_of(month) + timedelta(days=36))


@story(
    "weekend_grace",
    LATE,
    "寬限期最後一天是星期六，順延到下一個上班日。",
    "Grace would end on a Saturday: it moves to the next working day.",
)
def _(scene: Scene) -> None:
    scene.person("葉惠如", "Q2", date(1987, 10, 31))
    ends = (scene.today - timedelta(days=15 + back) for back in range(15, 22))
    saturday = next(day for day in ends if day.weekday() == 5)
    scene.bill(scene.newest(late=1), due=saturday - timedelta(days=15))


@story(
    "newborn", CLEAR, "寶寶剛出生，這期帳單開始多一口。", "A baby was born; this bill counts one person more."
)
def _(scene: Scene) -> None:
    scene.person("蕭雅文", "S2", date(1994, 1, 30))
    scene.person("蕭小寶", "S1", scene.today - timedelta(days=70))
    scene.paid_months(scene.open_month().plus(-2), 3)
    scene.bill(scene.open_month(), kind=BillKind.DEPENDANTS, headcount=2)


@story(
    "recently_unemployed",
    LATE,
    "離職後改由公所投保，三個月沒繳。",
    "Left a job, now insured through the office; three months unpaid.",
)
def _(scene: Scene) -> None:
    scene.person("方志偉", "T1", date(1991, 4, 16))
    for month in scene.months(scene.newest(late=1), 3):
        scene.bill(month)


@story(
    "refunded",
    CLEAR,
    "之前重複繳的一筆已經退費。",
    "What was once paid twice has been given back.",
)
def _(scene: Scene) -> None:
    scene.person("袁淑娟", "U2", date(1972, 3, 9))
    bill = scene.bill(scene.newest(late=40))
    scene.pay(bill, bill.due - timedelta(days=5))
    scene.pay(bill, bill.due - timedelta(days=4), channel="bank")
    scene.refund(bill, bill.amount, scene.today - timedelta(days=7))
    scene.paid_months(scene.open_month().plus(-1), 1)


@story(
    "posting_late",
    CLEAR,
    "兩週前繳的錢還沒入帳，已超過三個工作天，該帶收據去問。",
    "Paid two weeks ago and still not posted: time to ask, with the receipt.",
)
def _(scene: Scene) -> None:
    scene.person("童建宏", "V1", date(1984, 9, 27))
    bill = scene.bill(scene.newest(late=5))
    scene.pay(bill, scene.today - timedelta(days=16), channel="bank", posted=False)
