"""Takes identifiers out of a person's text before the dialogue engine sees it.

What is taken: what a kiosk's QR types in, national IDs and residence numbers (new and old form), 12-digit NHI
card numbers, one-time binding codes, e-mail addresses, telephone numbers. What was taken stays with the turn,
sealed; in the text stands a placeholder. Amounts, months and dates are not identifiers and stay.

The text is folded character by character (full width, Thai and other digits, lower case), so that every
match has its place in the original. A number written in one piece is taken by its shape alone, since a slip
of the pen leaves nearly the whole number; one that is broken up by spaces or dashes must also have a right
check digit, or dates after a letter would go too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import regex

from nhi_core.domain import codes, identifiers
from nhi_core.domain.errors import Invalid

# Between the characters of a number: spaces, dashes, dots, slashes, underscores, invisible characters.
_SEP = r"[\s\p{Pd}\p{Cf}\p{Mn}._·•・‧/\\|:,、，。]"
_GAP = f"{_SEP}{{0,4}}"

# What the QR of a kiosk types in: taken first, whole or damaged, before any part of it looks like something.
_TOKEN = regex.compile(r"(?<![A-Z0-9])NHI[A-Z0-9]{20,40}(?![A-Z0-9])")
_EMAIL = regex.compile(r"[A-Z0-9._%+\-]{1,64}@[A-Z0-9\-]{1,63}(?:\.[A-Z0-9\-]{1,63}){1,4}")
_ID_WHOLE = regex.compile(r"[A-Z][1289A-D][0-9]{8}")
_ID_BROKEN = regex.compile(rf"(?<![A-Z])[A-Z](?:{_GAP}[A-D]|{_GAP}[0-9])(?:{_GAP}[0-9]){{8}}")
_CARD = regex.compile(
    r"(?<![0-9.,$])(?<!NT)(?:[0-9]{12}|[0-9]{4}(?P<s>[\s\p{Pd}\p{Cf}.])[0-9]{4}(?P=s)[0-9]{4})"
    r"(?![0-9])(?!\s*(?:元|塊|圓|萬|億|NT|TWD|DOLLAR))(?!,[0-9]{3})"
)
_PHONE = regex.compile(
    rf"(?<![0-9])(?:\+{_GAP}[0-9](?:{_GAP}[0-9]){{8,13}}"
    rf"|0{_GAP}9(?:{_GAP}[0-9]){{8}}"
    rf"|[(]?0[2-8][0-9]{{0,2}}[)]?[\s\p{{Pd}}]?[0-9]{{3,4}}[\s\p{{Pd}}]?[0-9]{{3,4}})(?![0-9])"
)
_CODE = regex.compile(
    r"(?<![A-Z0-9])(?:[A-Z0-9]{4}[\p{Pd}\p{Cf}_.·]{1,2}[A-Z0-9]{4}|[A-Z0-9]{8})(?![A-Z0-9])"
)
# Read after the shown form: a short word before a code must not be taken for its first half.
_CODE_SPACED = regex.compile(
    r"(?<![A-Z0-9])(?:[A-Z0-9]{4}[\s\p{Pd}\p{Cf}]{1,3}[A-Z0-9]{4}"
    r"|[A-Z0-9]{2}(?:[\s\p{Pd}][A-Z0-9]{2}){3})(?![A-Z0-9])"
)
# Zhuyin typed on an English keyboard: syllables, each closed by its tone's key. 「你好嗎」 is `su3cl3a8`.
_ZHUYIN = regex.compile(r"(?:[a-z0-9,./;\-]{1,3}?[3467])+[a-z0-9,./;\-]{0,3}")
_JUNK = regex.compile(r"[^A-Z0-9]")
_MAX = 2000


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """Text without identifiers, and what was taken by kind; `repr` shows no secret.

    Kinds: `code`, `id`, `card`, `email`, `phone`.
    """

    text: str
    secrets: Mapping[str, list[str]]

    def __repr__(self) -> str:
        """Show the kinds alone."""
        return f"Scrubbed(kinds={sorted(self.secrets)!r})"


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: regex.Pattern[str]
    placeholder: str
    kind: str | None  # None: nobody needs it, it is not kept
    read: Callable[[str, str, bool], str | None]
    """(as written, folded without separators, is it the whole message?) -> the secret, or None: not one."""


def _always(_written: str, bare: str, _alone: bool) -> str | None:
    return bare


def _mail(written: str, _bare: str, _alone: bool) -> str | None:
    return unicodedata.normalize("NFKC", written).lower()


def _broken_id(_written: str, bare: str, _alone: bool) -> str | None:
    try:
        return identifiers.parse_number(bare)
    except Invalid:
        return None


def _code(written: str, bare: str, alone: bool) -> str | None:
    """Tell codes from words and dates of eight characters.

    Digits and letters mixed are a code when the check character is right, and also, with a slip in it, in the
    shown form `ABCD-2345` or alone in the message: the service then says that it is wrong. Letters alone must
    look like a code, digits alone must be in the shown form.
    """
    dashed = len(written) == 9 and unicodedata.category(written[4]) == "Pd"
    meant = _meant(bare)
    if not (bare.isdigit() or bare.isalpha()):
        slip = dashed or (alone and _ZHUYIN.fullmatch(written) is None)
        return meant or (bare if slip else None)
    if dashed:
        return meant
    shown = bare == meant and bare.isalpha() and (alone or written == written.upper())
    return meant if shown else None


def _spaced_code(_written: str, bare: str, _alone: bool) -> str | None:
    mixed = not (bare.isdigit() or bare.isalpha())
    return bare if mixed and _meant(bare) == bare else None


def _meant(bare: str) -> str | None:
    try:
        return codes.normalise(bare)
    except Invalid:
        return None


_RULES = (
    _Rule(_TOKEN, "[CODE]", "code", _always),
    _Rule(_EMAIL, "[EMAIL]", "email", _mail),
    _Rule(_ID_WHOLE, "[ID]", "id", _always),
    _Rule(_ID_BROKEN, "[ID]", "id", _broken_id),
    _Rule(_CARD, "[CARD]", "card", _always),
    _Rule(_PHONE, "[PHONE]", "phone", _always),
    _Rule(_CODE, "[CODE]", "code", _code),
    _Rule(_CODE_SPACED, "[CODE]", "code", _spaced_code),
)


def scrub(text: str) -> Scrubbed:
    """Return the text with placeholders, at most 2,000 characters, and the secrets taken out of it."""
    secrets: dict[str, list[str]] = {}
    for rule in _RULES:
        text = _apply(rule, text, secrets)
    return Scrubbed(text[:_MAX], secrets)


def _apply(rule: _Rule, text: str, secrets: dict[str, list[str]]) -> str:
    folded = _fold(text)
    pieces: list[str] = []
    end = start = 0
    while (match := rule.pattern.search(folded, start)) is not None:
        written = text[match.start() : match.end()]
        bare = _JUNK.sub("", match.group())
        secret = rule.read(written, bare, match.group() == folded.strip())
        if secret is None:
            start = match.start() + 1
            continue
        if rule.kind is not None:
            secrets.setdefault(rule.kind, []).append(secret)
        pieces += [text[end : match.start()], rule.placeholder]
        end = start = match.end()
    return "".join([*pieces, text[end:]])


def _fold(text: str) -> str:
    """Return the text in capitals, half width and ASCII digits: exactly as long as it was."""
    return "".join(_fold_one(letter) for letter in text)


def _fold_one(letter: str) -> str:
    if letter.isascii():
        return letter.upper()
    value = unicodedata.decimal(letter, None)
    if value is not None:
        return str(value)
    folded = unicodedata.normalize("NFKC", letter).upper()
    return folded if len(folded) == 1 else letter
