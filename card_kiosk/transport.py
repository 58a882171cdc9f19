"""The ports: a connection to one card (one method), and the service that knows the readers."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


class Connection(Protocol):
    """An open channel to a card."""

    def transmit(self, command: bytes) -> bytes:
        """Send one command APDU; return the whole answer with its two status bytes at the end.

        Raises CardProblem when the card is gone, does not answer, or answers with less than two bytes.
        """
        ...


@dataclass(frozen=True, slots=True)
class ReaderState:
    """What a reader feels.

    `count` grows at each insertion and each removal: a card swapped for another between two looks shows.
    """

    present: bool
    count: int = 0
    atr: bytes = b""


class ServiceGone(Exception):
    """The PC/SC service does not answer. `detail` is its code."""

    def __init__(self, detail: str) -> None:
        """Keep the code, for logs."""
        self.detail = detail
        super().__init__(detail)


class ReaderService(Protocol):
    """PC/SC as the watcher needs it. `wait` belongs to one thread; the others may be called from any."""

    def wait(self, timeout: float) -> dict[str, ReaderState]:
        """Return the state of every reader, once it differs from the last answer or `timeout` seconds passed.

        The first answer comes at once; no reader at all is an empty answer. Raises ServiceGone; the next call
        then begins anew.
        """
        ...

    def connect(self, reader: str) -> AbstractContextManager[Connection]:
        """Connect to the card: shared, in one transaction, leaving the card as it is when done.

        Raises CardProblem or ServiceGone.
        """
        ...

    def cancel(self) -> None:
        """End a running `wait` early."""
        ...

    def close(self) -> None:
        """Give back what is held. Belongs to the thread of `wait`."""
        ...
