"""Satisfaction and use in the console: who may look, what is hidden, what is recorded."""

from __future__ import annotations

import csv
import io

import pytest

from nhi_core.domain.suppression import SMALLEST_SHOWN
from nhi_core.services.opinions_sandbox import seed_opinions
from nhi_core.services.usage import TABLES
from tests.integration.console.conftest import Desk


@pytest.fixture
def sown(desk: Desk) -> Desk:
    seed_opinions(desk.core.uow, desk.clock)
    return desk


def test_sowing_again_changes_nothing(sown: Desk) -> None:
    again = seed_opinions(sown.core.uow, sown.clock)
    assert (again.answers, again.counts) == (0, 0)


def test_rates_are_shown_with_the_number_behind_them(sown: Desk) -> None:
    page = sown.as_("editor").get("/console/satisfaction?as=csv")
    _head, *rows = csv.reader(io.StringIO(page.data.decode("utf-8-sig")))
    assert rows
    for row in rows:
        assert (row[5] == "") == (int(row[4]) < SMALLEST_SHOWN), row


def test_words_are_for_few_and_each_look_is_recorded(sown: Desk) -> None:
    assert sown.as_("editor").get("/console/satisfaction/words").status_code == 403
    assert "/console/satisfaction/words" not in sown.as_("editor").get("/console/satisfaction").text
    assert "很方便" in sown.as_("auditor").get("/console/satisfaction/words").text
    with sown.core.uow() as uow:
        rows = uow.audit._connection.exec_driver_sql(  # type: ignore[attr-defined]
            "SELECT staff FROM audit_events WHERE event = 'satisfaction_words_read'"
        ).all()
    assert [staff for (staff,) in rows] == ["sandbox-auditor"]


@pytest.mark.parametrize("table", [f"{rows}_{columns}" for rows, columns in TABLES])
def test_no_small_number_is_shown(sown: Desk, table: str) -> None:
    page = sown.as_("supervisor").get(f"/console/usage?table={table}&as=csv")
    _head, *rows = csv.reader(io.StringIO(page.data.decode("utf-8-sig")))
    numbers = [int(cell) for row in rows for cell in row[1:] if cell != "＊"]
    assert numbers
    assert all(number == 0 or number >= SMALLEST_SHOWN for number in numbers)


def test_a_quarter_that_is_not_over_is_empty(sown: Desk) -> None:
    page = sown.as_("supervisor").get("/console/usage?year=2026&quarter=4")
    assert "沒有符合的資料" in page.text


def test_the_page_draws_the_months_and_says_what_the_star_means(sown: Desk) -> None:
    page = sown.as_("supervisor").get("/console/usage").text
    assert "<svg" in page
    assert "＊" in page
