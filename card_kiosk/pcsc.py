"""PC/SC, and the only importer of smartcard. Codes become our problems here and nowhere else.

pyscard's own CardMonitor is not used: it misses swaps and ends for good when the service restarts (docs/adr).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from smartcard import scard

from card_kiosk.problems import CardProblem, Problem
from card_kiosk.transport import Connection, ReaderState, ServiceGone

_PNP = "\\\\?PnP?\\Notification"
_FLAGS = 0xFFFF
_NO_READERS = 0x8010002E
_TIMEOUT, _CANCELLED = 0x8010000A, 0x80100002
_STALE_LIST = {0x80100009, 0x80100017}  # unknown or unavailable reader: it went while we looked
_SERVICE = {0x80100003, 0x80100006, 0x80100013, 0x8010001D, 0x8010001E}
# "Comm error" (8010002F), "not transacted" (80100016) and an empty answer are how a pulled card looks, too.
_REMOVED = {0x8010000C, 0x80100016, 0x8010002F, 0x80100069}
_BUSY = {0x8010000B, 0x80100068}  # held by another program, or reset by one
_MUTE = {0x8010000F, 0x80100065, 0x80100066, 0x80100067}


def problem_of(code: int) -> CardProblem | ServiceGone:
    """Return what a PC/SC code of a card call means."""
    code &= 0xFFFFFFFF
    if code in _SERVICE:
        return ServiceGone(f"{code:08X}")
    for problem, codes in (
        (Problem.CARD_REMOVED, _REMOVED | _STALE_LIST),
        (Problem.READER_BUSY, _BUSY),
        (Problem.CARD_MUTE, _MUTE),
    ):
        if code in codes:
            return CardProblem(problem, f"{code:08X}")
    return CardProblem(Problem.READER_FAILED, f"{code:08X}")


class PcscService:
    """A ReaderService over the machine's PC/SC. Contexts are per thread, as pcsc-lite wants them."""

    def __init__(self) -> None:
        """Hold nothing yet: the service may start after us."""
        self._context: int | None = None
        self._last: dict[str, int] = {}

    def wait(self, timeout: float) -> dict[str, ReaderState]:
        """See ReaderService.wait."""
        try:
            return self._wait(timeout)
        except ServiceGone:
            self.close()
            raise

    def _wait(self, timeout: float) -> dict[str, ReaderState]:
        if self._context is None:
            self._context = _establish()
        names = self._names(self._context)
        asked = [(name, self._last.get(name, scard.SCARD_STATE_UNAWARE)) for name in names]
        code, answer = scard.SCardGetStatusChange(
            self._context, max(1, int(timeout * 1000)), [*asked, (_PNP, self._last.get(_PNP, 0))]
        )
        code &= 0xFFFFFFFF
        if code in _STALE_LIST:
            return self._wait(timeout)
        if code not in {0, _TIMEOUT, _CANCELLED}:
            raise ServiceGone(f"{code:08X}")
        seen = {name: (int(raw) & 0xFFFFFFFF, bytes(atr)) for name, raw, atr in answer}
        if code:  # nothing changed; some services leave the answer unfilled then
            seen = {name: (raw, b"") for name, raw in asked} | {_PNP: (self._last.get(_PNP, 0), b"")}
        self._last = {name: raw & ~scard.SCARD_STATE_CHANGED for name, (raw, _atr) in seen.items()}
        return {name: _state(raw, atr) for name, (raw, atr) in seen.items() if name != _PNP}

    def _names(self, context: int) -> list[str]:
        code, names = scard.SCardListReaders(context, [])
        code &= 0xFFFFFFFF
        if code == _NO_READERS:
            return []
        if code:
            raise ServiceGone(f"{code:08X}")
        return list(names)

    @contextmanager
    def connect(self, reader: str) -> Iterator[Connection]:
        """See ReaderService.connect."""
        context = _establish()
        try:
            code, card, protocol = scard.SCardConnect(
                context, reader, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
            )
            _check(code)
            try:
                _check(scard.SCardBeginTransaction(card))
                try:
                    yield _Card(card, protocol)
                finally:
                    scard.SCardEndTransaction(card, scard.SCARD_LEAVE_CARD)
            finally:
                # Anything but "leave" resets the card under other programs of this machine.
                scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
        finally:
            scard.SCardReleaseContext(context)

    def cancel(self) -> None:
        """See ReaderService.cancel."""
        if self._context is not None:
            scard.SCardCancel(self._context)

    def close(self) -> None:
        """See ReaderService.close."""
        context, self._context = self._context, None
        self._last = {}
        if context is not None:
            scard.SCardReleaseContext(context)


class _Card:
    def __init__(self, card: int, protocol: int) -> None:
        self._card = card
        self._pci = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1

    def transmit(self, command: bytes) -> bytes:
        code, answer = scard.SCardTransmit(self._card, self._pci, list(command))
        _check(code)
        return bytes(answer)


def _establish() -> int:
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if code:
        raise ServiceGone(f"{code & 0xFFFFFFFF:08X}")
    return int(context)


def _check(code: int) -> None:
    if code:
        raise problem_of(code)


def _state(raw: int, atr: bytes) -> ReaderState:
    present = bool(raw & scard.SCARD_STATE_PRESENT)
    return ReaderState(present=present, count=raw >> 16, atr=atr if present else b"")
