"""Hardship, deferral, subsidies, and instalment plans in every state."""

from __future__ import annotations

from datetime import date, timedelta

from nhi_core.adapters.premiums.sandbox.registry import Book
from nhi_core.adapters.premiums.sandbox.scene import Scene, due_of
from nhi_core.domain.arrears import PersonStatus
from nhi_core.domain.bills import PlanState
from nhi_core.domain.ledger import SubsidyKind
from nhi_core.domain.people import Hardship, InsuredCategory
from nhi_core.domain.roc import PremiumMonth

book = Book()
story = book.story
CLEAR, LATE = PersonStatus.CLEAR, PersonStatus.OVERDUE
# The capped fee of one month of a family of four, NT$ (5 % of 3,304).
_FAMILY_FEE = 165


@story(
    "hardship",
    LATE,
    "經濟困難認定期間，不計滯納金、不移送執行。",
    "Recognised economic hardship: no late fee, no enforcement while it lasts.",
)
def _(scene: Scene) -> None:
    since, until = scene.today - timedelta(days=330), scene.today + timedelta(days=35)
    scene.person("石秀鳳", "G2", date(1979, 9, 19), hardship=Hardship(since, until))
    for month in scene.months(scene.newest(late=1), 7):
        scene.bill(month, headcount=3)


@story(
    "hardship_ended",
    LATE,
    "經濟困難認定已期滿，只計期滿後的滯納天數。",
    "Hardship has ended: only the days since then count.",
)
def _(scene: Scene) -> None:
    since, until = scene.today - timedelta(days=405), scene.today - timedelta(days=36)
    scene.person("馬國強", "H1", date(1970, 10, 20), hardship=Hardship(since, until))
    scene.bill(scene.newest(late=60), headcount=4)


@story(
    "parental_leave",
    CLEAR,
    "育嬰留職停薪，保險費可延後三年繳納，不算欠費。",
    "Parental leave: premiums may be deferred for three years and are not arrears.",
)
def _(scene: Scene) -> None:
    scene.person("朱怡安", "I2", date(1992, 2, 22), InsuredCategory.EMPLOYED)
    for month in scene.months(scene.open_month(), 5):
        scene.bill(month, 710, unit="晴天科技股份有限公司", deferred_until=due_of(month.plus(36)))


@story(
    "disaster_area",
    CLEAR,
    "風災地區，保險費延後繳納，期間不催繳。",
    "A disaster area: payment is postponed, and nobody is dunned meanwhile.",
)
def _(scene: Scene) -> None:
    scene.person("巴奈・拉罕", "U2", date(1980, 8, 1))
    until = scene.today + timedelta(days=120)
    scene.disaster("花蓮縣光復鄉公所", scene.today - timedelta(days=20), until)
    for month in scene.months(scene.newest(late=1), 3):
        scene.bill(month, unit="花蓮縣光復鄉公所", deferred_until=until)


@story(
    "low_income",
    CLEAR,
    "低收入戶（第五類），保險費由政府全額負擔。",
    "Low-income household (category 5): the government pays the whole premium.",
)
def _(scene: Scene) -> None:
    scene.person("余阿滿", "K2", date(1959, 5, 30), InsuredCategory.LOW_INCOME)
    since = PremiumMonth(scene.today.year, 1)
    scene.subsidise(SubsidyKind.LOW_INCOME, 100, "臺中市政府社會局", since=since)


@story(
    "middle_low_income",
    LATE,
    "中低收入戶自付二分之一，一個月逾期。",
    "Middle-low income: half the premium is subsidised; one month late.",
)
def _(scene: Scene) -> None:
    scene.person("湯國榮", "L1", date(1962, 12, 31))
    last = scene.newest(late=1)
    scene.subsidise(SubsidyKind.MIDDLE_LOW_INCOME, 50, "臺中市政府社會局", since=last.plus(-8))
    scene.bill(last, 413)


@story(
    "disability_subsidy",
    CLEAR,
    "輕度身心障礙補助四分之一，按時繳費。",
    "Mild disability: a quarter is subsidised; paid in time.",
)
def _(scene: Scene) -> None:
    scene.person("卓佳蓉", "M2", date(1989, 7, 12))
    paid = scene.newest(due_ago=10)
    scene.subsidise(SubsidyKind.DISABILITY_MILD, 25, "桃園市政府社會局", since=paid.plus(-20))
    scene.pay(scene.bill(paid, 620))
    scene.bill(scene.open_month(), 620)


def _family_debt(scene: Scene, last: PremiumMonth, count: int) -> int:
    """Open a family of four's months under the plan; return their late fees."""
    for month in scene.months(last, count):
        scene.bill(month, headcount=4, plan_id=scene.plan_id())
    return count * _FAMILY_FEE


@story(
    "plan_running",
    PersonStatus.IN_INSTALMENTS,
    "分期繳納中，前幾期都按時繳了。",
    "An instalment plan is running; the first terms were paid in time.",
)
def _(scene: Scene) -> None:
    scene.person("龔建華", "N1", date(1974, 1, 21))
    agreed = PremiumMonth.of(scene.today).plus(-3).first_day + timedelta(days=4)
    paid = 3 + (PremiumMonth.of(agreed).plus(3).last_day <= scene.today)
    fees = _family_debt(scene, PremiumMonth.of(agreed).plus(-5), 6)
    scene.plan(scene.bills, fees=fees, terms=12, paid=paid, state=PlanState.RUNNING, agreed_on=agreed)


@story(
    "plan_new",
    PersonStatus.IN_INSTALMENTS,
    "昨天剛核准分期，首期已繳、尚未入帳。",
    "The plan was agreed yesterday; the first term is paid, not yet posted.",
)
def _(scene: Scene) -> None:
    scene.person("施曉萍", "O2", date(1987, 11, 15))
    agreed = scene.today - timedelta(days=1)
    fees = _family_debt(scene, scene.newest(late=60), 3)
    scene.plan(scene.bills, fees=fees, terms=6, paid=1, state=PlanState.RUNNING, agreed_on=agreed)


@story(
    "plan_and_new_bill",
    LATE,
    "分期繳納中，另外又有一個月新的保險費逾期。",
    "A plan is running, and a new month outside it is late.",
)
def _(scene: Scene) -> None:
    scene.person("沈世傑", "P1", date(1981, 3, 27))
    agreed = PremiumMonth.of(scene.today).plus(-2).first_day + timedelta(days=9)
    fees = _family_debt(scene, PremiumMonth.of(agreed).plus(-5), 4)
    paid = 2 + (PremiumMonth.of(agreed).plus(2).last_day <= scene.today)
    scene.plan(scene.bills, fees=fees, terms=12, paid=paid, state=PlanState.RUNNING, agreed_on=agreed)
    scene.bill(scene.newest(late=1), headcount=4)


@story(
    "plan_term_missed",
    PersonStatus.IN_INSTALMENTS,
    "分期有一、兩期過了期限還沒繳，尚未被認定違約，請儘快補繳。",
    "A term or two are past their day; the plan has not been ended yet.",
)
def _(scene: Scene) -> None:
    scene.person("紀美雲", "Q2", date(1976, 6, 17))
    agreed = PremiumMonth.of(scene.today).plus(-4).first_day + timedelta(days=6)
    fees = _family_debt(scene, PremiumMonth.of(agreed).plus(-5), 6)
    # The third term, of the month before last, is open; so is every later one.
    scene.plan(scene.bills, fees=fees, terms=12, paid=2, state=PlanState.RUNNING, agreed_on=agreed)


@story(
    "plan_defaulted",
    PersonStatus.DEFAULTED,
    "分期未按期繳納，剩餘金額視為全部到期。",
    "A term was missed: the whole rest has fallen due.",
)
def _(scene: Scene) -> None:
    scene.person("章志平", "R1", date(1972, 4, 2))
    agreed = PremiumMonth.of(scene.today).plus(-7).first_day + timedelta(days=12)
    fees = _family_debt(scene, PremiumMonth.of(agreed).plus(-5), 6)
    scene.plan(scene.bills, fees=fees, terms=12, paid=2, state=PlanState.DEFAULTED, agreed_on=agreed)


@story("plan_finished", CLEAR, "分期已全數繳清。", "An instalment plan, fully paid.")
def _(scene: Scene) -> None:
    scene.person("康淑芳", "S2", date(1969, 9, 5))
    agreed = PremiumMonth.of(scene.today).plus(-9).first_day + timedelta(days=2)
    for month in scene.months(PremiumMonth.of(agreed).plus(-4), 4):
        scene.bill(month, plan_id=scene.plan_id())
    scene.plan(scene.bills, fees=0, terms=3, paid=3, state=PlanState.FINISHED, agreed_on=agreed)
