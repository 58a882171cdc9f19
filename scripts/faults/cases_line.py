"""LINE answers badly while three citizens talk: nothing is said twice, nothing is forgotten."""

from __future__ import annotations

import time

from scripts.faults.books import Verdict, audit, settle
from scripts.faults.case import Case, Play, add
from scripts.faults.rig import Rig
from scripts.faults.talk import Talk

_ONCE = "every line answered once"
_KINDS = (
    ("500", "status", 500, 0.0, 6, "reply: 500, six times", _ONCE),
    ("429", "status", 429, 0.0, 6, "reply: 429, six times", _ONCE),
    ("timeout", "hang", 500, 6.0, 3, "reply: no answer in time, nothing done, three times", _ONCE),
    ("lost-answer", "lost_answer", 500, 0.0, 5, "reply: said, and the answer to us lost, five times", _ONCE),
    ("slow", "slow", 200, 2.0, 6, "reply: taken after two seconds, six times", _ONCE),
    ("away-past-token", "status", 503, 0.0, 60, "reply: 503 for longer than a reply token lives",
     "one push for each line whose token died unused; nothing twice"),
)  # fmt: skip


def bad(kind: str, status: int, wait: float, times: int) -> Play:
    """Return a trial in which the next calls of `reply` fail."""

    def play(rig: Rig) -> Verdict:
        users = [rig.citizen() for _ in range(3)]
        with Talk(rig.line, users, every=2) as talk:
            time.sleep(3)
            began = time.time()
            rig.line.fault("reply", kind, status, wait, times)
            deadline = time.time() + 80
            while rig.line.state()["faults"] and time.time() < deadline:
                time.sleep(0.5)
                if time.time() - began > 15:
                    talk.hush()
            over = time.time()
        settle(rig, talk, seconds=180)
        found = audit(rig, talk, since=began, until=over)
        pushes = rig.number("SELECT count(*) FROM sends WHERE key LIKE '%:push' AND outcome = 'accepted'")
        words = f"failing for {over - began:.0f} s; {found.observed}; {pushes} pushes in this run so far"
        return Verdict(**{**found.__dict__, "observed": words})

    return play


for _name, _kind, _status, _wait, _times, _what, _expected in _KINDS:
    add(Case(f"line-{_name}", "line", _what, _expected, bad(_kind, _status, _wait, _times)))
