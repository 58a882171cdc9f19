"""The evaluation's pages: ranking, points explained, the year before, files; quality made a notice."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from nhi_core.adapters.evaluation.sandbox import seed_evaluation
from nhi_core.adapters.offices.sample import sample_offices
from nhi_core.domain.notices import NoticeState
from nhi_core.ports_notices import NoticeFilter

pytestmark = pytest.mark.net


@pytest.fixture
def year(desk: Any) -> Any:
    """The sandbox's two years."""
    desk.core.offices.take(sample_offices(), staff="test")
    seed_evaluation(desk.core.evaluations, desk.core.quality, by="test")
    return desk


def test_ranking_names_prizes_and_says_what_is_sample_data(year: Any) -> None:
    answer = year.as_("supervisor").get("/console/evaluation")
    said = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "111 年度公所評比" in said
    assert said.count("菁英獎") >= 14
    assert "行動服務貢獻獎" in said
    assert "示範資料" in said


def test_an_office_s_points_are_explained(year: Any) -> None:
    said = year.as_("auditor").get("/console/evaluation/111/KH-FENGSHAN").get_data(as_text=True)
    for words in ("高雄市鳳山區公所", "APP 簡易分期", "配分 × 件數 ÷ 目標", "最能再加分的項目"):
        assert words in said
    assert year.as_("auditor").get("/console/evaluation/111/KH-NOWHERE").status_code == 404
    assert year.as_("auditor").get("/console/evaluation/99/KH-FENGSHAN").status_code == 404


def test_a_correction_needs_a_reason_and_changes_the_score(year: Any) -> None:
    path = "/console/evaluation/111/KH-FENGSHAN"
    form = {"item": "eslip", "month": "3", "count": "0", "reason": ""}
    assert year.as_("supervisor").post(path, form, page=path).status_code == 400
    before = year.core.evaluations.view(111).digest
    assert year.as_("supervisor").post(path, {**form, "reason": "重複計算"}, page=path).status_code == 303
    assert year.core.evaluations.view(111).digest != before
    assert year.as_("editor").post(path, {**form, "reason": "x"}, page=path).status_code == 403


def test_the_year_before_stands_beside_with_growth(year: Any) -> None:
    said = year.as_("editor").get("/console/evaluation/years?year=111").get_data(as_text=True)
    for words in ("13,526", "11,719", "119", "-8", "—"):
        assert words in said


def test_the_workbook_and_the_report_open_and_say_the_same(year: Any) -> None:
    sheet = year.as_("supervisor").get("/console/evaluation/111.xlsx")
    book = load_workbook(io.BytesIO(sheet.data))
    assert book.sheetnames == ["排名", "各項得分", "年度比較", "得獎公所"]
    first = book["排名"][2]
    assert book["排名"].max_row == 78
    assert book["年度比較"]["C2"].value == 13_526
    report = PdfReader(io.BytesIO(year.as_("supervisor").get("/console/evaluation/111.pdf").data))
    words = "".join(page.extract_text() for page in report.pages)
    assert len(report.pages) == 5
    assert str(first[2].value) in words
    assert "13,526" in words
    assert year.as_("supervisor").get("/console/evaluation/111.exe").status_code == 404


def test_figures_are_taken_in_and_wrong_lines_named(year: Any) -> None:
    file = (
        io.BytesIO(b"year,month,office,item,count\n111,2,KH-FENGSHAN,eslip,5\n111,2,KH-X,eslip,5\n"),
        "f.csv",
    )
    said = (
        year.as_("supervisor")
        .post("/console/evaluation/figures", {"file": file}, page="/console/evaluation")
        .get_data(as_text=True)
    )
    assert "第 3 行：沒有這個公所" in said
    bad = (io.BytesIO(b"\xff\xfe"), "f.csv")
    answer = year.as_("supervisor").post(
        "/console/evaluation/figures", {"file": bad}, page="/console/evaluation"
    )
    assert answer.status_code == 303


def test_a_quality_report_becomes_the_draft_of_a_notice_with_its_pdf(year: Any) -> None:
    said = year.as_("editor").get("/console/quality?month=111-8").get_data(as_text=True)
    assert "111 年 8 月收件品質報告" in said
    pdf = PdfReader(io.BytesIO(year.as_("auditor").get("/console/quality/111-8.pdf").data))
    assert "錯誤率" in pdf.pages[0].extract_text()
    answer = year.as_("editor").post("/console/quality/111-8", {}, page="/console/quality")
    assert answer.status_code == 303
    [notice] = [
        one
        for one in year.core.notices.found(NoticeFilter(), limit=10).rows
        if one.title == "111 年 8 月份收件品質報告"
    ]
    assert notice.state is NoticeState.DRAFT
    [file] = notice.attachments
    assert file.kind == "application/pdf"
    assert year.core.files.get(file.digest).startswith(b"%PDF-")
