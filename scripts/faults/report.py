"""docs/reliability.md: what was tried and what happened, from the outcomes that were kept."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.faults.case import CASES, GROUPS, Case
from scripts.stack.processes import NLU_PYTHON, ROOT, redis_binary

KEPT = ROOT / "artefacts" / "faults"
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- made by `make faults` -->", "<!-- end -->"
_HEAD = "| what | expected | observed | recovered, s | longest wait, s | lost | doubled | out of order | |\n"
_RASA = "from importlib.metadata import version; print(version('rasa'))"
_LINE = "|---|---|---|---|---|---|---|---|---|\n"


def machine() -> dict[str, str]:
    """Return the machine and the versions of this run."""
    memory = next(
        (int(line.split()[1]) // 1024**2 for line in Path("/proc/meminfo").read_text().splitlines()
         if line.startswith("MemTotal")),
        0,
    )  # fmt: skip
    return {
        "machine": f"{os.cpu_count()} cores ({platform.machine()}), {memory} GB",
        "versions": ", ".join(
            (
                f"Python {platform.python_version()}",
                f"SQLite {sqlite3.sqlite_version}",
                _said([redis_binary(), "--version"], "Redis", 2).replace("v=", ""),
                _said([str(NLU_PYTHON), "-c", _RASA], "Rasa", 0),
                _said(["postgres", "--version"], "PostgreSQL", 2),
            )
        ),
    }  # fmt: skip


def _said(words: list[str], name: str, word: int) -> str:
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
        return f"{name} {done.stdout.split()[word]}"
    except (OSError, IndexError, subprocess.TimeoutExpired):
        return f"no {name}"


def outcome(case: Case) -> dict[str, Any] | None:
    """Return what was kept of a trial."""
    path = KEPT / f"{case.name}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def row(case: Case, kept: Mapping[str, Any] | None) -> str:
    """Return a trial's line of the table."""
    if kept is None:
        return f"| {case.what} | {case.expected} | not run | | | | | | |\n"

    def seconds(name: str) -> str:
        return "–" if kept[name] is None else f"{kept[name]:.1f}"

    observed = kept["observed"] + ("" if kept["passed"] else "; " + "; ".join(kept["problems"]))
    cells = [
        case.what,
        case.expected,
        observed.replace("|", "/"),
        seconds("recovered"),
        seconds("longest"),
        *(str(kept[name]) for name in ("lost", "doubled", "disordered")),
        "passed" if kept["passed"] else "**failed**",
    ]
    return "| " + " | ".join(cells) + " |\n"


def table() -> str:
    """Return the generated part of the page."""
    found = {name: outcome(case) for name, case in CASES.items()}
    kept = [one for one in found.values() if one is not None]
    if not kept:
        return "No trial was played yet.\n"
    days = sorted(one["at"] for one in kept)
    passed = sum(one["passed"] for one in kept)
    head = (
        f"{len(kept)} of {len(CASES)} trials played, {passed} passed; {_day(days[0])} to {_day(days[-1])}.\n"
    )
    parts = [head, "\n", _machine(kept[-1])]
    for group, title in GROUPS.items():
        rows = "".join(row(case, found[case.name]) for case in CASES.values() if case.group == group)
        if rows:
            parts.append(f"\n### {title}\n\n{_HEAD}{_LINE}{rows}")
    return "".join(parts)


def _machine(kept: Mapping[str, Any]) -> str:
    return (
        f"Machine: {kept['machine']}, shared with other work. {kept['versions']}. Two Celery workers, two\n"
        "web processes, the real Rasa server, the LINE sandbox; SQLite unless a line says PostgreSQL.\n"
    )


def _day(moment: str) -> str:
    return moment.replace("T", " ").replace("+00:00", " UTC")


def write() -> None:
    """Put the generated part into the page."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{table()}\n{END}{after}", "utf-8")
