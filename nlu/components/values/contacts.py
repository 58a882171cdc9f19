"""E-mail addresses and telephone numbers, and the places where the bot has already taken them out."""

from __future__ import annotations

from typing import Iterator

import regex

from nlu.components.values.found import Found

_EMAIL = regex.compile(r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_PHONE = regex.compile(
    r"(?<![\p{Nd}-])(?:\+?886[-. ]?)?(?:09\d{2}[-. ]?\d{3}[-. ]?\d{3}|9\d{2}[-. ]?\d{3}[-. ]?\d{3}(?<=^.*886.*)"
    r"|\(?0\d{1,2}\)?[-. ]?\d{3,4}[-. ]?\d{3,4})(?![\p{Nd}])"
)
_PLACEHOLDER = regex.compile(r"\[(email|phone)\]")


def contacts(folded: str) -> Iterator[Found]:
    """Yield e-mail addresses (lower case), telephone numbers (digits only) and [EMAIL], [PHONE]."""
    for hit in _EMAIL.finditer(folded):
        yield Found(hit.start(), hit.end(), "email", hit.group())
    for hit in _PHONE.finditer(folded):
        digits = regex.sub(r"\D", "", hit.group())
        yield Found(hit.start(), hit.end(), "phone", "0" + digits[3:] if digits.startswith("886") else digits)
    for hit in _PLACEHOLDER.finditer(folded):
        yield Found(hit.start(), hit.end(), hit.group(1), hit.group().upper())
