"""Another program of the same machine that takes a card for itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from smartcard import scard


@contextmanager
def exclusive(reader: str) -> Iterator[None]:
    """Hold the card in `reader` alone."""
    yield from _held(reader, scard.SCARD_SHARE_EXCLUSIVE)


@contextmanager
def shared(reader: str, *, transaction: bool = False) -> Iterator[int]:
    """Hold the card in `reader` with others, in a transaction or without; yields its handle."""
    yield from _held(reader, scard.SCARD_SHARE_SHARED, transaction)


def _held(reader: str, how: int, transaction: bool = False) -> Iterator[int]:
    _code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    end = time.monotonic() + 5
    while True:
        code, card, _ = scard.SCardConnect(
            context, reader, how, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        )
        if code == 0:
            break
        assert time.monotonic() < end, hex(code & 0xFFFFFFFF)
        time.sleep(0.05)
    if transaction:
        assert scard.SCardBeginTransaction(card) == 0
    yield card
    if transaction:
        scard.SCardEndTransaction(card, scard.SCARD_LEAVE_CARD)
    scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
    scard.SCardReleaseContext(context)


def ask(card: int, command: bytes) -> tuple[int, bytes]:
    """Send a command over a handle of ours: (code, answer)."""
    code, answer = scard.SCardTransmit(card, scard.SCARD_PCI_T1, list(command))
    return code, bytes(answer)
