"""kill -9 of a whole process while four citizens talk: the supervisor starts it again, nothing is lost."""

from __future__ import annotations

import time

from scripts.faults.books import Verdict, audit, settle
from scripts.faults.case import Case, Play, add
from scripts.faults.rig import Rig
from scripts.faults.talk import Talk

_WHOLE = (
    ("web", "all of web", "LINE delivers again; every line answered once", True),
    ("worker", "worker and its pool", "every line answered once, within half a minute", True),
    ("worker-parent", "worker's parent alone, its pool left behind", "every line answered once", False),
    ("beat", "beat", "nobody notices", True),
    ("actions", "actions", "an apology with “try again” at most; answered when tapped", True),
    ("rasa", "Rasa", "an apology with “try again” while it starts; answered when tapped", True),
    ("redis", "Redis", "from its file again; every line answered once", True),
)


def killed(process: str, *, children: bool) -> Play:
    """Return a trial that kills a process three seconds into the talk."""

    def play(rig: Rig) -> Verdict:
        users = [rig.citizen() for _ in range(4)]
        with Talk(rig.line, users) as talk:
            time.sleep(3)
            at = rig.kill(process, children=children)
            time.sleep(5)
            rig.await_ready(90)
            back = time.time()
            time.sleep(2)
        settle(rig, talk)
        found = audit(rig, talk, since=at)
        return Verdict(**{**found.__dict__, "observed": f"{found.observed}; well after {back - at:.0f} s"})

    return play


for _name, _what, _expected, _children in _WHOLE:
    add(
        Case(
            f"process-{_name}",
            "process",
            f"kill -9 of {_what}",
            _expected,
            killed(_name.partition("-")[0], children=_children),
        )
    )
