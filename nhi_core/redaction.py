"""Takes personal data out of anything that is about to be written down.

Two nets, because each has holes: names of fields that are never shown, and the shapes of identifiers inside
any text. Ids of rows, event codes and counts pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from itertools import islice
from pathlib import PurePath

HIDDEN = "[redacted]"
_MAX_TEXT = 2000
_MAX_DEPTH = 6
_MAX_ITEMS = 50

# Parts of field names (split at "_", "-", "." and capitals): a field is hidden when one of its parts is here.
_SECRET_PARTS = frozenset(
    """
    token secret secrets password passwd authorization cookie signature credential credentials apikey ticket
    pin totp sealed envelope codes
    name number birth birthday phone mobile email mail address card idno masked household
    amount total fee fees paid outstanding premium balance price ntd twd debt
    text body payload alt
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
_SECRET_NAMES = frozenset({
    "user_id", "userid", "line_id", "channel_user", "bind_code", "one_time_code", "national_id", "access_key",
    "private_key", "database_url", "redis_url", "broker_url", "dsn", "person", "to", "turn",
})  # fmt: skip
# Harmless names that the parts above would hide.
_PLAIN_NAMES = frozenset({
    "logger_name", "task_name", "queue_name", "template_name", "process_name", "thread_name", "host_name",
    "message_number", "attempt_number", "line_number", "file_name", "part_name", "service_name", "step_name",
    "total_ms", "total_seconds",
})  # fmt: skip

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        # LINE ids of persons, groups and rooms.
        (r"[UCR][0-9a-f]{32}(?![0-9a-f])", "[line-id]"),
        # Passwords inside addresses, bearer tokens, sealed values.
        (r"(?<=://)[^\s/@:]*:[^\s/@]+(?=@)", "[credentials]"),
        (r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}", r"\1 [token]"),
        (
            r"(?i)(token|secret|password|passwd|api_?key|ticket)(['\"]?\s*[=:]\s*['\"]?)[^\s'\"&,;]+",
            rf"\1\2{HIDDEN}",
        ),
        (r"\bs1\.[a-z0-9-]{1,32}\.[A-Za-z0-9_-]{20,}", "[sealed]"),
        (r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", "[email]"),
        # National ID (A123456789), new UI (A800000014), old UI (AB12345678). In capitals it is taken out
        # wherever it stands; in small letters only as a whole word, or parts of our own ids would go too.
        (r"[A-Z][ABCD1289][ -]?\d{8}", "[id]"),
        (r"(?<![A-Za-z0-9])[a-z][abcd1289][ -]?\d{8}(?![A-Za-z0-9])", "[id]"),
        # What the QR of a kiosk carries.
        (r"(?i)(?<![A-Za-z0-9])NHI[0-9A-Z]{20,40}(?![A-Za-z0-9])", "[code]"),
        # One-time codes: eight characters of the alphabet without look-alikes, at least one a digit.
        (
            r"(?<![A-Za-z0-9-])(?=[A-Z-]*[2-9])[2-9A-HJKMNP-Z]{4}-?[2-9A-HJKMNP-Z]{4}(?![A-Za-z0-9-])",
            "[code]",
        ),
        # Money as people write it: NT$1,234, TWD 1234, 1,234 元.
        (r"(?i)(?:NT\$|NTD|TWD|\$)\s*-?\d[\d,]*(?:\.\d+)?", "[amount]"),
        (r"\d[\d,]*(?:\.\d+)?\s*元", "[amount]"),
        # Card number: 12 digits, also in groups of four; but not the end of a UUID.
        (r"(?<![0-9a-f]{4}-)(?<![0-9a-f]{6})(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}(?!\d)", "[card]"),
        (r"(?<![\dA-Za-z.])(?:\+886[ -]?|0)\d(?:[ -]?\d){7,9}(?![\dA-Za-z])", "[phone]"),
    )
)
_UUID = re.compile(
    r"((?<![0-9a-fA-F-])[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![0-9a-fA-F-]))"
)
_FULL_WIDTH = str.maketrans({chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)})
# What moves a terminal's cursor or turns the reading direction: a line must not pretend to be another.
_UNSEEN = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"} | {
    code: f"\\u{code:04x}" for code in (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+")


def redact_text(text: str) -> str:
    """Return `text` with everything that looks like personal data replaced, and cut to 2,000 characters."""
    if not text.isascii():
        text = text.translate(_FULL_WIDTH)
    # A row's id may look like a card number inside, and without it the line could not be found again.
    parts = _UUID.split(text)
    for pattern, word in _PATTERNS:
        parts[::2] = [pattern.sub(word, part) for part in parts[::2]]
    # Cut only after the patterns: an identifier cut in half would pass them.
    text = "".join(parts).translate(_UNSEEN)
    return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + "…"


def is_secret_name(name: str) -> bool:
    """Tell whether a field of this name is never shown."""
    parts = [part.lower() for part in _WORDS.findall(name)]
    snake = "_".join(parts)
    if snake in _PLAIN_NAMES:
        return False
    return snake in _SECRET_NAMES or any(part in _SECRET_PARTS for part in parts)


def redact(value: object, *, depth: int = 0) -> object:
    """Return a plain, JSON-ready copy of `value` without personal data. Never raises on odd objects.

    Objects that are not plain data are shown by type alone: their text form is somebody else's choice.
    """
    if is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name, None) for field in fields(value)}
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        return _redact_many(value, depth) if depth < _MAX_DEPTH else f"[{type(value).__name__}]"
    return _redact_one(value)


def _redact_many(
    value: Mapping[object, object] | list[object] | tuple[object, ...] | set[object] | frozenset[object],
    depth: int,
) -> object:
    if isinstance(value, Mapping):
        return {
            redact_text(str(key)): HIDDEN if is_secret_name(str(key)) else redact(item, depth=depth + 1)
            for key, item in islice(value.items(), _MAX_ITEMS)
        }
    return [redact(item, depth=depth + 1) for item in islice(value, _MAX_ITEMS)]


def _redact_one(value: object) -> object:
    match value:
        case None | bool() | float():
            plain: object = value
        case Enum():
            plain = _redact_one(value.value)
        case int():
            # A card number may travel as an integer: twelve digits. Milliseconds since 1970 have thirteen.
            plain = HIDDEN if 10**11 <= abs(value) < 10**12 else int(value)
        case str() | PurePath():
            plain = redact_text(str(value))
        case datetime() | date():
            plain = value.isoformat()
        case BaseException():
            plain = describe(value)
        case _:
            plain = f"[{type(value).__name__}]"
    return plain


def describe(error: BaseException) -> str:
    """Return the type and the redacted message of an exception.

    Database errors quote rows and parameters after their first line: only that line is kept.
    """
    message = redact_text(str(error).partition("\n")[0])
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
