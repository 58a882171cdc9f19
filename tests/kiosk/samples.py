"""Every screen and every problem as a view, made by the companion's own code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from card_kiosk.cards.nhi import parse
from card_kiosk.problems import Problem
from card_kiosk.states import WARNING, Screen
from card_kiosk.visit import Scene, Visit
from card_kiosk.watcher import Presence
from nhi_core.wire.kiosk import CodeShown
from tests.kiosk.records import number, record

OFFICE = "臺中市后里區公所"
QR = "https://line.me/R/oaMessage/%40nhi-counter/?%E7%B6%81%E5%AE%9A%20NHI" + "A2B3C4D5E6F7G8H9J2K3M4N5P6Q"
PRESENCE = Presence("R0", 1)


def visit(**changes: Any) -> Visit:
    """A person in the middle of it."""
    found = Visit(
        PRESENCE,
        holder=parse(record(id_number=number("A1"))),
        session="s" * 20,
        needed="household_number",
        attempts_left=3,
        code=CodeShown(code="ABCD-2345", qr=QR, expires_in=180),
        code_until=168,
        digits="47",
    )
    for name, value in changes.items():
        setattr(found, name, value)
    return found


def scene(screen: Screen, **changes: Any) -> Scene:
    return Scene(screen, changes.pop("problem", None), office=OFFICE, phone="04-2558-0000", **changes)


def views() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (name, view) of everything that a person can meet."""

    def shot(name: str, made: Scene, now: float = 0) -> tuple[str, dict[str, Any]]:
        return name, made.view(now, WARNING)

    yield shot("idle", scene(Screen.IDLE))
    yield shot("reading", scene(Screen.READING, visit=Visit(PRESENCE)))
    yield shot("card", scene(Screen.CARD, visit=visit()))
    damaged = parse(record(name="游錫".encode("cp950") + b"\xfa\x40"))
    yield shot("card-damaged", scene(Screen.CARD, visit=visit(holder=damaged)))
    yield shot("notice", scene(Screen.NOTICE, visit=visit()))
    yield shot("opening", scene(Screen.OPENING, visit=visit()))
    yield shot("fact-kind", scene(Screen.FACT_KIND, visit=visit(needed="foreigner", kind="entry_permit")))
    yield shot("fact", scene(Screen.FACT, visit=visit()))
    yield shot("fact-wrong", scene(Screen.FACT, visit=visit(wrong="match", attempts_left=2)))
    yield shot("fact-form", scene(Screen.FACT, visit=visit(wrong="form")))
    yield shot("fact-passport", scene(Screen.FACT, visit=visit(needed="foreigner", kind="passport")))
    yield shot("checking", scene(Screen.CHECKING, visit=visit()))
    yield shot("code", scene(Screen.CODE, visit=visit()))
    bound = CodeShown(code="ABCD-2345", qr=QR, expires_in=180, bound=True)
    yield shot("code-bound", scene(Screen.CODE, visit=visit(code=bound)))
    yield shot("code-warning", scene(Screen.CODE, visit=visit(), warned_at=140.0), 142)
    yield shot("unbind", scene(Screen.UNBIND, visit=visit()))
    yield shot("compare", scene(Screen.COMPARE, visit=visit()))
    yield shot("compare-phone", scene(Screen.COMPARE, visit=visit(phone_confirmed=True)))
    yield shot("phone", scene(Screen.PHONE, visit=visit()))
    yield shot("done", scene(Screen.DONE, visit=visit()))
    yield shot("unbound", scene(Screen.UNBOUND, visit=visit()))
    yield shot("take-card", scene(Screen.TAKE_CARD, visit=Visit(PRESENCE)))
    yield shot("warning", scene(Screen.NOTICE, visit=visit(), warned_at=0.0), 4)
    for problem in Problem:
        where = Screen.OUT_OF_SERVICE if problem.of_machine else Screen.PROBLEM
        retry = 600 if problem is Problem.TOO_MANY_ATTEMPTS else None
        yield shot(f"problem-{problem.value}", scene(where, problem=problem, visit=visit(retry_in=retry)))
