"""What our buttons carry: `v=1&s=<session>&i=<intent>&<entity>=<value>…`, at most 300 characters.

The session makes a stale button recognisable. Nothing in a postback decides who may see what.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

MAX_LENGTH = 300
# The session of rich menus: a menu outlives any conversation.
MENU_SESSION = "menu"
_VERSION = "1"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,60}", re.ASCII)
_SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_RESERVED = ("v", "s", "i")


class BadPostback(ValueError):
    """Data that is none of ours, or was changed on the way. The data itself is never in the message."""


@dataclass(frozen=True, slots=True)
class Postback:
    """One tap: the intent by name, the session it was made in, and entities that are not personal."""

    intent: str
    session: str
    entities: Mapping[str, str] = field(default_factory=dict)


def encode(intent: str, session: str, **entities: str) -> str:
    """Return postback data; raise BadPostback for names we do not allow or data over 300 characters."""
    if not _NAME.fullmatch(intent) or not _SESSION.fullmatch(session):
        raise BadPostback("intent or session is malformed")
    if not all(_NAME.fullmatch(name) for name in entities):
        raise BadPostback("an entity name is malformed")
    try:
        data = urlencode([("v", _VERSION), ("s", session), ("i", intent), *sorted(entities.items())])
    except UnicodeEncodeError as error:
        raise BadPostback("an entity value is not text") from error
    if len(data) > MAX_LENGTH:
        raise BadPostback(f"{len(data)} characters, LINE takes {MAX_LENGTH}")
    return data


def decode(data: str) -> Postback:
    """Read postback data back; raise BadPostback for anything `encode` would not have written."""
    if len(data) > MAX_LENGTH:
        raise BadPostback("too long")
    try:
        pairs = parse_qsl(
            data, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=20
        )
    except ValueError as error:
        raise BadPostback("not a query string") from error
    values = dict(pairs)
    if len(values) != len(pairs):
        raise BadPostback("a name is given twice")
    if values.get("v") != _VERSION or not {"s", "i"} <= values.keys():
        raise BadPostback("another version, or incomplete")
    entities = {name: value for name, value in values.items() if name not in _RESERVED}
    session, intent = values["s"], values["i"]
    # Written again it must be the same: so encodings we never produce are refused.
    if encode(intent, session, **entities) != data:
        raise BadPostback("not in the form we write")
    return Postback(intent, session, entities)
