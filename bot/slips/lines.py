"""How wide a line of text is, and where it may be broken, in any of the five languages."""

from __future__ import annotations

from collections.abc import Iterator

from bot.slips.fonts import UNITS, shape


def width(text: str, size: float) -> float:
    """Return how wide a line is, in points."""
    return sum(run.width for run in shape(text)) * size / UNITS


def broken(text: str, size: float, most: float) -> list[str]:
    """Break a text into lines of at most `most` points: at spaces, in Chinese at any letter."""
    lines, line = [], ""
    for piece in _breakable(text):
        if line and width(line + piece.rstrip(), size) > most:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _breakable(text: str) -> Iterator[str]:
    """Yield pieces that stay whole. Nothing that closes or hangs (、，。） begins a line."""
    piece = ""
    for char in text:
        at_han = _han(char) or bool(piece and _han(piece[-1]))
        if piece and at_han and not _hangs(char) and not piece.endswith(("（", "「", "(")):
            yield piece
            piece = ""
        piece += char
        if char == " ":
            yield piece
            piece = ""
    if piece:
        yield piece


def _han(char: str) -> bool:
    return "\u2e80" <= char <= "\uffef"


def _hangs(char: str) -> bool:
    return char in "、，。；：？！）」』)%, "
