"""Counting and shortening text as LINE counts it (messaging-api/text-character-count)."""

from __future__ import annotations

import regex

_GRAPHEME = regex.compile(r"\X")
ELLIPSIS = "…"


def graphemes(text: str) -> int:
    """Return the number of grapheme clusters: what a person sees as characters."""
    return sum(1 for _ in _GRAPHEME.finditer(text))


def utf16(text: str) -> int:
    """Return the number of UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shorten(text: str, limit: int) -> str:
    """Return `text` in at most `limit` grapheme clusters, ending in an ellipsis when cut."""
    clusters = [match[0] for match in _GRAPHEME.finditer(text)]
    if len(clusters) <= limit:
        return text
    return "".join(clusters[: limit - 1]).rstrip() + ELLIPSIS


def shorten_utf16(text: str, limit: int) -> str:
    """Return `text` in at most `limit` UTF-16 units, never cutting a grapheme cluster."""
    if utf16(text) <= limit:
        return text
    kept: list[str] = []
    room = limit - 1
    for match in _GRAPHEME.finditer(text):
        room -= utf16(match[0])
        if room < 0:
            break
        kept.append(match[0])
    return "".join(kept).rstrip() + ELLIPSIS
