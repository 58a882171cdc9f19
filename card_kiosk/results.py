"""What an answer of the server does to a visit: a table by kind of answer."""

from __future__ import annotations

from dataclasses import dataclass

from card_kiosk.desk import Failure, Result
from card_kiosk.problems import Problem
from card_kiosk.states import LOOKING, Move, Screen
from card_kiosk.visit import Visit
from nhi_core.wire.kiosk import CodeShown, KioskErrorCode, SessionOpened, SessionView

_ENDED = {
    "refused_on_phone": Problem.NOT_BOUND,
    "replaced": Problem.NOT_BOUND,
    "locked": Problem.TOO_MANY_ATTEMPTS,
    "revoked": Problem.KIOSK_UNKNOWN,
}
# A look that fails is tried again a second later; these tell that there is nothing left to look at.
_FINAL = {KioskErrorCode.SESSION_ENDED, KioskErrorCode.SESSION_UNKNOWN, KioskErrorCode.KIOSK_REVOKED}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The move to make. `over`: the server has no session any more."""

    move: Move
    problem: Problem | None = None
    over: bool = False


def apply(visit: Visit, result: Result, screen: Screen, now: float) -> Outcome | None:
    """Write the answer into the visit; return the move, or None when the screen stays."""
    match result:
        case SessionOpened():
            visit.session, visit.needed = result.session, result.second_fact
            visit.attempts_left = result.attempts_left
            foreigner = result.second_fact == "foreigner"
            visit.kind = "entry_permit" if foreigner else "household_number"
            return Outcome(Move.OPENED_FOREIGNER if foreigner else Move.OPENED)
        case CodeShown():
            visit.code, visit.code_until, visit.wrong = result, now + result.expires_in, ""
            return Outcome(Move.CODE_READY)
        case SessionView():
            return _seen(visit, result, screen)
        case Failure():
            return _failed(visit, result, screen)
        case _:
            return None


def _seen(visit: Visit, view: SessionView, screen: Screen) -> Outcome | None:
    visit.phone_confirmed = view.state == "phone_confirmed"
    visit.digits = view.digits or visit.digits
    match view.state:
        case "ended" if view.reason == "unbound" or screen is Screen.UNBINDING:
            return Outcome(Move.UNBOUND, over=True)
        case "ended":
            problem = _ENDED.get(view.reason or "", Problem.SESSION_OVER)
            return Outcome(Move.FAILED, problem, over=True)
        case "bound":
            return Outcome(Move.BOUND, over=True)
        case "claimed" | "phone_confirmed":
            return Outcome(Move.CLAIMED)
        case "kiosk_confirmed":
            return Outcome(Move.CONFIRMED_HERE)
        case _:
            return None


def _failed(visit: Visit, failure: Failure, screen: Screen) -> Outcome | None:
    visit.retry_in = failure.retry_in
    if failure.code is KioskErrorCode.SECOND_FACT_WRONG:
        visit.wrong, visit.attempts_left = "match", failure.attempts_left
        return Outcome(Move.WRONG)
    if screen in LOOKING and failure.code not in _FINAL:
        return None
    return Outcome(Move.FAILED, failure.problem, over=failure.code in _FINAL)
