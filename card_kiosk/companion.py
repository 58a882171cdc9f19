"""The companion: one thread that takes what the readers, the person and the server say, and sets the screen.

Nothing here blocks: errands run elsewhere (desk.py). What comes back for a card that has left is dropped, its
session ended. At card-out everything of the person is forgotten at once.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from card_kiosk.desk import Counter, Desk, EndReason, Failure, Result
from card_kiosk.problems import Problem
from card_kiosk.results import apply
from card_kiosk.states import LOOKING, OVER, QUIET, TOUCHES, VISIT, WARNING, Move, Screen, after, possible
from card_kiosk.touches import NotTaken, errand_of
from card_kiosk.visit import Scene, Visit
from card_kiosk.watcher import CardEvent, Kind, Presence
from nhi_core.wire import LANGUAGES
from nhi_core.wire.kiosk import HelloAnswer

log = logging.getLogger(__name__)

TICK = 0.25  # seconds
LOOK_EACH = 1.0  # seconds between two looks at a session
HELLO_EACH, HELLO_RETRY = 60.0, 5.0
FORGOTTEN_LANGUAGE = 60.0  # an idle screen goes back to Chinese
LONELY_PROBLEM = 10.0  # a problem without a card in the reader

_BREAKS = {Kind.SERVICE_DOWN: Problem.SERVICE_DOWN, Kind.NO_READER: Problem.NO_READER, Kind.READY: None}
Verdict = Literal["ok", "stale", "refused"]


class Readers(Protocol):
    """What the companion asks of the watcher."""

    def is_in(self, presence: Presence) -> bool: ...
    def read_again(self, reader: str | None = None) -> bool: ...


@dataclass(frozen=True, slots=True)
class Act:
    """A touch on the screen `seq`; a touch on a screen that is no more is stale and does nothing."""

    seq: int
    act: str
    value: str = ""


Input = CardEvent | tuple[Act, Callable[[Verdict], None]] | tuple[Visit | None, Result] | None


class Companion:
    """`publish(view)` is called from our thread whenever the screen changes."""

    def __init__(
        self,
        desk: Desk,
        publish: Callable[[dict[str, Any]], None],
        *,
        phone: str = "",
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Begin out of service: readers and server have to be heard of first."""
        self._desk, self._publish, self._clock, self._now = desk, publish, clock, now
        self._inbox: queue.SimpleQueue[Input] = queue.SimpleQueue()
        self._readers: Readers | None = None
        self.scene = Scene(problem=Problem.NO_READER, phone=phone)
        self._reader_problem: Problem | None = Problem.NO_READER
        self._server_problem: Problem | None = Problem.SERVER_UNREACHABLE
        self._touched = clock()
        self._looked = self._greeted = float("-inf")
        self._greeting = False
        self._thread: threading.Thread | None = None
        self._last: dict[str, Any] = {}

    # --- from other threads -------------------------------------------------------------------

    def watch(self, readers: Readers) -> None:
        """Tell which watcher to ask."""
        self._readers = readers

    def on_card(self, event: CardEvent) -> None:
        """Take a reader's event."""
        self._inbox.put(event)

    def act(self, act: Act, timeout: float = 5.0) -> Verdict:
        """Take a touch; returns what became of it."""
        answer: queue.SimpleQueue[Verdict] = queue.SimpleQueue()
        self._inbox.put((act, answer.put))
        return answer.get(timeout=timeout)

    def shown_link(self) -> str | None:
        """Return the link in the QR code on the screen, if one is shown: for the sandbox's card drawer."""
        visit = self.scene.visit
        return visit.code.qr if visit and visit.code and self.scene.screen is Screen.CODE else None

    def start(self) -> None:
        """Run on a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="companion", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; a session under way is ended with it."""
        self._inbox.put(None)
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        while self.step(TICK):
            pass
        self._leave("cancelled")
        self._desk.close()

    # --- one step -----------------------------------------------------------------------------

    def step(self, timeout: float = 0.0) -> bool:
        """Take one input, if there is one within `timeout`, then look at the clock. False: asked to end."""
        try:
            item = self._inbox.get(timeout=timeout) if timeout else self._inbox.get_nowait()
        except queue.Empty:
            pass
        else:
            if item is None:
                return False
            self._take(item)
        self._tick()
        self._show()
        return True

    def _take(self, item: CardEvent | tuple[Any, Any]) -> None:
        if isinstance(item, CardEvent):
            self._card(item)
        elif isinstance(item[0], Act):
            verdict = self._touch(item[0])
            self._show()  # the answer comes after the screen that it is about
            item[1](verdict)
        else:
            self._result(item[0], item[1])

    def _go(self, move: Move, problem: Problem | None = None) -> None:
        scene = self.scene
        scene.screen = after(scene.screen, move)
        scene.problem = problem
        scene.seq += 1
        scene.warned_at = None
        self._touched = self._clock()
        log.info("screen %s%s", scene.screen.value, f" {problem.value}" if problem else "")

    def _show(self) -> None:
        view = self.scene.view(self._clock(), WARNING)
        if view != self._last:
            self._last = view
            self._publish(view)

    # --- readers ------------------------------------------------------------------------------

    def _card(self, event: CardEvent) -> None:
        scene = self.scene
        if event.presence is None:
            self._reader_problem = _BREAKS[event.kind]
            self._health()
            return
        mine = scene.visit is not None and scene.visit.presence == event.presence
        if event.kind is Kind.CARD_OUT:
            if mine:
                self._card_out()
        elif mine or scene.screen in {Screen.IDLE, Screen.PROBLEM}:
            self._card_here(event, event.presence)

    def _card_here(self, event: CardEvent, presence: Presence) -> None:
        scene, move = self.scene, Move(event.kind.value)
        if not possible(scene.screen, move):
            return
        if scene.visit is None or scene.visit.presence != presence:
            self._leave("card_removed")
            scene.visit = Visit(presence)
        if event.holder is not None and scene.visit is not None:
            scene.visit.holder = event.holder
        self._go(move, event.problem)

    def _card_out(self) -> None:
        scene = self.scene
        told = scene.screen is Screen.PROBLEM and scene.problem is Problem.CARD_REMOVED
        self._leave("card_removed")
        if not told and possible(scene.screen, Move.CARD_OUT):
            lost = scene.screen in VISIT or scene.screen is Screen.READING
            self._go(Move.CARD_OUT, Problem.CARD_REMOVED if lost else None)
        if scene.screen is Screen.IDLE and self._readers is not None:
            self._readers.read_again()  # a card may wait in another reader

    def _leave(self, reason: EndReason) -> None:
        """Forget the person; end the session, unless it came to its end by itself."""
        visit = self.scene.visit
        if visit is not None and visit.session is not None:
            self._desk.end(visit.session, reason)
        self.scene.wipe()

    def _health(self) -> None:
        """Go out of service, or come back, by what readers and server say."""
        scene, problem = self.scene, self._reader_problem or self._server_problem
        if problem is not None and (
            scene.screen is not Screen.OUT_OF_SERVICE or scene.problem is not problem
        ):
            self._leave("cancelled")
            self._go(Move.BREAK, problem)
        elif problem is None and scene.screen is Screen.OUT_OF_SERVICE:
            self._go(Move.MEND)
            if self._readers is not None:
                self._readers.read_again()

    # --- touches ------------------------------------------------------------------------------

    def _touch(self, act: Act) -> Verdict:
        scene = self.scene
        if act.act == "language":
            if act.value not in LANGUAGES:
                return "refused"
            scene.language = act.value
        elif act.seq != scene.seq:
            return "stale"
        elif act.act not in {"touch", "stay"}:
            return self._do(act)
        elif act.act == "stay" and scene.screen is Screen.CODE:
            return self._do(Act(act.seq, Move.RENEW.value))
        self._touched, scene.warned_at = self._clock(), None
        return "ok"

    def _do(self, act: Act) -> Verdict:
        scene = self.scene
        visit = scene.visit
        move = next((move for move in TOUCHES if move.value == act.act), None)
        if move is None or not possible(scene.screen, move):
            return "refused"
        if move in {Move.CANCEL, Move.DIFFERENT}:
            self._cancel(move)
            return "ok"
        readers = self._readers
        if visit is None or readers is None or not readers.is_in(visit.presence):
            return "stale"  # the card left a moment ago; its removal is on the way
        return self._forward(move, visit, act.value, readers)

    def _cancel(self, move: Move) -> None:
        presence = self.scene.visit.presence if self.scene.visit else None
        self._leave("cancelled")
        if presence is None:
            self._go(Move.CARD_OUT)
            return
        self.scene.visit = Visit(presence)  # only to know when the card goes
        self._go(move, Problem.NOT_BOUND if move is Move.DIFFERENT else None)

    def _forward(self, move: Move, visit: Visit, value: str, readers: Readers) -> Verdict:
        try:
            errand = errand_of(move, visit, value, language=self.scene.language, now=self._now())
        except NotTaken:
            return "refused"
        if errand is not None:
            self._errand(visit, errand)
        self._go(move)
        if move is Move.RETRY:
            readers.read_again(visit.presence.reader)
        return "ok"

    # --- the server ---------------------------------------------------------------------------

    def _errand(self, visit: Visit, errand: Callable[[Counter], Result]) -> None:
        self._desk.run(errand, lambda result: self._inbox.put((visit, result)))

    def _result(self, visit: Visit | None, result: Result) -> None:
        if visit is None:
            self._greeted_by(result)
            return
        if self.scene.visit is not visit:
            session = getattr(result, "session", None)
            if session is not None:  # opened for a card that is gone
                self._desk.end(session, "card_removed")
            return
        visit.looking = False
        outcome = apply(visit, result, self.scene.screen, self._clock())
        if outcome is not None and possible(self.scene.screen, outcome.move):
            self._go(outcome.move, outcome.problem)
            if outcome.over:
                visit.session = visit.code = None

    def _greeted_by(self, result: Result) -> None:
        self._greeting, self._greeted = False, self._clock()
        if isinstance(result, HelloAnswer):
            self._server_problem, self.scene.office = None, result.office
        elif isinstance(result, Failure):
            self._server_problem = result.problem
        if self.scene.screen not in VISIT | OVER | {Screen.READING}:
            self._health()

    # --- the clock ----------------------------------------------------------------------------

    def _tick(self) -> None:
        now, scene = self._clock(), self.scene
        self._hello(now)
        visit = scene.visit
        session = visit.session if visit is not None and not visit.looking else None
        if visit and session and scene.screen in LOOKING and now - self._looked >= LOOK_EACH:
            visit.looking, self._looked = True, now
            self._errand(visit, lambda counter: counter.look(session))
        self._idle(now)

    def _hello(self, now: float) -> None:
        each = HELLO_EACH if self._server_problem is None else HELLO_RETRY
        busy = self._greeting or self.scene.screen in VISIT
        if not busy and now - self._greeted >= each:
            self._greeting = True
            self._desk.run(lambda counter: counter.hello(), lambda result: self._inbox.put((None, result)))

    def _idle(self, now: float) -> None:
        scene, quiet = self.scene, now - self._touched
        if scene.screen is Screen.IDLE and quiet >= FORGOTTEN_LANGUAGE:
            scene.language = "zh-TW"
        if scene.screen is Screen.PROBLEM and scene.visit is None:
            if quiet >= LONELY_PROBLEM:
                self._go(Move.CARD_OUT)
            return
        if scene.warned_at is None and self._too_quiet(now, quiet):
            # Where nothing of the person stands there is nothing to ask: the screen just moves on.
            scene.warned_at = now if scene.screen in VISIT else now - WARNING
        if scene.warned_at is not None and now - scene.warned_at >= WARNING:
            presence = scene.visit.presence if scene.visit else None
            self._leave("timeout")
            scene.visit = Visit(presence) if presence else None
            self._go(Move.TIMEOUT)

    def _too_quiet(self, now: float, quiet: float) -> bool:
        scene = self.scene
        if scene.screen is Screen.CODE and scene.visit is not None:
            return scene.visit.code_until - now <= WARNING
        limit = QUIET.get(scene.screen)
        return limit is not None and quiet >= limit
