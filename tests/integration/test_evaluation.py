"""The evaluation over a real database: the sandbox's figures, taken in twice, computed, told to a clerk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nhi_core.adapters.evaluation.sandbox import TOTALS, seed_evaluation
from nhi_core.adapters.offices.sample import sample_offices
from nhi_core.bootstrap import Core, build
from nhi_core.domain.errors import Invalid, NotAClerk
from nhi_core.domain.evaluation_model import rounded
from nhi_core.domain.group_activity import Message, MessageKind
from nhi_core.domain.offices import ChatGroup, Clerk, ClerkRole, ClerkState, GroupState
from nhi_core.domain.slices import Ask
from nhi_core.ports_evaluation import Figure
from nhi_core.settings import Settings

pytestmark = pytest.mark.net
DATABASES = ["migrated_sqlite_url", pytest.param("migrated_postgres_url", marks=pytest.mark.postgres)]


@pytest.fixture(params=DATABASES)
def core(request: pytest.FixtureRequest, redis_url: str, tmp_path: Path) -> Iterator[Core]:
    settings = Settings.load(
        env_file=None,
        NHI_DATABASE_URL=request.getfixturevalue(request.param),
        NHI_REDIS_URL=redis_url,
        NHI_VAR_DIR=tmp_path,
    )
    made = build(settings)
    made.offices.take(sample_offices(), staff="test")
    yield made
    made.close()


# The slides' comparison of the two years, with its sums and parts.
SLIDES = {
    "健保櫃檯承保異動": (11_719, 13_526, 15),
    "加保": (7_923, 9_040, 14),
    "轉出": (3_529, 3_911, 11),
    "停保": (250, 504, 102),
    "復保": (17, 71, 318),
    "設定電子繳款單": (3_386, 7_429, 119),
    "代收保費約定轉帳": (3_976, 3_650, -8),
    "推廣繳費無紙化合計": (7_362, 11_079, 50),
    "臨櫃分期": (951, 964, 1),
    "APP 簡易分期": (None, 1_107, None),
    "代收紓困": (10, 18, 80),
    "靜態宣導": (730, 795, 9),
    "活動宣導": (36, 33, -8),
    "業務宣導合計": (766, 828, 8),
    "LINE 群組活躍度": (None, 1_223, None),
    "跨區收件": (220, 272, 24),
    "補換發健保卡": (5_717, 5_280, -8),
    "AREA": (391, 330, -16),
    "在地製卡": (5_326, 4_950, -7),
}


def clerk_of(core: Core, office: str | None, role: ClerkRole = ClerkRole.CLERK) -> str:
    account = str(core.conversations.open("line", "U" + "4" * 32).account_id)
    with core.uow() as uow:
        uow.clerks.add(Clerk("c1", account, office, "林淑芬", role, ClerkState.ACTIVE, core.clock.now()))
        uow.commit()
    return account


def test_the_sandbox_s_year_has_the_slides_totals_growth_and_participation(core: Core) -> None:
    made = seed_evaluation(core.evaluations, core.quality, by="test")
    assert (made.figures > 5_000, made.quality) == (True, 77 * 8)
    again = seed_evaluation(core.evaluations, core.quality, by="test")
    assert (again.figures, again.quality) == (0, 0)
    rows = {one.item or one.name: one for one in core.evaluations.compared(core.evaluations.view(111))}
    for item, (total, _offices) in TOTALS[111].items():
        assert rows[item].after == total
    table = {one.name: (one.before, one.after, one.growth and rounded(one.growth)) for one in rows.values()}
    assert table == SLIDES
    shares = core.evaluations.view(111).result.participation
    slides = {
        "eslip": 100,
        "counter_enrolment": 99,
        "auto_debit": 99,
        "instalment_app": 96,
        "line_activity": 90,
    }
    more = {"instalment_counter": 73, "promotion_static": 71, "cross_area": 66, "card_reissue": 48}
    fewest = {"promotion_event": 18, "relief_loan": 16}
    for key, share in (slides | more | fewest).items():
        assert rounded(shares[key]) == share, key
    winners = core.evaluations.view(111).result.winners
    assert sum(one.award == "mobile" for one in winners) == 2


def test_a_run_is_kept_once_for_the_same_figures_and_anew_for_others(core: Core) -> None:
    seed_evaluation(core.evaluations, core.quality, by="test")
    first = core.evaluations.compute(111, by="staff-1")
    assert core.evaluations.compute(111, by="staff-2") == first
    assert len(first.result["scores"]) == 77
    core.evaluations.correct(Figure(111, 3, "KH-FENGSHAN", "eslip", 0), by="staff-1", reason="重複計算")
    second = core.evaluations.compute(111, by="staff-1")
    assert second.digest != first.digest
    assert [one.id for one in core.evaluations.runs(111)] == [second.id, first.id]
    with pytest.raises(Invalid):
        core.evaluations.correct(Figure(111, 3, "KH-FENGSHAN", "eslip", 1), by="staff-1", reason=" ")
    for wrong in (
        Figure(111, 12, "KH-FENGSHAN", "eslip", 1),  # the year's evaluation ends in September
        Figure(111, 3, "KH-FENGSHAN", "quality", 1),  # comes from the quality reports
        Figure(111, 3, "KH-FENGSHAN", "counter_enrolment", 1),  # is made of its parts
        Figure(111, 3, "KH-NOWHERE", "eslip", 1),
    ):
        with pytest.raises(Invalid):
            core.evaluations.correct(wrong, by="staff-1", reason="重複計算")


def test_the_trail_says_what_a_corrected_figure_was_before(core: Core) -> None:
    for count in (7, 5):
        figure = Figure(111, 3, "KH-FENGSHAN", "eslip", count)
        core.evaluations.correct(figure, by="staff-1", reason="重複計算")
    with core.uow() as uow:
        lines = uow.lists.trail(Ask({"event": "evaluation_figure_corrected"})).rows
    assert [(one.detail["before"], one.detail["count"]) for one in lines] == [(7, 5), (None, 7)]


def test_a_correction_speaks_for_its_month_and_our_own_count_for_the_others(core: Core) -> None:
    group, office, joined = "g1", "KH-FENGSHAN", core.clock.now()
    with core.uow() as uow:
        uow.chat_groups.add(ChatGroup(group, "line", "C" + "4" * 32, GroupState.TIED, joined, division="KP"))
        for month, number in ((3, 1), (3, 2), (4, 3)):
            said = datetime(2022, month, 10, 4, tzinfo=UTC)
            kind = MessageKind.READ_REPLY
            uow.group_talk.put(Message(f"m{number}", group, None, office, kind, said.date(), said))
        uow.commit()

    def counted() -> tuple[int, int]:
        view = core.evaluations.view(111)
        by_month = sum(view.monthly.get((month, "line_activity"), 0) for month in (3, 4))
        return view.entrants[office].figures.get("line_activity", 0), by_month

    assert counted() == (3, 3)
    core.evaluations.correct(Figure(111, 3, office, "line_activity", 5), by="staff-1", reason="漏計")
    assert counted() == (6, 6), "April is still what was counted here"
    core.evaluations.correct(Figure(111, 3, office, "line_activity", 0), by="staff-1", reason="重複計算")
    assert counted() == (1, 1), "a stated zero is a figure"


def test_wrong_lines_are_named_and_the_others_taken(core: Core) -> None:
    text = (
        "year,month,office,item,count\n"
        "111,2,KH-FENGSHAN,eslip,5\n"
        "111,3,高雄市鳳山區公所,eslip,7\n"
        "111,3,KH-FENGSHAN,eslip,8\n"
        "111,2,KH-NOWHERE,eslip,5\n"
        "111,13,KH-FENGSHAN,eslip,5\n"
        "111,2,KH-FENGSHAN,quality,5\n"
        "111,2,KH-FENGSHAN,auto_debit,-5\n"
        "111,2,KH-FENGSHAN\n"
    )
    report = core.evaluations.take(text, by="test")
    assert report.changed == 2
    assert [(one.line, one.reason) for one in report.rejected] == [
        (4, "twice"),
        (5, "unknown_office"),
        (6, "wrong_month"),
        (7, "unknown_item"),
        (8, "wrong_number"),
        (9, "wrong_fields"),
    ]
    with pytest.raises(Invalid):
        core.evaluations.take("office,count\n", by="test")


def test_a_clerk_is_told_the_own_office_s_score_and_what_would_raise_it(core: Core) -> None:
    seed_evaluation(core.evaluations, core.quality, by="test")
    account = clerk_of(core, "KH-FENGSHAN")
    view: Any = core.evaluations.for_clerk(account)
    assert (view.year, view.office, view.size_group) == (111, "高雄市鳳山區公所", 1)
    assert 1 <= view.rank <= view.of
    assert len(view.lines) == 12
    assert all(one.cases > 0 for one in view.raises if one.name != "臨櫃收件品質")
    gains = [float(one.points) for one in view.raises]
    assert gains == sorted(gains, reverse=True)
    quality: Any = core.quality.for_clerk(account)
    assert [(one.year, one.month) for one in quality.months] == [(111, 9), (111, 8), (111, 7)]
    assert quality.division_rate is not None


def test_others_are_told_nothing(core: Core) -> None:
    seed_evaluation(core.evaluations, core.quality, by="test")
    editor = clerk_of(core, None, ClerkRole.EDITOR)
    stranger = str(core.conversations.open("line", "U" + "5" * 32).account_id)
    for account in (editor, stranger):
        with pytest.raises(NotAClerk):
            core.evaluations.for_clerk(account)
        with pytest.raises(NotAClerk):
            core.quality.for_clerk(account)
