"""How LINE counts text: UTF-16 code units by default, grapheme clusters where the reference says so."""

from __future__ import annotations

import json
from typing import Any

import regex

_CLUSTER = regex.compile(r"\X")


def utf16_length(text: str) -> int:
    """UTF-16 code units: an emoji outside the basic plane counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def grapheme_length(text: str) -> int:
    """User-perceived characters: a family emoji or a Thai consonant with its tone mark counts one."""
    return sum(1 for _ in _CLUSTER.finditer(text))


def json_bytes(value: Any) -> int:
    """Size in bytes of the compact UTF-8 JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
