"""`nhi-counter evaluation` and `quality`: what an operator does with the year's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhi_core.adapters.offices.sample import PATH
from tests.integration.test_cli import Run, run

__all__ = ["run"]


@pytest.fixture
def offices(run: Run) -> Run:
    """A database with the offices and no figures."""
    run("db", "upgrade")
    run("offices", "import", str(PATH))
    return run


def test_figures_are_taken_in_once_and_the_year_is_computed(offices: Run, tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_text(
        "year,month,office,item,count\n"
        "111,3,KH-FENGSHAN,instalment_counter,12\n"
        "111,3,PH-MAGONG,instalment_counter,2\n",
        "utf-8",
    )
    assert "2 new or changed, 0 as they were." in offices("evaluation", "import", str(path)).output
    assert "0 new or changed, 2 as they were." in offices("evaluation", "import", str(path)).output
    first = offices("evaluation", "compute", "111").output
    assert "高雄市鳳山區公所" in first
    assert len(first.splitlines()) == 1 + 77
    again = offices("evaluation", "compute", "111").output
    assert first.split()[1] == again.split()[1], "the same figures are the same run"
    path.write_text("year,month,office,item,count\n111,3,PH-MAGONG,instalment_counter,3\n", "utf-8")
    offices("evaluation", "import", str(path))
    assert offices("evaluation", "compute", "111").output.split()[1] != first.split()[1]


def test_wrong_lines_are_named_and_left_out(offices: Run, tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_text(
        "year,month,office,item,count\n"
        "111,3,KH-NOWHERE,instalment_counter,1\n"
        "111,3,KH-FENGSHAN,instalment_counter,1\n",
        "utf-8",
    )
    done = offices("evaluation", "import", str(path))
    assert done.exit_code == 1
    assert "1 new or changed" in done.output
    assert "line 2" in done.output
    for content in (b"nothing of it\n", "year,月".encode("big5"), b"x" * 4_000_001):
        path.write_bytes(content)
        assert offices("evaluation", "import", str(path)).exit_code == 1
    assert offices("evaluation", "compute", "95").exit_code == 1


def test_a_month_s_quality_is_taken_in(offices: Run, tmp_path: Path) -> None:
    path = tmp_path / "quality.csv"
    head = "year,month,office,received,missing_proof,review_error,missing_key_in,wrong_key_in,system_check"
    path.write_text(f"{head}\n111,8,KH-FENGSHAN,200,3,2,1,1,0\n", "utf-8")
    done = offices("quality", "import", str(path))
    assert "1 new or changed" in done.output, done.output
    path.write_text(f"{head}\n111,13,KH-FENGSHAN,200,3,2,1,1,0\n", "utf-8")
    assert offices("quality", "import", str(path)).exit_code == 1
