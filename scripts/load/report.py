"""Writes what was measured into docs/performance.md, between two marks, with machine, versions and date."""

from __future__ import annotations

import datetime as dt
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from scripts.load import accepting, beside, turning
from scripts.load.accepting import Accepted
from scripts.load.beside import Beside
from scripts.load.errands import Bound, Notified
from scripts.load.figures import Spread, table
from scripts.load.turning import Turned
from scripts.load.watch import Use
from scripts.stack.processes import ROOT

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- load: generated, see scripts/load/report.py -->", "<!-- load: end -->"
_VERSIONS = ("flask", "gunicorn", "celery", "redis", "sqlalchemy", "line-bot-sdk", "locust")


@dataclass
class Found:
    """Everything of one run; what was not measured is empty, and `left_out` says why."""

    database: str
    began: dt.datetime
    load_before: float
    short: bool = False
    accepted: list[Accepted] = field(default_factory=list)
    turned: list[Turned] = field(default_factory=list)
    drained: Turned | None = None
    beside: list[Beside] = field(default_factory=list)
    sized: dict[int, tuple[list[Accepted], Turned, Turned]] = field(default_factory=dict)
    grown: dict[str, tuple[dict[str, int], Turned]] = field(default_factory=dict)
    noticed: Notified | None = None
    bound: Bound | None = None
    console: dict[str, list[float]] = field(default_factory=dict)
    clerks: int = 0
    left_out: list[str] = field(default_factory=list)
    seconds: float = 0.0


def verdicts(found: Found) -> list[str]:
    """Return a line for each aim: what it is, what was seen, met or not."""
    lines = []
    at_aim = [one for one in found.accepted if one.rate >= accepting.AIM_RATE]
    if at_aim:
        one = at_aim[0]
        p99 = Spread.of(one.sent.ms).p99 if one.sent.ms else float("inf")
        met = one.errors == 0 and p99 < accepting.AIM_P99
        lines.append(
            f"- ≥ {accepting.AIM_RATE:.0f} webhooks/s acknowledged with p99 < {accepting.AIM_P99:.0f} ms: "
            f"asked {one.rate:.0f}/s, p99 {p99:.0f} ms, {one.errors} errors: {_met(met)}"
        )
    for turn in found.turned:
        if turn.rate == turning.AIM_RATE and turn.spread is not None:
            met = turn.spread.p50 < turning.AIM_P50 and turn.spread.p95 < turning.AIM_P95
            lines.append(
                f"- a turn p50 < {turning.AIM_P50:.0f} ms, p95 < {turning.AIM_P95:.0f} ms at "
                f"{turn.rate:.0f} turns/s: p50 {turn.spread.p50:.0f}, p95 {turn.spread.p95:.0f}: {_met(met)}"
            )
    if found.drained is not None:
        kept = found.drained.reckoning
        met = found.drained.unordered == kept.lost == kept.doubled == 0
        lines.append(
            f"- a backlog of {kept.sent} drains in order per person: {found.drained.unordered} out of order, "
            f"{kept.lost} lost, {kept.doubled} doubled, {found.drained.rate:.1f} turns/s: {_met(met)}"
        )
    return lines


def text(found: Found) -> str:
    """Return the section."""
    parts = ["## Under load", *_preface(found), "\n".join(verdicts(found))]
    if found.accepted:
        parts += [
            "### The accept path alone",
            (
                "Signed webhooks of 5,000 made-up persons, workers stopped. Lost: acknowledged, and not in a "
                "mailbox afterwards. Times count from the moment a call was due."
            ),
            accepting.show(found.accepted),
        ]
    if found.turned:
        rows = [turn.row() for turn in found.turned]
        if found.drained is not None:
            rows.append(["backlog", *found.drained.row()[1:2], *["–"] * 3, *found.drained.row()[5:]])
        parts += [
            "### Whole turns",
            (
                "From a person's line (half of them ask what is owed, each bound to a person "
                "with bills) until LINE "
                "has the reply. The backlog: three lines of each person wait while no worker "
                "runs, then it starts."
            ),
            table(turning.HEAD, rows),
        ]
    if found.beside:
        parts += [
            "### The SDK's own way, in the same run",
            _BESIDE,
            beside.show(found.beside),
            _memory(found),
        ]
    if found.sized:
        parts += ["### With more processes", _SIZED, _sized(found.sized)]
    if found.grown:
        parts += [
            "### With more persons",
            "The same 10 turns/s with more in the database.",
            _grown(found.grown),
        ]
    parts += _errands(found)
    if found.turned:
        parts += ["### CPU and memory of each process", _parts(found)]
    if found.left_out:
        parts += ["Not measured in this run: " + "; ".join(found.left_out) + "."]
    return "\n\n".join(part for part in parts if part)


_BESIDE = (
    "`scripts/load/sdk_way.py` follows the SDK's sample: one process, signature, parse, call the "
    "engine, reply, "
    "all inside the webhook request; nothing stored, nothing looked up, replies of plain text. "
    "LINE waits two "
    "seconds: what comes later is lost to it. With stock Rasa actions answer at once; ours looks the turn up."
)
_SIZED = (
    "n web processes and n worker processes; the machine keeps its cores, so more of them share the same."
)


def _met(met: bool) -> str:
    return "met" if met else "**not met**"


def _preface(found: Found) -> list[str]:
    memory = psutil.virtual_memory().total / 1024**3
    versions = ", ".join(f"{name} {version(name)}" for name in _VERSIONS)
    kind = " A shortened run, to be replaced by a whole one." if found.short else ""
    return [
        (
            f"`make bench PARTS=load`, run of {found.began:%Y-%m-%d %H:%M} UTC, "
            f"{found.seconds / 60:.0f} minutes: "
            f"{os.cpu_count()} cores ({platform.machine()}, {_model()}), {memory:.0f} GB, Python "
            f"{platform.python_version()}, {_servers(found.database)}; {versions}. The load "
            "generator, the LINE sandbox "
            f"and the databases share the cores. Other work on the machine before the run: load "
            f"{found.load_before:.1f}.{kind}"
        )
    ]


def _model() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown"
    )


def _servers(database: str) -> str:
    words = {"Redis": ["redis-server", "--version"]}
    if database == "PostgreSQL":
        words["PostgreSQL"] = ["postgres", "--version"]
    said = []
    for name, command in words.items():
        if shutil.which(command[0]):
            line = subprocess.run(command, capture_output=True, text=True, check=False).stdout
            number = next((word.lstrip("v=") for word in line.split() if any(c.isdigit() for c in word)), "")
            said.append(f"{name} {number}")
    return ", ".join(said if database == "PostgreSQL" else [*said, "SQLite"])


def _memory(found: Found) -> str:
    each = ", ".join(f"with {one.engine} {one.memory:.0f} MB" for one in found.beside)
    return f"Memory of the app (and of stock Rasa where it is the engine): {each}."


def _sized(sized: Mapping[int, tuple[list[Accepted], Turned, Turned]]) -> str:
    rows = []
    for number, (accepted, turned, drained) in sized.items():
        most = max((one.acknowledged for one in accepted), default=0.0)
        at = next((one for one in accepted if one.rate >= accepting.AIM_RATE), accepted[-1])
        p99 = Spread.of(at.sent.ms).p99 if at.sent.ms else float("nan")
        spread = turned.spread
        times = [spread.p50, spread.p95] if spread else ["–", "–"]
        memory = [
            turned.use[part].memory if part in turned.use else float("nan") for part in ("web", "worker")
        ]
        cpu = sum(use.cores for use in turned.use.values())
        rows.append([number, most, p99, *times, drained.rate, cpu, *memory])
    head = (
        "n", "most acknowledged/s", f"p99 ms at {accepting.AIM_RATE:.0f}/s", "turn p50 ms at 10/s", "p95",
        "backlog, turns/s", "cores at 10 turns/s", "MB: web", "worker",
    )  # fmt: skip
    return table(head, rows)


def _grown(grown: Mapping[str, tuple[dict[str, int], Turned]]) -> str:
    rows = []
    for name, (counts, turned) in grown.items():
        spread = turned.spread
        times = [spread.p50, spread.p95, spread.p99] if spread else ["–"] * 3
        server = turned.use.get("postgresql", Use(float("nan"), float("nan"), 0))
        rows.append([name, counts["bills"], *times, server.cores, server.memory])
    return table(("persons", "bills", "turn p50 ms", "p95", "p99", "cores: PostgreSQL", "its MB"), rows)


def _errands(found: Found) -> list[str]:
    parts: list[str] = []
    if found.noticed is not None:
        one = found.noticed
        cores = ", ".join(
            f"{part} {use.cores:.2f}" for part, use in sorted(one.use.items()) if use.cores > 0.05
        )
        parts += [
            "### Notices",
            (
                f"A notice to {one.receivers:,} bound citizens, from its second approval until "
                "LINE had the last "
                f"multicast: {one.seconds:.1f} s (the sweeper begins every 5 s); {one.missed} "
                f"missed, {one.doubled} "
                f"got it twice. Cores: {cores}."
            ),
        ]
    if found.bound is not None and found.bound.spread is not None:
        spread = found.bound.spread
        parts += [
            "### Bindings",
            (
                f"{spread.count} whole bindings by signed calls (open, second fact, code, phone, "
                "both confirmations), "
                f"{found.bound.at_once} kiosks' worth at once: p50 {spread.p50:.0f} ms, p95 "
                f"{spread.p95:.0f} ms, worst "
                f"{spread.worst:.0f} ms, {found.bound.failed} failed, "
                f"{spread.count / found.bound.seconds:.1f} a second. A kiosk may open 60 in ten minutes."
            ),
        ]
    if found.console:
        rows = [[page, *figures] for page, figures in sorted(found.console.items())]
        parts += [
            "### The console by many",
            f"{found.clerks} clerks, each a page a second (locust).",
            table(("page", "asked", "failed", "p50 ms", "p95", "worst"), rows),
        ]
    return parts


def _parts(found: Found) -> str:
    stretches: list[tuple[str, dict[str, Use]]] = []
    if found.accepted:
        at = next((one for one in found.accepted if one.rate >= accepting.AIM_RATE), found.accepted[-1])
        stretches.append((f"{at.rate:.0f} webhooks/s", at.use))
    stretches += [(f"{turn.rate:.0f} turns/s", turn.use) for turn in found.turned]
    names = sorted({part for _, use in stretches for part in use} - {"other"})
    head = ("", "processes", "MB", *(f"cores: {name}" for name, _ in stretches))
    last = stretches[-1][1]
    rows: list[Sequence[object]] = []
    for part in names:
        latest = last.get(part) or next(use[part] for _, use in stretches if part in use)
        cores = [use[part].cores if part in use else 0.0 for _, use in stretches]
        rows.append([part, latest.processes, latest.memory, *cores])
    return table(head, rows)


def write(found: Found, page: Path = PAGE) -> None:
    """Put the section into the page: in place of the last one, or at its end."""
    whole = page.read_text("utf-8")
    section = f"{BEGIN}\n{text(found)}\n\n{END}\n"
    if BEGIN in whole and END in whole:
        before, _, rest = whole.partition(BEGIN)
        whole = before + section + rest.partition(END)[2].lstrip("\n")
    else:
        whole = whole.rstrip("\n") + "\n\n" + section
    page.write_text(whole, "utf-8")
