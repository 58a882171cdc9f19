"""A counter in this process: knows one person, plays the phone, remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from card_kiosk.client import Refused, Unreachable
from nhi_core.wire.kiosk import (
    CodeShown,
    HelloAnswer,
    KioskError,
    KioskErrorCode,
    OpenSession,
    SecondFact,
    SessionOpened,
    SessionView,
)
from tests.kiosk.samples import QR

HOUSEHOLD = "F9000001"


class Now(Executor):
    """Runs at once; while `held`, keeps what is submitted until `release`."""

    def __init__(self) -> None:
        self.held = False
        self._waiting: list[Callable[[], Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # type: ignore[override]
        if self.held:
            self._waiting.append(lambda: fn(*args, **kwargs))
        else:
            fn(*args, **kwargs)
        return Future()

    def release(self) -> None:
        """Let what was kept run."""
        self.held = False
        waiting, self._waiting = self._waiting, []
        for work in waiting:
            work()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Nothing to do."""


class FakeCounter:
    """`fail` makes the next calls refuse or vanish."""

    def __init__(self, *, foreigner: bool = False, bound: bool = False) -> None:
        self.foreigner, self.bound = foreigner, bound
        self.calls: list[str] = []
        self.opened: list[OpenSession] = []
        self.facts: list[SecondFact] = []
        self.ended: list[tuple[str, str]] = []
        self.state, self.reason, self.digits = "second_fact", None, None
        self.left = 3
        self.fail: KioskErrorCode | None = None
        self.gone = False
        self.retry_in: int | None = None

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.gone:
            raise Unreachable("ConnectionError")
        if self.fail:
            raise Refused(KioskError(error=self.fail, retry_in=self.retry_in))

    def hello(self) -> HelloAnswer:
        self._called("hello")
        return HelloAnswer(
            kiosk_id="k" * 26,
            name="大廳一號",
            office="臺中市后里區公所",
            now=0,
            line_id="@nhi",
            consent_version="1",
        )

    def open(self, request: OpenSession) -> SessionOpened:
        self._called("open")
        self.opened.append(request)
        needed = "foreigner" if self.foreigner else "household_number"
        return SessionOpened(
            session="session-000000000001", second_fact=needed, attempts_left=3, expires_in=600
        )

    def second_fact(self, session: str, fact: SecondFact) -> CodeShown:
        self._called("second_fact")
        self.facts.append(fact)
        if fact.value not in {HOUSEHOLD, "X9000001"}:
            self.left -= 1
            code = KioskErrorCode.SECOND_FACT_WRONG if self.left else KioskErrorCode.TOO_MANY_ATTEMPTS
            raise Refused(
                KioskError(error=code, attempts_left=self.left, retry_in=None if self.left else 600)
            )
        return self._code()

    def _code(self) -> CodeShown:
        self.state = "code"
        return CodeShown(code="ABCD-2345", qr=QR, expires_in=180, bound=self.bound)

    def look(self, session: str) -> SessionView:
        self._called("look")
        return SessionView(state=self.state, digits=self.digits, reason=self.reason)  # type: ignore[arg-type]

    def confirm(self, session: str, digits: str) -> SessionView:
        self._called("confirm")
        self.state = "bound" if self.state == "phone_confirmed" else "kiosk_confirmed"
        return self.look(session)

    def renew(self, session: str) -> CodeShown:
        self._called("renew")
        return self._code()

    def unbind(self, session: str) -> SessionView:
        self._called("unbind")
        self.state, self.reason = "ended", "unbound"  # type: ignore[assignment]
        return self.look(session)

    def end(self, session: str, reason: str) -> None:
        self.calls.append("end")
        self.ended.append((session, reason))

    def claimed(self, digits: str = "47") -> None:
        """Somebody's phone sent the code."""
        self.state, self.digits = "claimed", digits  # type: ignore[assignment]
