"""`nhi-counter import` as an operator meets it, and what a killed import leaves behind."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import OperationalError

from nhi_core.adapters.db import make_engine
from nhi_core.adapters.db.bulk_rows import STAGED
from nhi_core.adapters.db.tables import bills
from nhi_core.adapters.db.tables_imports import imports
from nhi_core.cli import context
from nhi_core.cli.imports import imports as verbs
from nhi_core.domain.imports import ImportKind
from tests.factories import canary
from tests.factories.domain import make_person

ROOT = Path(__file__).resolve().parents[2]
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
WHO = [make_person().number for _serial in range(20)]
ROWS = 30_000


class _NoLogs:
    configure = staticmethod(lambda *_args, **_kwargs: None)


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest) -> str:
    kind = "migrated_sqlite_url" if request.param == "sqlite" else "migrated_postgres_url"
    found: str = request.getfixturevalue(kind)
    return found


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def environment(tmp_path: Path, url: str) -> dict[str, str]:
    return {"NHI_VAR_DIR": str(tmp_path / "var"), "NHI_DATABASE_URL": url, "NHI_TODAY": "2026-09-10"}


@pytest.fixture
def run(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    monkeypatch.setattr(context, "logs", _NoLogs)
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    runner = CliRunner()
    return lambda *words: runner.invoke(verbs, [str(word) for word in words], prog_name="nhi-counter import")


def put_persons(folder: Path) -> Path:
    path = folder / "persons.csv"
    lines = "".join(f"{number},王小{i},69/02/01,6\n" for i, number in enumerate(WHO))
    path.write_text(f"number,name,birth,category\n{lines}", encoding="utf-8")
    return path


def put_bills(folder: Path, rows: int = ROWS) -> Path:
    path = folder / "bills.csv"
    lines = "".join(
        f"B{serial:06d},{WHO[serial % len(WHO)]},115/06,826,115/07/31,臺中市后里區公所\n"
        for serial in range(rows)
    )
    path.write_bytes(f"bill,number,month,amount,due,unit_name\n{lines}".encode("cp950"))
    return path


def count(engine: Engine, table: Any) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_an_operator_imports_looks_and_imports_again(run: Callable[..., Result], tmp_path: Path) -> None:
    persons, bills_file = put_persons(tmp_path), put_bills(tmp_path, 50)
    assert "20 new" in run("persons", persons).output
    looked = run("bills", bills_file, "--check")
    assert (looked.exit_code, "nothing applied: 50 rows" in looked.output) == (0, True)
    done = run("bills", bills_file)
    assert (done.exit_code, "Read as cp950: 50 rows understood, 0 refused." in done.output) == (0, True)
    assert "nothing was done" in run("bills", bills_file).output
    listed = run("list").output
    assert listed.count("applied") == 2


def test_a_bad_file_is_refused_with_a_report_without_values(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    path = tmp_path / "persons.csv"
    path.write_text(
        f"number,name,birth,category\n{canary.NATIONAL_ID},{canary.NAME},69/02/30,6\n{WHO[0]},王,69/02/01,6\n",
        encoding="utf-8",
    )
    result = run("persons", path)
    assert result.exit_code == 1
    assert "Nothing was applied" in result.output
    report = tmp_path / "persons.csv.rejected.csv"
    with report.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[:3] for row in rows[1:]] == [["2", "birth", "date"]]
    for value in (canary.NATIONAL_ID, canary.NAME, "69/02/30"):
        assert value not in report.read_text("utf-8-sig") + result.output
    assert "1 new" in run("persons", path, "--good-rows").output


def test_a_units_file_is_taken_in_and_the_contact_is_told(run: Callable[..., Result], tmp_path: Path) -> None:
    run("persons", put_persons(tmp_path))
    path = tmp_path / "11000000120260908.CSV"
    path.write_text(f"{WHO[0]},staff@unit.example,0912345678\n{WHO[1]},nonsense\n", encoding="utf-8")
    result = run("registrations", path, "--consented-on", "2026-09-01")
    assert result.exit_code == 0
    assert "成功 Succeeded: 1" in result.output
    assert "row 2 email" in result.output
    assert "unusual check digit" in result.output
    assert WHO[0] not in result.output
    assert run("registrations", put_persons(tmp_path), "--consented-on", "2026-09-01").exit_code == 1


@pytest.mark.parametrize("after", [1, 6, 13])
def test_a_killed_import_goes_on_and_doubles_nothing(
    run: Callable[..., Result], environment: dict[str, str], engine: Engine, tmp_path: Path, after: int
) -> None:
    assert run("persons", put_persons(tmp_path)).exit_code == 0
    path = put_bills(tmp_path)
    script = (
        "import sys; from pathlib import Path; from nhi_core.cli.context import open_core\n"
        "from nhi_core.domain.imports import ImportKind\n"
        "if __name__ == '__main__':\n"
        "  with open_core() as core:\n"
        "    core.imports.run(ImportKind.BILLS, Path(sys.argv[1]), block_bytes=1 << 17)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        cwd=tmp_path, env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_for_batches(engine, process, after)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert count(engine, bills) in (0, ROWS), "an import is whole or not at all"
    assert run("bills", path).exit_code == 0
    assert count(engine, bills) == ROWS
    assert sum(count(engine, table) for table in STAGED.values()) == 0
    with engine.connect() as connection:
        row = connection.execute(select(imports).where(imports.c.kind == ImportKind.BILLS.value)).one()
        applied = connection.execute(
            text("SELECT count(*) FROM audit_events WHERE event = 'import_applied'")
        ).scalar_one()
    assert (row.state, row.staged, row.inserted) == ("applied", ROWS, ROWS)
    assert applied == 2


def wait_for_batches(engine: Engine, process: subprocess.Popen[bytes], wanted: int) -> None:
    """Wait until the journal shows so many batches (or the import is over: then there is nothing to kill)."""
    deadline = time.monotonic() + 60
    query = select(imports.c.batches).where(imports.c.kind == ImportKind.BILLS.value)
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with engine.connect().execution_options(nhi_read_only=True) as connection:
                if (connection.execute(query).scalar_one_or_none() or 0) >= wanted:
                    return
        except OperationalError:
            pass
        time.sleep(0.005)
    assert process.poll() == 0, "the import neither went on nor ended well"
