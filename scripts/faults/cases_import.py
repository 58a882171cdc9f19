"""An import that is killed and run again: the file is in the books whole, and counts once."""

from __future__ import annotations

import itertools
import subprocess
import tempfile
import time
from pathlib import Path

from nhi_core.domain.imports import ImportKind
from scripts.bench_imports import write_files
from scripts.faults.books import Verdict
from scripts.faults.case import Case, Play, add
from scripts.faults.rig import Rig
from scripts.stack.processes import BIN, ROOT

_PERSONS, _BILLS = 6_000, 40_000
_STEPS = (
    ("begun", "SqlImports.begin", "after", 0, "killed with the import written down"),
    ("staging", "SqlImports.stage", "after", 2, "killed between two batches"),
    ("in-batch", "SqlImports.stage", "before", 3, "killed with a batch read and not yet staged"),
    ("before-apply", "SqlImports.finish", "before", 0, "killed before it applies"),
    ("applied", "SqlImports.finish", "after", 0, "killed after it applied, before it said so"),
)
_files = itertools.count(1)


def _bills(folder: Path) -> Path:
    """Write a file of bills with numbers nobody has used."""
    path = write_files(folder, _PERSONS, _BILLS)[ImportKind.BILLS]
    text = path.read_text("cp950").replace("\nB", f"\nF{next(_files)}-")
    path.write_text(text, "cp950")
    return path


def _run(rig: Rig, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / "nhi-counter"), "import", "bills", str(path)],
        env=rig.stack.env(), cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def imported(point: str, moment: str, skip: int) -> Play:
    """Return a trial that kills `nhi-counter import bills` once and runs it twice more."""

    def play(rig: Rig) -> Verdict:
        with tempfile.TemporaryDirectory() as folder:
            if not rig.number("SELECT count(*) FROM imports WHERE staged > 5000"):
                rig.stack.cli(
                    "import", "persons", str(write_files(Path(folder), _PERSONS, 5)[ImportKind.PERSONS])
                )
            path = _bills(Path(folder))
            before, sums = (
                rig.number("SELECT count(*) FROM bills"),
                rig.number("SELECT sum(amount) FROM bills"),
            )
            with rig.orders.given("cli", point, moment, skip=skip) as died:
                first = _run(rig, path)
                at = died(1)
            if at is None:
                return Verdict("nothing came by that step", problems=("not killed", first.stderr[-200:]))
            began = time.monotonic()
            second, took = _run(rig, path), time.monotonic() - began
            third = _run(rig, path)
            new = rig.number("SELECT count(*) FROM bills") - before
            worth = rig.number("SELECT sum(amount) FROM bills") - sums
        meant = sum(826 * (1 + serial % 4) for serial in range(_BILLS))
        problems = []
        if second.returncode or third.returncode:
            problems.append((second.stderr + third.stderr)[-300:])
        if "applied before" not in third.stdout:
            problems.append("a third run did not know the file")
        left = rig.number("SELECT count(*) FROM staged_bills")
        if left:
            problems.append(f"{left} staged rows left")
        if worth != meant:
            problems.append(f"NT$ {worth} in the books, the file has {meant}")
        went_on = next(
            (line for line in second.stdout.splitlines() if line.startswith(("Went on", "This file"))), ""
        )
        return Verdict(
            observed=f"{new:,} of {_BILLS:,} rows; {went_on or 'the second run began anew.'}",
            recovered=round(took, 1),
            events=_BILLS,
            lost=max(0, _BILLS - new),
            doubled=max(0, new - _BILLS),
            problems=tuple(problems),
        )

    return play


for _name, _point, _moment, _skip, _what in _STEPS:
    add(
        Case(
            f"import-{_name}", "import", _what, "run again it goes on; run once more it does nothing",
            imported(_point, _moment, _skip), stage="books",
        )
    )  # fmt: skip
