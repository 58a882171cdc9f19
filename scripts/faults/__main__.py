"""`make faults`: plays the trials, keeps what came out, and writes docs/reliability.md.

    python -m scripts.faults [--only NAME[,NAME…]] [--groups GROUP[,GROUP…]] [--on STAGE] [--list] [--write]

Each trial's outcome is kept in artefacts/faults; `--write` alone makes the page anew from what is there. A
trial that was never played stands on the page as not run.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import groupby

from scripts.faults import (
    cases_away,
    cases_binding,
    cases_clock,
    cases_disk,
    cases_import,
    cases_line,
    cases_notice,
    cases_payment,
    cases_process,
    cases_turn,
    cases_webhook,
)
from scripts.faults.books import Verdict
from scripts.faults.case import CASES, Case
from scripts.faults.report import KEPT, machine, write
from scripts.faults.rig import Rig
from scripts.faults.stages import STAGES, Missing

ALL = (
    cases_turn,
    cases_payment,
    cases_binding,
    cases_notice,
    cases_import,
    cases_process,
    cases_away,
    cases_line,
    cases_webhook,
    cases_clock,
    cases_disk,
)


def chosen(only: str, groups: str) -> list[Case]:
    """Return the trials asked for, in their order. Raises SystemExit for a name that is not on the list."""
    names, wanted = [one for one in only.split(",") if one], [one for one in groups.split(",") if one]
    if unknown := set(names) - set(CASES):
        raise SystemExit(f"no such trial: {', '.join(sorted(unknown))}")
    if names:
        return [CASES[name] for name in names]
    return [case for case in CASES.values() if not wanted or case.group in wanted]


def play(case: Case, rig: Rig) -> Verdict:
    """Play one trial; whatever it raises is its outcome."""
    try:
        if case.stage != "books":
            rig.await_ready()
        return case.play(rig)
    except Exception as error:  # noqa: BLE001 - one trial must not end the others
        where = traceback.format_exc().strip().splitlines()[-3:]
        return Verdict(f"{type(error).__name__}: {error}"[:300], problems=(" | ".join(where)[:500],))
    finally:
        rig.orders.clock(0)


def keep(case: Case, verdict: Verdict, took: float) -> None:
    """Write one outcome down, and say it."""
    KEPT.mkdir(parents=True, exist_ok=True)
    whole = {
        **asdict(verdict),
        "passed": verdict.passed,
        "took": round(took, 1),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        **machine(),
    }
    (KEPT / f"{case.name}.json").write_text(json.dumps(whole, ensure_ascii=False, indent=1), "utf-8")
    sign = "✓" if verdict.passed else "✗"
    print(
        f"  {sign} {case.name}: {verdict.observed}; healed {verdict.recovered}, longest {verdict.longest}: "
        f"{verdict.lost}, {verdict.doubled}, {verdict.disordered} {verdict.problems}",
        flush=True,
    )


def run(cases: list[Case], stage_of_all: str = "") -> bool:
    """Play the trials, one product for all of a stage; return whether all were passed."""
    passed = True

    def stage_of(case: Case) -> str:
        return stage_of_all or case.stage

    ordered = sorted(cases, key=lambda case: list(STAGES).index(stage_of(case)))
    for stage, some in groupby(ordered, key=stage_of):
        print(f"• a product of the kind “{stage}” is starting", flush=True)
        try:
            with STAGES[stage]() as rig:
                for case in some:
                    began = time.monotonic()
                    verdict = play(case, rig)
                    keep(case, verdict, time.monotonic() - began)
                    passed = passed and verdict.passed
        except Missing as missing:
            print(f"! not run: {missing}", flush=True)
    return passed


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--groups", default="")
    parser.add_argument("--on", default="", choices=["", *STAGES], help="play all on this kind of product")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--write", action="store_true", help="write the page only")
    options = parser.parse_args()
    if options.list:
        for case in CASES.values():
            print(f"{case.name:32} {case.what}")
        return 0
    passed = True if options.write else run(chosen(options.only, options.groups), options.on)
    write()
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
