"""Cards that behave: the same ones are put into pcscd and into the in-process readers."""

from __future__ import annotations

import threading
import time

from card_kiosk.virtual import PulledOut, VirtualCard
from tests.kiosk.records import ATR, ATR_BANK, ATR_STAFF, OK, READ, SELECT, number, record


def answering(read: bytes, *, select: bytes = OK, atr: bytes = ATR) -> VirtualCard:
    """A card with fixed answers to SELECT and READ."""
    answers = {SELECT: select, READ: read}
    return VirtualCard(lambda command: answers.get(command, b"\x6d\x00"), atr)


def nhi(serial: int = 9_000_001, name: str = "王小明") -> VirtualCard:
    """A sound NHI card."""
    return answering(record(id_number=number(serial=serial), name=name.encode("cp950")) + OK)


def bank() -> VirtualCard:
    return answering(b"\x6d\x00", select=b"\x6a\x82", atr=ATR_BANK)


def staff() -> VirtualCard:
    """A medical staff card (醫事人員卡)."""
    return answering(b"\x6a\x86", select=b"\x6a\x82", atr=ATR_STAFF)


def garbage() -> VirtualCard:
    return answering(bytes(range(150, 207)) + OK)


def short() -> VirtualCard:
    return answering(record()[:30] + OK)


def one_byte() -> VirtualCard:
    return answering(b"\x90")


def mute() -> VirtualCard:
    """Felt by the reader, silent at power-up (an answer to reset that is too long)."""
    return VirtualCard(lambda _command: None, atr=b"\x3b" * 40, mute=True)


def garbage_atr() -> VirtualCard:
    """Speaks no protocol that the reader knows."""
    return VirtualCard(lambda _command: None, atr=b"\x01\x02\x03", mute=True)


def silent() -> VirtualCard:
    """Answers SELECT and then nothing more, until it is pulled."""
    return VirtualCard(lambda command: OK if command == SELECT else None)


def slow(seconds: float) -> VirtualCard:
    """A sound card that thinks before each answer."""
    quick = nhi()

    def respond(command: bytes) -> bytes | None:
        time.sleep(seconds)
        return quick.respond(command)

    return VirtualCard(respond)


def pulled_at(command: bytes) -> VirtualCard:
    """Leaves the reader when it is asked this."""

    def respond(asked: bytes) -> bytes:
        if asked == command:
            raise PulledOut
        return OK

    return VirtualCard(respond)


def waiting(until: threading.Event) -> VirtualCard:
    """A sound card that answers READ only when the event is set."""
    quick = nhi()

    def respond(command: bytes) -> bytes | None:
        if command == READ:
            until.wait(10)
        return quick.respond(command)

    return VirtualCard(respond)
