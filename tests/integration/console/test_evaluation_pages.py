"""The evaluation's pages: ranking, points explained, the year before, files; quality made a notice."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from bot.evaluation.report import quality_pdf, year_pdf
from nhi_core.adapters.evaluation.sandbox import seed_evaluation
from nhi_core.adapters.offices.sample import sample_offices
from nhi_core.domain.evaluation import evaluate
from nhi_core.domain.evaluation_model import rounded
from nhi_core.domain.notices import NoticeState
from nhi_core.ports_evaluation import Figure
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
    words = (
        "高雄市鳳山區公所",
        "APP 簡易分期",
        "配分 × 件數 ÷ 目標",
        "錯誤率每 1 % 從配分扣 4 分",
        "最能再加分的項目",
    )
    assert all(one in said for one in words)
    cells = re.findall(r'<td class="number">([^<]*)</td>', said)
    score = year.core.evaluations.view(111).result.of("KH-FENGSHAN")
    assert f"{rounded(score.of('quality').value, 2)} %" in cells
    assert f"{score.of('instalment_app').value / 2:f} × 2" in cells, "a doubled item says what was counted"
    assert max(len(one) for one in cells) < 12, "no figure is shown with all its decimals"
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
    for words in ("13,526", "11,719", "119", "-8", "—", "推廣繳費無紙化合計", "11,079", "加保", "9,040"):
        assert words in said
    chart = said[said.index("<svg") : said.index("</svg>")]
    assert "合計" not in chart, "sums are not drawn again beside their items"
    assert chart.count("</text>") == 2 + 3 * 11, "an item has its name and two numbers"


def test_the_months_of_a_year_sum_up_to_its_totals(year: Any) -> None:
    file = year.as_("auditor").get("/console/evaluation/months?year=111&as=csv").get_data(as_text=True)
    head, *lines = list(csv.reader(io.StringIO(file.lstrip("\ufeff"))))
    assert head == ["項目", *(f"{month} 月" for month in range(2, 10)), "合計"]
    rows = {name: [int(one) for one in counts] for name, *counts in lines}
    assert all(sum(counts[:-1]) == counts[-1] for counts in rows.values())
    assert (rows["健保櫃檯承保異動"][-1], rows["設定電子繳款單"][-1]) == (13_526, 7_429)


def test_a_kept_result_stays_as_it_was_and_names_who_kept_it(year: Any) -> None:
    year.as_("supervisor").post("/console/evaluation/compute", {"year": "111"}, page="/console/evaluation")
    [run] = year.core.evaluations.runs(111)
    path = f"/console/evaluation/runs/{run.id}"
    before = year.as_("auditor").get(path).get_data(as_text=True)
    assert run.digest in before
    assert year.core.staff.named("supervisor").name in before
    figure = Figure(111, 3, "KH-FENGSHAN", "eslip", 9_999)
    year.core.evaluations.correct(figure, by="test", reason="測試")
    after = year.as_("auditor").get(path).get_data(as_text=True)
    assert after.split("<table")[1] == before.split("<table")[1]
    assert path in year.as_("auditor").get("/console/evaluation").text
    assert year.as_("auditor").get("/console/evaluation/runs/nothing").status_code == 404


def test_no_office_is_left_out_of_the_report_however_many_are_in_a_group(year: Any) -> None:
    view = year.core.evaluations.view(111)
    one_group = [dataclasses.replace(one, size_group=1) for one in view.entrants.values()]
    crowded = dataclasses.replace(view, result=evaluate(view.scheme, one_group))
    report = PdfReader(io.BytesIO(year_pdf(crowded, year.core.evaluations.compared(view))))
    words = "".join(page.extract_text() for page in report.pages)
    assert all(one.name in words for one in view.offices.values())


def test_a_care_list_longer_than_a_page_goes_on_on_the_next(year: Any) -> None:
    month = year.core.quality.month(111, 8)
    crowded = dataclasses.replace(month, report=dataclasses.replace(month.report, care=month.report.offices))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(quality_pdf(crowded))).pages]
    assert len(pages) == 4
    assert sum(page.count("公所") for page in pages) >= 2 * 77
    assert all("111 年 8 月收件品質報告" in page for page in pages)


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
