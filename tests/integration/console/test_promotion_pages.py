"""Promotion figures, photo wall and group activity in the console: who may what, filters, files, marks."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from nhi_core.adapters.files import PROMOTION, DirectoryStore
from nhi_core.adapters.offices import seed_offices
from nhi_core.adapters.promotion import seed_promotion
from nhi_core.domain.files import FileKind, kind_of
from nhi_core.domain.promotion import month_of
from nhi_core.domain.promotion_lists import ChannelKind
from tests.integration.console.conftest import Desk, desk_of

FIGURES = [
    "/console/promotion",
    "/console/promotion/themes",
    "/console/promotion/channels",
    "/console/promotion/offices",
    "/console/group-activity",
    "/console/group-activity/offices",
]
WALL = "/console/promotion/photos"
PHOTO = f"{WALL}/sample-0-0"


@pytest.fixture(scope="module")
def desk(_migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One console for all these tests: sowing takes its time, and they leave things as they were."""
    folder = tmp_path_factory.mktemp("promotion-console")
    shutil.copy(_migrated_sqlite, folder / "counter.db")
    with desk_of(f"sqlite:///{folder}/counter.db", folder / "files") as found:
        core = found.core
        seed_offices(core.uow, core.ids, found.clock.today())
        store = DirectoryStore(core.settings.files_path / PROMOTION)
        seed_promotion(core.uow, store, core.picture_cleaner, core.clock)
        yield found


def rows(desk: Desk, path: str) -> list[dict[str, str]]:
    answer = desk.as_("editor").get(f"{path}{'&' if '?' in path else '?'}as=csv")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_sandbox_is_sown_once(desk: Desk) -> None:
    core = desk.core
    store = DirectoryStore(core.settings.files_path / PROMOTION)
    again = seed_promotion(core.uow, store, core.picture_cleaner, core.clock)
    assert (again.reports, again.messages) == (0, 0)


@pytest.mark.parametrize("path", FIGURES)
@pytest.mark.parametrize(
    ("role", "status"),
    [("editor", 200), ("supervisor", 200), ("auditor", 200), ("admin", 403), ("reviewer", 403)],
)
def test_who_may_read_figures(desk: Desk, path: str, role: str, status: int) -> None:
    assert desk.as_(role).get(path).status_code == status


@pytest.mark.parametrize("path", [WALL, PHOTO, f"{PHOTO}/picture", f"{PHOTO}/thumbnail"])
@pytest.mark.parametrize(
    ("role", "status"), [("editor", 200), ("supervisor", 200), ("auditor", 403), ("reviewer", 403)]
)
def test_photos_are_for_those_who_judge_them(desk: Desk, path: str, role: str, status: int) -> None:
    assert desk.as_(role).get(path).status_code == status


@pytest.mark.parametrize("language", ["zh-TW", "en"])
@pytest.mark.parametrize("path", [*FIGURES, WALL, PHOTO])
def test_every_page_has_its_words(desk: Desk, path: str, language: str) -> None:
    answer = desk.as_("editor").get(f"{path}?lang={language}")
    assert answer.status_code == 200
    assert "<h1>" in answer.text


def test_all_tables_of_a_period_have_the_same_total(desk: Desk) -> None:
    last = month_of(desk.clock.now())
    figures = desk.core.promotion_figures.figures(last.plus(1 - last.month), last)
    assert figures.total > 100
    months = rows(desk, "/console/promotion")
    assert sum(int(row["合計"]) for row in months) == figures.total
    assert sum(int(row["靜態宣導"]) for row in months) == figures.of_kind(ChannelKind.STATIC)
    assert sum(int(row["件數"]) for row in rows(desk, "/console/promotion/themes")) == figures.total
    assert sum(int(row["件數"]) for row in rows(desk, "/console/promotion/channels")) == figures.total
    offices = rows(desk, "/console/promotion/offices")
    assert sum(int(row["合計"]) for row in offices) == figures.total
    assert len(offices) == 77
    assert f"合計 {figures.total:,} 件" in desk.as_("editor").get("/console/promotion").text


def test_a_period_and_an_office_narrow_the_figures(desk: Desk) -> None:
    one_month = rows(desk, "/console/promotion?since=2026-08-10&until=2026-08-20")
    assert [row["月份"] for row in one_month] == ["115/08"]
    everywhere = int(one_month[0]["合計"])
    here = rows(desk, "/console/promotion?since=2026-08-01&until=2026-08-31&office=鳳山")
    assert 0 <= int(here[0]["合計"]) < everywhere
    nowhere = rows(desk, "/console/promotion?since=2026-08-01&until=2026-08-31&office=nowhere")
    assert int(nowhere[0]["合計"]) == 0


def test_a_chart_stands_over_the_months_and_is_named(desk: Desk) -> None:
    page = desk.as_("editor").get("/console/promotion").text
    chart = re.search(r'<svg [^>]*class="chart" role="img" aria-label="([^"]+)"', page)
    assert chart is not None
    assert "每月回報件數" in chart[1]
    assert "style=" not in page


def test_the_wall_shows_thumbnails_with_words_and_pages(desk: Desk) -> None:
    page = desk.as_("editor").get(WALL).text
    pictures = re.findall(r'<img src="([^"]+)" alt="([^"]+)"', page)
    assert len(pictures) == 25
    assert all(alt.endswith(("海報", "臉書", "LINE群組", "說明會）", "活動", "宣導")) for _, alt in pictures)
    thumbnail = desk.as_("editor").get(pictures[0][0])
    assert kind_of(thumbnail.data) is FileKind.JPEG
    assert "no-store" in thumbnail.headers["Cache-Control"]
    assert 'rel="next"' in page


def test_the_wall_is_filtered_by_theme_channel_and_counting(desk: Desk) -> None:
    everything = rows(desk, WALL)
    posters = rows(desk, f"{WALL}?channel=poster")
    assert 0 < len(posters) < len(everything)
    assert {row["方式"] for row in posters} == {"張貼海報"}
    assert {row["主題"] for row in rows(desk, f"{WALL}?theme=arrears")} == {"健保欠費協助措施"}
    counted, left_out = rows(desk, f"{WALL}?counted=yes"), rows(desk, f"{WALL}?counted=no")
    assert len(counted) + len(left_out) == len(everything)
    assert {row["計件"] for row in counted} == {"計入"}
    assert "計入" not in {row["計件"] for row in left_out}


def test_a_photo_is_marked_with_a_reason_and_counted_again(desk: Desk) -> None:
    editor = desk.as_("editor")
    answer = editor.post(f"{PHOTO}/mark", {"reason": "no_promotion"}, page=PHOTO)
    assert answer.status_code == 303
    assert "不是宣導" in editor.get(PHOTO).text
    assert desk.core.promotion_figures.photo("sample-0-0").counted is False
    editor.post(f"{PHOTO}/mark", page=PHOTO)
    shown = desk.core.promotion_figures.photo("sample-0-0")
    assert shown.photo.not_counted is None
    trail = desk.as_("auditor").get("/console/trail?subject=promotion_photo:sample-0-0").text
    assert trail.count("promotion_photo:sample-0-0") >= 2


def test_a_reason_that_is_none_is_refused(desk: Desk) -> None:
    assert desk.as_("editor").post(f"{PHOTO}/mark", {"reason": "dislike"}, page=PHOTO).status_code == 409


def test_what_does_not_exist_is_not_found(desk: Desk) -> None:
    editor = desk.as_("editor")
    for path in (f"{WALL}/nobody", f"{WALL}/nobody/picture", f"{WALL}/nobody/thumbnail"):
        assert editor.get(path).status_code == 404


def test_the_group_s_months_and_offices_add_up(desk: Desk) -> None:
    months = rows(desk, "/console/group-activity")
    replies = sum(int(row["群組成員回應"]) for row in months)
    assert replies > 1000
    for row in months:
        assert int(row["合計"]) == int(row["小編發布訊息"]) + int(row["群組成員回應"])
        assert int(row["群組成員回應"]) == int(row["已讀回應"]) + int(row["意見交流"])
    offices = rows(desk, "/console/group-activity/offices")
    assert sum(int(row["群組成員回應"]) for row in offices) == replies
