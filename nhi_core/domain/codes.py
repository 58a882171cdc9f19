"""One-time codes that a person reads off a screen and types: `ABCD-2345`.

31 characters without lookalikes; 31 is prime, so the weighted check character catches every single wrong
character and every swap of two. Seven characters are random: about 2.7 × 10^10 codes.
"""

from __future__ import annotations

import itertools
import unicodedata

from nhi_core.domain.errors import Invalid

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
RANDOM_LENGTH = 7
LENGTH = RANDOM_LENGTH + 1
_VALUE = {char: value for value, char in enumerate(ALPHABET)}
# Characters no code holds, and what they were probably read from; the check character picks the right one.
LOOKALIKES = {"0": "QD", "O": "QD", "1": "J7T", "I": "J7T", "L": "J7T"}
_MOST_LOOKALIKES = 2
_DASHES = frozenset("-‐‑‒–—―−_.·・")


def check_character(body: str) -> str:
    """Return the check character of seven code characters."""
    return ALPHABET[sum(weight * _VALUE[char] for weight, char in enumerate(body, start=2)) % len(ALPHABET)]


def complete(body: str) -> str:
    """Return the whole code for seven random characters of ALPHABET."""
    if len(body) != RANDOM_LENGTH or not set(body) <= set(ALPHABET):
        raise ValueError("seven characters of the alphabet are needed")
    return body + check_character(body)


def display(code: str) -> str:
    """Return the code as it is shown: `ABCD-2345`."""
    return f"{code[:4]}-{code[4:]}"


def normalise(text: str) -> str:
    """Return the code meant by `text`: any case or width, with spaces or dashes, O/0 and I/1/L forgiven.

    Raises errors.Invalid when no code, or more than one, can be meant.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    typed = "".join(char for char in plain if not (char.isspace() or char in _DASHES))
    if len(typed) != LENGTH or sum(char in LOOKALIKES for char in typed) > _MOST_LOOKALIKES:
        raise Invalid("not a code")
    readings = itertools.product(*(LOOKALIKES.get(char, char) for char in typed))
    meant = [
        "".join(chars)
        for chars in readings
        if set(chars) <= set(ALPHABET) and check_character("".join(chars[:-1])) == chars[-1]
    ]
    if len(meant) != 1:
        raise Invalid("not a code")
    return meant[0]
