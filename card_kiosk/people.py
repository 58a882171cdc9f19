"""The sandbox's made-up people, as cards. They come from a file that the launcher writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from card_kiosk.apdu import StatusWord
from card_kiosk.cards import nhi
from card_kiosk.virtual import PulledOut, VirtualCard

_NAME_BYTES = 20
_OK = int(StatusWord.OK).to_bytes(2, "big")


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A made-up person with card and papers; `story` is the key of the household's story."""

    story: str
    card_number: str
    name: str
    id_number: str
    birth: date
    household_number: str | None = None
    entry_permit: str | None = None
    passport: str | None = None

    @property
    def sex(self) -> str:
        """What the made-up card says: by the number's second place, as such numbers are made."""
        return "M" if self.id_number[1] in "18AC" else "F"


def load(path: Path) -> list[MadeUp]:
    """Read the launcher's file: what `nhi-counter people --json` prints."""
    return [
        MadeUp(**{**row, "birth": date.fromisoformat(row["birth"])})
        for row in json.loads(path.read_text("utf-8"))
    ]


def record(person: MadeUp) -> bytes:
    """Return the 57 bytes of a person's card. A name outside cp950 is written as such cards do: with gaps."""
    name = person.name.encode("cp950", errors="replace").replace(b"?", b"\xfa\x40")[:_NAME_BYTES]
    issued = max(person.birth, date(2019, 3, 1))
    return b"".join(
        (
            person.card_number.encode(),
            name.ljust(_NAME_BYTES, b"\0"),
            person.id_number.encode(),
            _roc(person.birth),
            person.sex.encode(),
            _roc(issued),
        )
    )


def card_of(person: MadeUp) -> VirtualCard:
    """Return a card that answers as a person's NHI card does."""
    answers = {nhi.SELECT: _OK, nhi.READ: record(person) + _OK}
    return VirtualCard(lambda command: answers.get(command, b"\x6d\x00"))


def bank_card() -> VirtualCard:
    """Knows neither the application nor the command."""
    return VirtualCard(
        lambda command: b"\x6a\x82" if command == nhi.SELECT else b"\x6d\x00",
        atr=bytes.fromhex("3BF71100008171FE454A434F503331563224"),
    )


def turned_over() -> VirtualCard:
    """The reader feels it, and no contact answers."""
    return VirtualCard(lambda _command: None, mute=True)


def broken_card() -> VirtualCard:
    """Answers, with bytes that are no record."""
    return VirtualCard(lambda command: _OK if command == nhi.SELECT else bytes(range(150, 207)) + _OK)


def silent_card() -> VirtualCard:
    """Answers SELECT and then nothing more."""
    return VirtualCard(lambda command: _OK if command == nhi.SELECT else None)


def slipping_card() -> VirtualCard:
    """Leaves the reader while it is read."""

    def respond(command: bytes) -> bytes:
        if command == nhi.SELECT:
            return _OK
        raise PulledOut

    return VirtualCard(respond)


def _roc(day: date) -> bytes:
    return f"{day.year - 1911:03d}{day:%m%d}".encode()
