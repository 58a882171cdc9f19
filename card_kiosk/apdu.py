"""Commands and answers of ISO 7816-4, as far as reading an identity card needs them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from card_kiosk.problems import CardProblem, Problem
from card_kiosk.transport import Connection

MAX_ANSWER = 4096  # bytes; a card that sends more parts than this is broken
_MORE = 0x61  # 61xx: xx bytes wait (T=0)
_WRONG_LENGTH = 0x6C  # 6Cxx: ask again with Le = xx (T=0)


class StatusWord(IntEnum):
    """Status words met on cards in Taiwan; any other number is kept as it is."""

    OK = 0x9000
    WRONG_LENGTH = 0x6700
    CONDITIONS_NOT_MET = 0x6985
    FUNCTION_NOT_SUPPORTED = 0x6A81
    NOT_FOUND = 0x6A82  # no such application: a bank card
    WRONG_P1P2 = 0x6A86  # a medical staff card (醫事人員卡)
    INS_NOT_SUPPORTED = 0x6D00
    CLA_NOT_SUPPORTED = 0x6E00


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """The data and the status word of a card's answer."""

    data: bytes
    status: int

    @property
    def ok(self) -> bool:
        """Whether the card carried the command out."""
        return self.status == StatusWord.OK

    @property
    def status_name(self) -> str:
        """`9000 OK`, `6A82 NOT_FOUND`, `6F00`: for logs."""
        known = next((f" {word.name}" for word in StatusWord if word == self.status), "")
        return f"{self.status:04X}{known}"

    def __repr__(self) -> str:
        """Show length and status; the data may be a person's."""
        return f"Answer({len(self.data)} bytes, {self.status_name})"


def transmit(connection: Connection, command: bytes) -> Answer:
    """Send a command and gather the whole answer: cards on T=0 hand it out in parts (61xx, 6Cxx).

    Raises CardProblem(CARD_REMOVED) for an answer without a status word: that is what a card pulled in
    mid-command leaves.
    """
    answer = _once(connection, command)
    if answer.status >> 8 == _WRONG_LENGTH:
        answer = _once(connection, _with_le(command, answer.status & 0xFF))
    data = answer.data
    while answer.status >> 8 == _MORE:
        answer = _once(connection, bytes([0x00, 0xC0, 0x00, 0x00, answer.status & 0xFF]))
        if not answer.data and answer.status >> 8 == _MORE:
            raise CardProblem(Problem.CARD_UNREADABLE, "61xx without data")
        data += answer.data
        if len(data) > MAX_ANSWER:
            raise CardProblem(Problem.CARD_UNREADABLE, "endless answer")
    return Answer(data, answer.status)


def _once(connection: Connection, command: bytes) -> Answer:
    raw = connection.transmit(command)
    if len(raw) < 2:
        raise CardProblem(Problem.CARD_REMOVED, "no status word")
    return Answer(bytes(raw[:-2]), int.from_bytes(raw[-2:], "big"))


def _with_le(command: bytes, le: int) -> bytes:
    """Put Le at the end of a short command, in the place of one that is there."""
    if len(command) <= 5:
        return command[:4] + bytes([le])
    body = 5 + command[4]
    return command[:body] + bytes([le])
