"""Watches the readers on a thread of its own and tells what happens to cards.

It never misses a swap (event counters), outlives the PC/SC service, and is never held up by a silent card: a
card is read on a worker thread, and after a deadline the screen is told while the worker still waits.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from card_kiosk.cards import nhi
from card_kiosk.cards.nhi import CardHolder
from card_kiosk.problems import CardProblem, Problem
from card_kiosk.transport import ReaderService, ReaderState, ServiceGone

log = logging.getLogger(__name__)


class Kind(StrEnum):
    """What can be told."""

    SERVICE_DOWN = "service_down"
    NO_READER = "no_reader"
    READY = "ready"  # service and reader are there (again)
    CARD_IN = "card_in"  # a card came; it is being read
    CARD_READ = "card_read"
    CARD_REFUSED = "card_refused"  # `problem` says why; it may still be read later (a slow card)
    CARD_OUT = "card_out"


@dataclass(frozen=True, slots=True)
class Presence:
    """One card in one reader from its insertion to its removal. Put in again, it is another presence.

    `epoch` tells apart what was before a restart of the service, whose counters begin anew.
    """

    reader: str
    count: int
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class CardEvent:
    """`holder` goes with CARD_READ alone, `problem` with CARD_REFUSED alone."""

    kind: Kind
    presence: Presence | None = None
    holder: CardHolder | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """Times in seconds."""

    settle: float = 0.15  # after an insertion, until contacts are steady
    retry: float = 0.3  # between two tries
    deadline: float = 5.0  # until the screen is told that a card is silent
    look: float = 2.0  # at the longest between two looks at the list of readers
    back_off: tuple[float, ...] = (0.1, 0.25, 0.5, 1.0)  # while the service is down
    tries: int = 2


@dataclass
class _Card:
    """A card that is in. `resident`: it was in when we first looked, so it is silent unless an NHI card."""

    presence: Presence
    resident: bool
    overdue_at: float | None
    announced: bool = False
    settled: bool = False
    worker: threading.Thread | None = None


class Watcher:
    """`on_event` is called from our threads, one call at a time and in order; it must return at once."""

    def __init__(
        self,
        service: ReaderService,
        on_event: Callable[[CardEvent], None],
        *,
        only_reader: str = "",
        patience: Patience | None = None,
    ) -> None:
        """Watch readers whose name holds `only_reader` (all, when empty)."""
        self._service = service
        self._on_event = on_event
        self._only = only_reader
        self._patience = patience or Patience()
        self._lock = threading.RLock()
        self._cards: dict[str, _Card | None] = {}
        self._machine: Kind | None = None
        self._epoch = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="card-watcher", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread. A worker that waits for a silent card ends with the card."""
        self._stopping.set()
        while self._thread.is_alive():
            self._service.cancel()
            self._thread.join(0.1)

    def is_in(self, presence: Presence) -> bool:
        """Tell whether this very card is still in: to be asked before anything is sent for it."""
        with self._lock:
            card = self._cards.get(presence.reader)
            return card is not None and card.presence == presence

    def read_again(self, reader: str | None = None) -> bool:
        """Read what is in a reader (or in any) once more; returns False when there is nothing."""
        with self._lock:
            cards = [card for name, card in self._cards.items() if card and reader in {None, name}]
            for card in cards:
                self._begin(card)
        self._service.cancel()
        return bool(cards)

    # --- the thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                states = self._service.wait(self._next_look())
                failures = 0
                self._see(states)
            except ServiceGone as gone:
                self._service_gone(gone)
                steps = self._patience.back_off
                self._stopping.wait(steps[min(failures, len(steps) - 1)])
                failures += 1
        self._service.close()

    def _next_look(self) -> float:
        with self._lock:
            due = [card.overdue_at for card in self._cards.values() if card and card.overdue_at]
        return max(0.02, min([self._patience.look, *(at - time.monotonic() for at in due)]))

    def _service_gone(self, gone: ServiceGone) -> None:
        with self._lock:
            if self._machine is not Kind.SERVICE_DOWN:
                log.warning("reader_service_down code=%s", gone.detail)
            for reader in list(self._cards):
                self._leave(reader)
            self._cards.clear()  # what is in a reader at the next look is looked at afresh
            self._epoch += 1
            self._set_machine(Kind.SERVICE_DOWN)

    def _see(self, states: dict[str, ReaderState]) -> None:
        now = {name: state for name, state in states.items() if self._only in name}
        with self._lock:
            for reader in set(self._cards) - set(now):
                self._leave(reader)
                del self._cards[reader]
            self._set_machine(Kind.READY if now else Kind.NO_READER)
            for reader, state in now.items():
                self._see_reader(reader, state)
            self._tell_overdue()

    def _see_reader(self, reader: str, state: ReaderState) -> None:
        first_look = reader not in self._cards
        before = self._cards.setdefault(reader, None)
        presence = Presence(reader, state.count, self._epoch) if state.present else None
        if before and before.presence == presence:
            return
        self._leave(reader)
        if presence:
            log.info("card_in count=%d atr=%s", presence.count, state.atr.hex())
            card = _Card(presence, resident=first_look, overdue_at=None)
            self._cards[reader] = card
            self._begin(card)

    def _leave(self, reader: str) -> None:
        card = self._cards.get(reader)
        self._cards[reader] = None
        if card and card.announced:
            self._on_event(CardEvent(Kind.CARD_OUT, card.presence))

    def _set_machine(self, kind: Kind) -> None:
        if kind is not self._machine:
            self._machine = kind
            self._on_event(CardEvent(kind))

    # --- reading ------------------------------------------------------------------------------

    def _begin(self, card: _Card) -> None:
        """Read on a thread of its own. A worker that still waits for this card is left to it."""
        card.settled = False
        card.overdue_at = time.monotonic() + self._patience.deadline
        if not card.resident:
            card.announced = True
            self._on_event(CardEvent(Kind.CARD_IN, card.presence))
        if card.worker is None or not card.worker.is_alive():
            card.worker = threading.Thread(target=self._read, args=(card,), name="card-reader", daemon=True)
            card.worker.start()

    def _read(self, card: _Card) -> None:
        problem = CardProblem(Problem.READER_FAILED)
        end = time.monotonic() + 0.8 * self._patience.deadline  # the true cause is told before "silent"
        pause, tries = self._patience.settle, 0
        while tries < self._patience.tries and time.monotonic() < end:
            if self._stopping.wait(pause) or not self.is_in(card.presence):
                return
            try:
                with self._service.connect(card.presence.reader) as connection:
                    holder = nhi.read(connection)
            except ServiceGone:
                return  # the watcher hears of it, too, and looks afresh
            except CardProblem as found:
                problem = found
                # A lock of another program is waited out; two failures of the card are enough.
                tries += problem.problem is not Problem.READER_BUSY
                pause = self._patience.retry
                if problem.problem is Problem.NOT_NHI_CARD:
                    break
            else:
                self._settle(card, CardEvent(Kind.CARD_READ, card.presence, holder=holder))
                return
        log.info("card_refused %s", problem)
        self._settle(card, CardEvent(Kind.CARD_REFUSED, card.presence, problem=problem.problem))

    def _settle(self, card: _Card, event: CardEvent) -> None:
        """Tell the outcome, unless the card has left; a resident card speaks only as an NHI card."""
        with self._lock:
            if not self.is_in(card.presence) or card.settled:
                return
            card.settled, card.overdue_at = True, None
            if card.resident and event.kind is not Kind.CARD_READ:
                return
            card.announced = True
            self._on_event(event)

    def _tell_overdue(self) -> None:
        for card in self._cards.values():
            if card and card.overdue_at and time.monotonic() >= card.overdue_at:
                card.overdue_at = None
                if not card.resident:
                    log.warning("card_silent")
                    self._on_event(CardEvent(Kind.CARD_REFUSED, card.presence, problem=Problem.CARD_STUCK))
