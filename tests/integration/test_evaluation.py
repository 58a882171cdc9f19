"""The evaluation over a real database: the sandbox's figures, taken in twice, computed, told to a clerk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nhi_core.adapters.evaluation.sandbox import TOTALS, seed_evaluation
from nhi_core.adapters.offices.sample import sample_offices
from nhi_core.bootstrap import Core, build
from nhi_core.domain.errors import Invalid, NotAClerk
from nhi_core.domain.evaluation import rounded
from nhi_core.domain.offices import Clerk, ClerkRole, ClerkState
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
    rows = {one.item: one for one in core.evaluations.compared(111)}
    for item, (total, _offices) in TOTALS[111].items():
        assert rows[item].after == total
    growths = {key: one.growth and rounded(one.growth) for key, one in rows.items()}
    assert (growths["counter_enrolment"], growths["eslip"], growths["auto_debit"]) == (15, 119, -8)
    assert growths["instalment_app"] is None, "it was not evaluated the year before"
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


def test_wrong_lines_are_named_and_the_others_taken(core: Core) -> None:
    text = (
        "year,month,office,item,count\n"
        "111,2,KH-FENGSHAN,eslip,5\n"
        "111,3,高雄市鳳山區公所,eslip,7\n"
        "111,3,KH-FENGSHAN,eslip,8\n"
        "111,2,KH-NOWHERE,eslip,5\n"
        "111,13,KH-FENGSHAN,eslip,5\n"
        "111,2,KH-FENGSHAN,suspension,5\n"
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
