"""Readers and cards made of nothing: for the sandbox's card drawer and for tests. Refused in production."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from card_kiosk.problems import CardProblem, Problem
from card_kiosk.transport import Connection, ReaderState, ServiceGone

Respond = Callable[[bytes], bytes | None]

ATR: Final = bytes.fromhex("3BFD1800008131FE45534C4A353247787879797A52AA")
FIRST: Final = "虛擬讀卡機 1"
SECOND: Final = "虛擬讀卡機 2"


class PulledOut(Exception):
    """A card leaves the reader while it is asked."""


@dataclass(eq=False)
class VirtualCard:
    """`respond(command)` gives the answer; None means that the card stays silent until it is pulled.

    `mute`: the reader feels a card that does not answer at power-up.
    """

    respond: Respond
    atr: bytes = ATR
    mute: bool = False
    gone: threading.Event = field(default_factory=threading.Event)


@dataclass
class _Slot:
    card: VirtualCard | None = None
    count: int = 0
    held: bool = False


class VirtualReaders:
    """A ReaderService whose cards are moved by `insert` and `pull`. Any thread may call anything."""

    def __init__(self, names: tuple[str, ...] = (FIRST, SECOND)) -> None:
        """Begin with empty readers of these names."""
        self._changed = threading.Condition()
        self._slots = {name: _Slot() for name in names}
        self._version = 0
        self._told = -1
        self._up = True

    # --- the hands ---------------------------------------------------------------------------

    def insert(self, card: VirtualCard, reader: str | None = None) -> None:
        """Put a card in (the first reader unless told otherwise); one that is in is pulled first."""
        with self._changed:
            slot = self._slots[reader or next(iter(self._slots))]
            self._take_out(slot)
            card.gone.clear()
            slot.card = card
            slot.count += 1
            self._tell()

    def pull(self, reader: str | None = None) -> None:
        """Take the card out, if there is one."""
        with self._changed:
            self._take_out(self._slots[reader or next(iter(self._slots))])
            self._tell()

    def inserted(self) -> dict[str, VirtualCard | None]:
        """Return what is in each reader."""
        with self._changed:
            return {name: slot.card for name, slot in self._slots.items()}

    def hold(self, reader: str, held: bool) -> None:
        """Let another program take a reader for itself, or give it back."""
        with self._changed:
            self._slots[reader].held = held
            self._tell()

    def plug(self, names: tuple[str, ...]) -> None:
        """Have exactly these readers from now on; cards in readers that stay stay."""
        with self._changed:
            for name in set(self._slots) - set(names):
                self._take_out(self._slots[name])
            self._slots = {name: self._slots.get(name, _Slot()) for name in names}
            self._tell()

    def serve(self, up: bool) -> None:
        """Start or stop the service itself. Cards stay in; counters begin anew, as with pcscd."""
        with self._changed:
            self._up = up
            for slot in self._slots.values():
                slot.count = 0
            self._told = -1
            self._tell()

    @staticmethod
    def _take_out(slot: _Slot) -> None:
        if slot.card is not None:
            slot.card.gone.set()
            slot.card = None
            slot.count += 1

    def _tell(self) -> None:
        self._version += 1
        self._changed.notify_all()

    # --- ReaderService -----------------------------------------------------------------------

    def wait(self, timeout: float) -> dict[str, ReaderState]:
        """See ReaderService.wait."""
        end = time.monotonic() + timeout
        with self._changed:
            while self._up and self._version == self._told and (left := end - time.monotonic()) > 0:
                self._changed.wait(left)
                if self._told == -1:
                    break
            if not self._up:
                raise ServiceGone("virtual service stopped")
            self._told = self._version
            return {
                name: ReaderState(slot.card is not None, slot.count, slot.card.atr if slot.card else b"")
                for name, slot in self._slots.items()
            }

    @contextmanager
    def connect(self, reader: str) -> Iterator[Connection]:
        """See ReaderService.connect."""
        with self._changed:
            if not self._up:
                raise ServiceGone("virtual service stopped")
            slot = self._slots.get(reader)
            if slot is None or slot.card is None:
                raise CardProblem(Problem.CARD_REMOVED, "no card")
            if slot.held:
                raise CardProblem(Problem.READER_BUSY, "held")
            if slot.card.mute:
                raise CardProblem(Problem.CARD_MUTE, "mute")
            card = slot.card
        yield _Channel(self, reader, card)

    def cancel(self) -> None:
        """See ReaderService.cancel."""
        with self._changed:
            self._told = -1
            self._changed.notify_all()

    def close(self) -> None:
        """See ReaderService.close."""


class _Channel:
    def __init__(self, readers: VirtualReaders, reader: str, card: VirtualCard) -> None:
        self._readers, self._reader, self._card = readers, reader, card

    def transmit(self, command: bytes) -> bytes:
        if self._card.gone.is_set():
            raise CardProblem(Problem.CARD_REMOVED, "pulled")
        try:
            answer = self._card.respond(command)
        except PulledOut:
            self._readers.pull(self._reader)
            raise CardProblem(Problem.CARD_REMOVED, "pulled") from None
        if answer is None:
            self._card.gone.wait()
        if answer is None or self._card.gone.is_set():
            raise CardProblem(Problem.CARD_REMOVED, "pulled")
        return answer
