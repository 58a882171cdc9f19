"""What a trial is, and the list of all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scripts.faults.books import Verdict
from scripts.faults.rig import Rig

Play = Callable[[Rig], Verdict]
GROUPS = {
    "turn": "A process killed at a step of a turn",
    "payment": "A process killed at a step of a payment",
    "binding": "A process killed at a step of a binding",
    "notice": "A process killed at a step of a notice to 103 clerks",
    "import": "An import killed at a step",
    "process": "A whole process killed under load",
    "away": "A part away, empty or hung",
    "line": "LINE answers badly",
    "webhook": "LINE delivers badly",
    "clock": "The clock jumps",
    "disk": "The disk is full",
}


@dataclass(frozen=True)
class Case:
    """One trial. `stage`: the kind of product it needs (books, plain, postgres, disk)."""

    name: str
    group: str
    what: str
    expected: str
    play: Play
    stage: str = "plain"


CASES: dict[str, Case] = {}


def add(case: Case) -> None:
    """Put a trial on the list. Raises ValueError for a name used twice or an unknown group."""
    if case.name in CASES or case.group not in GROUPS:
        raise ValueError(case.name)
    CASES[case.name] = case
