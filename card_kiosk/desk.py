"""The companion's errands to the server: each runs on another thread and comes back as a result."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from card_kiosk.client import Refused, Unreachable
from card_kiosk.problems import Problem
from nhi_core.wire.kiosk import (
    CodeShown,
    HelloAnswer,
    KioskErrorCode,
    OpenSession,
    SecondFact,
    SessionOpened,
    SessionView,
)

log = logging.getLogger(__name__)

# Every word of the server's has a screen; what is our own fault looks like a server that is out of reach.
PROBLEM_OF: dict[str, Problem] = {
    "signature_refused": Problem.KIOSK_UNKNOWN,
    "kiosk_revoked": Problem.KIOSK_UNKNOWN,
    "clock_off": Problem.CLOCK_OFF,
    "unknown_person": Problem.UNKNOWN_PERSON,
    "card_not_current": Problem.CARD_NOT_CURRENT,
    "relation_refused": Problem.RELATION_REFUSED,
    "too_many_attempts": Problem.TOO_MANY_ATTEMPTS,
    "session_unknown": Problem.SESSION_OVER,
    "session_ended": Problem.SESSION_OVER,
    "digits_wrong": Problem.NOT_BOUND,
    "not_bound": Problem.SESSION_OVER,
    "wrong_step": Problem.SESSION_OVER,
}
EndReason = Literal["card_removed", "timeout", "cancelled"]
_END_TRIES = (0.0, 1.0, 3.0)  # seconds between tries to end a session; the server ends it by itself, too


class Counter(Protocol):
    """The server, as far as errands go; CounterClient is one."""

    def hello(self) -> HelloAnswer: ...
    def open(self, request: OpenSession) -> SessionOpened: ...
    def second_fact(self, session: str, fact: SecondFact) -> CodeShown: ...
    def look(self, session: str) -> SessionView: ...
    def confirm(self, session: str, digits: str) -> SessionView: ...
    def renew(self, session: str) -> CodeShown: ...
    def unbind(self, session: str) -> SessionView: ...
    def end(self, session: str, reason: EndReason) -> Any: ...


@dataclass(frozen=True, slots=True)
class Failure:
    """An errand that did not succeed; `code` is the server's own word, when there was one."""

    problem: Problem
    code: KioskErrorCode | None = None
    attempts_left: int | None = None
    retry_in: int | None = None


Result = HelloAnswer | SessionOpened | CodeShown | SessionView | Failure
T = TypeVar("T", bound=Result)


class Desk:
    """Runs errands; `deliver(result)` is called from a thread of ours."""

    def __init__(
        self,
        counter: Counter | None,
        *,
        executor: Executor | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Without a counter (the kiosk is not enrolled) every errand fails as KIOSK_UNKNOWN."""
        self._counter = counter
        self._pool = executor or ThreadPoolExecutor(4, thread_name_prefix="errand")
        self._sleep = sleep

    def run(self, errand: Callable[[Counter], Result], deliver: Callable[[Result], None]) -> None:
        """Do `errand` elsewhere and deliver what came of it."""
        self._pool.submit(lambda: deliver(self._outcome(errand)))

    def end(self, session: str, reason: EndReason) -> None:
        """End a session, with patience; nobody waits for it."""
        self._pool.submit(self._end, session, reason)

    def close(self) -> None:
        """Let errands under way finish, and take no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _outcome(self, errand: Callable[[Counter], Result]) -> Result:
        if self._counter is None:
            return Failure(Problem.KIOSK_UNKNOWN)
        try:
            return errand(self._counter)
        except Refused as no:
            error = no.error
            log.info("server_refused code=%s", error.error.value)
            problem = PROBLEM_OF.get(error.error.value, Problem.SERVER_UNREACHABLE)
            return Failure(problem, error.error, error.attempts_left, error.retry_in)
        except Unreachable as fault:
            log.warning("server_unreachable %s", fault)
            return Failure(Problem.SERVER_UNREACHABLE)

    def _end(self, session: str, reason: EndReason) -> None:
        for pause in _END_TRIES:
            self._sleep(pause)
            try:
                if self._counter is not None:
                    self._counter.end(session, reason)
            except Unreachable:
                continue
            except Refused:
                pass
            return
        log.warning("session_left_to_expire")
