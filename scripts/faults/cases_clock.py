"""Our clock jumps (the Clock port of every process at once) while three citizens talk."""

from __future__ import annotations

import time

from scripts.faults.books import Verdict, audit, settle
from scripts.faults.case import Case, Play, add
from scripts.faults.rig import Rig
from scripts.faults.talk import Talk

HOUR, DAY = 3600.0, 86_400.0


def jumped(ahead: float, *, dying: bool = False) -> Play:
    """Return a trial in which the clock jumps; `dying`: just as a worker dies."""

    def play(rig: Rig) -> Verdict:
        users = [rig.citizen() for _ in range(3)]
        with Talk(rig.line, users, every=1.5) as talk:
            time.sleep(4)
            began = time.time()
            if dying:
                with rig.orders.given("worker", "RasaClient._post", "before") as died:
                    began = died(15) or began
                    rig.orders.clock(ahead)
            else:
                rig.orders.clock(ahead)
            time.sleep(8)
        settle(rig, talk, seconds=60)
        found = audit(rig, talk, since=began)
        rig.orders.clock(0)
        return found

    return play


_GOES_ON = "every line answered once"
for _name, _ahead, _what in (
    ("hour-on", HOUR, "an hour forward"),
    ("hour-back", -HOUR, "an hour back"),
    ("day-on", DAY, "a day forward"),
    ("day-back", -DAY, "a day back"),
):
    add(Case(f"clock-{_name}", "clock", _what, _GOES_ON, jumped(_ahead)))
add(
    Case(
        "clock-back-dying", "clock", "an hour back, just as a worker dies with a mailbox in hand", _GOES_ON,
        jumped(-HOUR, dying=True),
    )
)  # fmt: skip
