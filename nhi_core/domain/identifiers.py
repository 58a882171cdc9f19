"""Identifiers of Taiwan's National Health Insurance: reading, checking, masking.

Every reader takes what a person types (full width, lower case, spaces, dashes) and returns the plain form, or
raises errors.Invalid without repeating the input.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from operator import getitem

from nhi_core.domain.errors import Invalid

# Position + 10 is the letter's number: A=10 … I=34, O=35, W=32, Z=33.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 1, 1)
_NUMBERS = {letter: place + 10 for place, letter in enumerate(_LETTERS)}
_DIGITS = {str(digit): digit for digit in range(10)}
# What each character adds to the sum: tables, for files bring numbers by the million. In old resident numbers
# the second letter counts as the last digit of its own number.
_HEADS = {letter: number // 10 + number % 10 * 9 for letter, number in _NUMBERS.items()}
_SECONDS = {char: digit % 10 * _WEIGHTS[0] for char, digit in {**_DIGITS, **_NUMBERS}.items()}
_WEIGHED = tuple({char: digit * weight for char, digit in _DIGITS.items()} for weight in _WEIGHTS[1:8])
_UBN_WEIGHTS = (1, 2, 1, 2, 1, 2, 4, 1)
_NOISE = re.compile(r"[\s\-‐-―−_()・·]")
_MASK = "*"
_NAME_MASK = "O"  # 王O明, as Taiwanese offices write it
_SEPARATORS = frozenset("・·‧•.．")


class NumberKind(StrEnum):
    """What kind of personal number it is. Never infer gender or origin from it."""

    CITIZEN = "citizen"
    RESIDENT = "resident"
    OLD_RESIDENT = "old_resident"


_NUMBER_SHAPES = (
    (NumberKind.CITIZEN, re.compile(r"[A-Z][12]\d{8}", re.ASCII)),
    (NumberKind.RESIDENT, re.compile(r"[A-Z][89]\d{8}", re.ASCII)),  # since 2021-01-02
    (NumberKind.OLD_RESIDENT, re.compile(r"[A-Z][A-D]\d{8}", re.ASCII)),  # good until 2031-01-01
)


def plain(text: str) -> str:
    """Return `text` in half width and upper case, without spaces and dashes."""
    if text.isascii() and text.isalnum():  # nearly every number of a file
        return text.upper()
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).upper()


def number_kind(number: str) -> NumberKind:
    """Return the kind of a plain personal number. Raises Invalid when shape or check digit is wrong."""
    for kind, shape in _NUMBER_SHAPES:
        if shape.fullmatch(number):
            if number[-1] != number_check_digit(number[:-1]):
                raise Invalid("check digit")
            return kind
    raise Invalid("not a personal number")


def parse_number(text: str) -> str:
    """Read a national ID or a resident (UI) number, old or new. Raises Invalid."""
    number = plain(text)
    number_kind(number)
    return number


def number_check_digit(first_nine: str) -> str:
    """Return the check digit for letter, (digit or letter A-D), and seven digits."""
    head, second = first_nine[0], first_nine[1]
    rest = sum(map(getitem, _WEIGHED, first_nine[2:]))
    return str(-(_HEADS[head] + _SECONDS[second] + rest) % 10)


@dataclass(frozen=True, slots=True)
class UnitCode:
    """The nine digits of a group insurance applicant (投保單位代號).

    `plausible` comes from a check rule inferred from six public codes: warn on False, never reject.
    """

    value: str
    plausible: bool


def parse_unit_code(text: str) -> UnitCode:
    """Read a unit code. Raises Invalid unless it has nine digits."""
    value = _digits(plain(text), 9)
    total = sum(int(d) * w for d, w in zip(value, _WEIGHTS, strict=True))
    return UnitCode(value, total % 10 == 0)


def parse_business_number(text: str) -> str:
    """Read an eight-digit unified business number (統一編號), modulo 5 since 2023-04-01. Raises Invalid."""
    value = _digits(plain(text), 8)
    total = sum(sum(divmod(int(d) * w, 10)) for d, w in zip(value, _UBN_WEIGHTS, strict=True))
    # 7 × 4 = 28 gives 10, which may count as 1 or as 0.
    if total % 5 and not (value[6] == "7" and (total + 1) % 5 == 0):
        raise Invalid("check digit")
    return value


def parse_household_number(text: str) -> str:
    """Read a household number (戶號): eight letters and digits, a letter first. Raises Invalid."""
    value = plain(text)
    if not re.fullmatch(r"[A-Z][0-9A-Z]{7}", value):
        raise Invalid("not a household number")
    return value


def parse_card_number(text: str) -> str:
    """Read the twelve digits printed on an NHI card: a serial, no proof of identity. Raises Invalid."""
    return _digits(plain(text), 12)


def parse_mobile(text: str) -> str:
    """Read a Taiwanese mobile number in any usual notation, +886 too; returns 09xxxxxxxx. Raises Invalid."""
    value = plain(text).removeprefix("+").removeprefix("00")
    if value.startswith("886"):
        value = "0" + value[3:].removeprefix("0")
    if not re.fullmatch(r"09\d{8}", value, re.ASCII):
        raise Invalid("not a mobile number")
    return value


def _digits(value: str, count: int) -> str:
    if len(value) != count or not (value.isascii() and value.isdigit()):
        raise Invalid(f"{count} digits are needed")
    return value


def mask_number(number: str) -> str:
    """Return `A12****789`: three characters at each end, the middle never."""
    shown = 3 if len(number) > 6 else 1 if len(number) > 2 else 0
    hidden = _MASK * max(4, len(number) - 2 * shown)
    return number[:shown] + hidden + (number[-shown:] if shown else "")


def mask_name(name: str) -> str:
    """Return a name its owner recognises: 王O明, 王O, 瓦OO・OO幹; names in letters keep one letter a word.

    Letters are hidden by a fixed number of stars, so that the length tells nothing.
    """
    name = unicodedata.normalize("NFC", name).strip()
    if not any(_is_ideograph(char) for char in name):
        return " ".join(_characters(word)[0] + _MASK * 3 for word in name.split())
    chars = [char for char in _characters(name) if not char.isspace()]
    letters = [index for index, char in enumerate(chars) if char not in _SEPARATORS]
    shown = {letters[0]} if len(letters) < 3 else {letters[0], letters[-1]}
    if len(letters) == 1:
        shown = set()
    return "".join(char if i in shown or char in _SEPARATORS else _NAME_MASK for i, char in enumerate(chars))


def _is_ideograph(char: str) -> bool:
    return unicodedata.name(char, "").startswith("CJK ")


def _characters(text: str) -> list[str]:
    """Split into what a reader sees as characters: marks and variation selectors stay with their base."""
    seen: list[str] = []
    for char in text:
        if seen and unicodedata.category(char) in ("Mn", "Me", "Mc", "Cf"):
            seen[-1] += char
        else:
            seen.append(char)
    return seen
