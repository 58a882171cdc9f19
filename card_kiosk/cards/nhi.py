"""Taiwan's National Health Insurance IC card (健保卡): the part that any reader may read.

    from card_kiosk.cards.nhi import parse, read
    holder = parse(fifty_seven_bytes)            # pure: standard library and identifier checks only
    holder = read(connection)                    # anything with transmit(bytes) -> bytes

The record is 57 bytes (docs/card-format.md). It is not signed and needs no key, so a reading is a claim:
whoever copies 57 bytes onto another card reads the same. Something else must prove who holds the card.

`parse` accepts a record only when every field holds: digits, the number's check digit, a sex, days that
exist, no issue before the birth. It raises CardFormatError and nothing else, whatever the bytes.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from card_kiosk.apdu import Answer, transmit
from card_kiosk.problems import CardProblem, Problem
from card_kiosk.transport import Connection
from nhi_core.domain.errors import Invalid
from nhi_core.domain.identifiers import NumberKind, number_kind

# The last 00 of SELECT belongs to the application's name (Lc is 16): there is no Le.
SELECT: Final = bytes.fromhex("00A4040010 D1580000010000000000000000001100")
READ: Final = bytes.fromhex("00CA110002 0000")
LENGTH: Final = 57

_CARD_NUMBER = slice(0, 12)
_NAME = slice(12, 32)
_ID_NUMBER = slice(32, 42)
_BIRTH = slice(42, 49)
_SEX = slice(49, 50)
_ISSUED = slice(50, 57)

_ROC = 1911
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_WIDE_SPACE = "\u3000"  # fills the end of some names
_DIGITS = re.compile(rb"[0-9]+")


class CardFormatError(ValueError):
    """The bytes are not a whole, sound record. `field` says where; the bytes are never repeated."""

    def __init__(self, field: str, reason: str) -> None:
        """Name the field and what is wrong with it."""
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


@dataclass(frozen=True, slots=True, repr=False)
class CardHolder:
    """What a card says. Keep it in memory alone, and no longer than the card is in the reader.

    `name` may be cut (20 bytes) and, when `name_damaged`, has � where a character could not be read: show it,
    never match on it.
    """

    card_number: str
    id_number: str
    number_kind: NumberKind
    name: str
    name_damaged: bool
    birth: date
    sex: Literal["M", "F"]
    issued: date

    def __repr__(self) -> str:
        """Show nothing of the person, so that a traceback holds no identity."""
        return "CardHolder(…)"


def parse(record: bytes) -> CardHolder:
    """Read a record of at least 57 bytes; what follows the 57th is not part of it. Raises CardFormatError."""
    if len(record) < LENGTH:
        raise CardFormatError("record", f"{len(record)} bytes, {LENGTH} are needed")
    card_number = _digits(record[_CARD_NUMBER], "card_number")
    name, damaged = _name(record[_NAME])
    id_number, kind = _id_number(record[_ID_NUMBER])
    birth, issued = _day(record[_BIRTH], "birth"), _day(record[_ISSUED], "issued")
    if birth > issued:
        raise CardFormatError("issued", "before the birth")
    sex: Literal["M", "F"]
    match record[_SEX]:
        case b"M":
            sex = "M"
        case b"F":
            sex = "F"
        case _:
            raise CardFormatError("sex", "neither M nor F")
    return CardHolder(card_number, id_number, kind, name, damaged, birth, sex, issued)


def read(connection: Connection) -> CardHolder:
    """Read the card behind a connection.

    SELECT's status is not looked at: cards differ, and the application is there without it on some. It is an
    NHI card when READ answers 9000 with a record that `parse` accepts.

    Raises CardProblem: NOT_NHI_CARD, CARD_UNREADABLE, or what the connection raises (pulled, silent, …).
    """
    transmit(connection, SELECT)
    answer = transmit(connection, READ)
    if not answer.ok:
        raise CardProblem(Problem.NOT_NHI_CARD, answer.status_name)
    return _holder(answer)


def _holder(answer: Answer) -> CardHolder:
    try:
        return parse(answer.data)
    except CardFormatError as error:
        raise CardProblem(Problem.CARD_UNREADABLE, f"field {error.field}") from None


def _gap(error: UnicodeError) -> tuple[str, int]:
    """Put one � in the place of a double byte that cp950 does not know; Python alone would leave its half."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    after = error.object[error.start + 1 : error.start + 2]
    double = error.object[error.start] >= 0x81 and after >= b"\x40" and after != b"\x7f"
    return _REPLACEMENT, error.start + (2 if double else 1)


_GAP: Final = "kiosk-gap"
codecs.register_error(_GAP, _gap)


def _digits(raw: bytes, field: str) -> str:
    if not _DIGITS.fullmatch(raw):
        raise CardFormatError(field, "not digits")
    return raw.decode("ascii")


def _name(raw: bytes) -> tuple[str, bool]:
    """Decode as cp950: 'big5' lacks the ETEN characters (碁 銹 裏 墻 恒), 'big5hkscs' reads others wrongly.

    A long name is cut at 20 bytes, maybe in the middle of a character: that and unknown codes become �.
    """
    written, _, rest = raw.partition(b"\0")
    if rest.strip(b"\0 "):
        raise CardFormatError("name", "goes on after its end")
    text = written.decode("cp950", errors=_GAP).replace(_WIDE_SPACE, " ").strip()
    if not text:
        raise CardFormatError("name", "empty")
    # Control characters decode, but no name has one.
    clean = "".join(char if char.isprintable() else _REPLACEMENT for char in text)
    return clean, _REPLACEMENT in clean


def _id_number(raw: bytes) -> tuple[str, NumberKind]:
    try:
        number = raw.decode("ascii")
        return number, number_kind(number)
    except (UnicodeDecodeError, Invalid):
        raise CardFormatError("id_number", "shape or check digit") from None


def _day(raw: bytes, field: str) -> date:
    """Read YYYMMDD of the Republic's calendar."""
    text = _digits(raw, field)
    if text.startswith("000"):
        raise CardFormatError(field, "a year before the first")
    try:
        return date(_ROC + int(text[:3]), int(text[3:5]), int(text[5:]))
    except ValueError:
        raise CardFormatError(field, "no such day") from None
